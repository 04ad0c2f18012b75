"""One connection as it stands now, for whoever looks while the capture goes on: read off, and nothing is judged.

To look must not change anything: no halves are made of a plain connection, no object of a request that is only asked,
and roles that are not settled yet are not settled for its sake.
"""

from kacap.http.dialogue import Dialogue
from kacap.http.exchanges import Exchanges
from kacap.http.heads import REQUESTS, Head
from kacap.http.recognise import UNKNOWN_PROTOCOL
from kacap.tcp.connection import Connection
from kacap.tcp.half import NEVER, UNKNOWN, Half
from kacap.tcp.plain import Plain
from kacap.verdict.facts import HOLD_NS, Facts
from kacap.verdict.round_trip import between_ns


class Present:
    """What is known of it; times that are not known are NEVER."""

    __slots__ = (
        "asked_head",
        "asked_ns",
        "close_ns",
        "closed_at_ns",
        "established",
        "exchanges",
        "hold_ns",
        "incomplete",
        "key",
        "last_time_ns",
        "opaque",
        "opened_here",
        "opened_ns",
        "ready_ns",
        "reset",
        "stream",
    )

    def __init__(self, stream: int, key: bytes, exchanges: Exchanges) -> None:
        self.stream = stream
        self.key = key
        """That of the client's half."""
        self.exchanges = exchanges
        """Those that are recorded."""
        self.asked_head: Head | None = None
        """The request of one more, which is open."""
        self.asked_ns = NEVER
        self.opened_here = self.established = True
        self.opened_ns = NEVER
        """Its SYN, or the first that was seen of it."""
        self.ready_ns = NEVER
        """When its handshake was over."""
        self.close_ns = NEVER
        """The first FIN or RST."""
        self.closed_at_ns = NEVER
        """When it was over for both sides."""
        self.reset = False
        self.last_time_ns = NEVER
        self.hold_ns = HOLD_NS
        """As `Facts.hold_ns`."""
        self.incomplete = False
        """The capture may miss exchanges."""
        self.opaque = False
        """It speaks something that is not HTTP/1, and is known."""

    @property
    def count(self) -> int:
        """Exchanges so far."""
        count = len(self.exchanges) + self.exchanges.dropped.count
        return count if self.asked_head is None else count + 1

    @property
    def asked(self) -> int:
        """Those among them that somebody asked for."""
        return self.count - self.exchanges.orphans if self.opened_here else self.count

    @property
    def reused(self) -> int:
        """Those that a connection served which had served one before; a close leaves what was not answered out."""
        reused = self.asked - 1
        if self.close_ns != NEVER and reused > 0 and not self.incomplete:
            if self.asked_head is not None:
                reused -= 1
            at = len(self.exchanges) - 1
            while at > 0 and reused > 0 and not self.exchanges.has_response(at):
                reused -= 1
                at -= 1
        return max(0, reused)

    @property
    def open(self) -> bool:
        """Established, and not over for both sides."""
        return self.established and self.closed_at_ns == NEVER

    @property
    def busy(self) -> bool:
        """Open, with an exchange open on it."""
        return self.open and (self.asked_head is not None or not self.exchanges.idle)

    def idle(self, now_ns: int) -> bool:
        """Whether it stands ready for a request, the grace taken off."""
        if self.close_ns != NEVER or not self.open or self.busy or now_ns - self.last_time_ns <= self.hold_ns:
            return False
        count = len(self.exchanges)
        return not count or self.exchanges.persists(count - 1)

    def listen_to(self, dialogue: Dialogue) -> None:
        """What was said on it."""
        self.asked_head = dialogue.asked_head
        if self.asked_head is not None:
            self.asked_ns = dialogue.asked_ns
        protocols = dialogue.protocols
        if protocols:
            self.opaque = any(protocol.name != UNKNOWN_PROTOCOL.name for protocol in protocols)


def present_of(followed: Plain | Connection) -> Present | None:
    """One that is followed; None while nobody can tell which side is the client."""
    dialogue = followed.listener
    assert isinstance(dialogue, Dialogue)
    return _of_plain(followed, dialogue) if isinstance(followed, Plain) else _of_halves(followed, dialogue)


def _of_plain(plain: Plain, dialogue: Dialogue) -> Present:
    present = Present(plain.stream, plain.key, dialogue.recorded)
    present.listen_to(dialogue)
    present.opened_ns, present.ready_ns, present.last_time_ns = (
        plain.first_time_ns,
        plain.ack_time_ns,
        plain.last_time_ns,
    )
    present.established = plain.syn_ack_frame != UNKNOWN
    present.hold_ns = _hold_ns(plain.syn_ack_time_ns, plain.ack_time_ns)
    fins_ns = plain.client_fin_time_ns, plain.server_fin_time_ns
    if NEVER not in fins_ns:
        present.close_ns, present.closed_at_ns = min(fins_ns), max(fins_ns)
    else:
        present.close_ns = max(fins_ns)
    return present


def _of_halves(connection: Connection, dialogue: Dialogue) -> Present | None:
    client = connection.client or requester(connection, dialogue)
    if client is None:
        return None
    present = Present(connection.stream, client.key, dialogue.recorded)
    present.listen_to(dialogue)
    present.opened_here = client.syn_frame != UNKNOWN or connection.syn_ack_frame != UNKNOWN
    present.established = connection.client is None or connection.established
    present.opened_ns = client.syn_time_ns if client.syn_frame != UNKNOWN else connection.first_time_ns
    present.ready_ns, present.last_time_ns = connection.ack_time_ns, connection.last_time_ns
    present.hold_ns = _hold_ns(connection.syn_ack_time_ns, connection.ack_time_ns)
    present.close_ns, present.closed_at_ns = connection.first_close_time_ns, connection.closed_at_ns
    if connection.replaced_at_ns != NEVER and present.closed_at_ns == NEVER:
        present.closed_at_ns = connection.replaced_at_ns
    present.reset = connection.first_close_kind == "rst"
    one_sided = not (client.has_spoken and client.peer.has_spoken)
    present.incomplete = dialogue.lost_in_gap or one_sided
    return present


def present_over(facts: Facts) -> Present:
    """One that is finished."""
    present = Present(facts.stream, facts.client.key, facts.exchanges)
    present.opened_here, present.established = facts.opened_here, facts.established
    present.opened_ns, present.ready_ns, present.hold_ns = facts.opened_ns, facts.ready_ns, facts.hold_ns
    present.close_ns, present.closed_at_ns = facts.first_close_ns, facts.closed_at_ns
    if present.closed_at_ns == NEVER:
        present.closed_at_ns = max(facts.first_close_ns, facts.connection.last_time_ns)
    present.last_time_ns = present.closed_at_ns
    present.reset = not facts.packed and facts.connection.first_close_kind == "rst"
    return present


def requester(connection: Connection, dialogue: Dialogue) -> Half | None:
    """The half that says requests, or whose peer says responses."""
    if not dialogue.first_says:
        return None
    return connection.first if dialogue.first_says == REQUESTS else connection.second


def _hold_ns(accepted_ns: int, ready_ns: int) -> int:
    beyond_ns = between_ns(accepted_ns, ready_ns)
    return HOLD_NS if beyond_ns == NEVER else HOLD_NS + beyond_ns
