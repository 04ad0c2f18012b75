"""One connection as the judge sees it: what TCP showed and what HTTP said, with the conclusions that need no rule."""

from typing import Final

from kacap.http.dialogue import Dialogue
from kacap.http.message import Exchange, Request
from kacap.http.recognise import Protocol, told_from_both
from kacap.tcp.connection import Connection
from kacap.tcp.half import FOREVER, NEVER, Half
from kacap.tcp.packed import packed_by_server, packed_key, packed_stream
from kacap.verdict.doubts import is_undecided, unsolicited_responses
from kacap.verdict.moments import Moments
from kacap.verdict.pair_key import PairKeys
from kacap.verdict.signal import last_signal
from kacap.verdict.words import ConnectionVerdict, Decider, Side

HOLD_NS: Final = 10_000_000
"""The grace: a client holds a connection a little longer than the wire shows before it is free for others."""

DISCARD_NS: Final = 10_000_000
"""A FIN within this time of the response was decided when it came, not by a timer."""


_PLAIN: Final = Dialogue()
"""Stands for the dialogue of a packed connection, where nothing but its exchanges is to be said of it."""


class Facts(Moments):
    """The record of one connection, finished, with its roles settled.

    What many rows ask for is worked out once, when the record is made, unless that is as quick each time: the size of
    these records is the memory that a capture needs.
    """

    __slots__ = (
        "_first_asked",
        "_has_unsolicited",
        "_idle_before_close_ns",
        "aborted",
        "asked",
        "dialogue",
        "dns_ns",
        "established",
        "exchanges",
        "final_index",
        "first_close",
        "one_sided",
        "opened_here",
        "pair_key",
        "signal",
        "stream",
        "undecided",
    )

    def __init__(
        self,
        connection: Connection | None,
        dialogue: Dialogue,
        client: Half | None,
        capture_end_ns: int = FOREVER,
        pair_keys: PairKeys | None = None,
        record: bytes = b"",
    ) -> None:
        """Either a connection that is finished, with its `client` settled, or the `record` of a packed one."""
        super().__init__(connection, record)
        exchanges = dialogue.exchanges
        self.pair_key = (pair_keys or PairKeys()).of(packed_key(record) if client is None else client.key)
        """One object for all of a pair."""
        self.dialogue = dialogue
        self.stream = packed_stream(record) if connection is None else connection.stream
        self.exchanges = exchanges
        self.dns_ns: int | None = None
        """How long the client's DNS look-up for this connection took."""
        self.signal = last_signal(exchanges)
        self.final_index = len(exchanges) - 1 if self.signal is None else self.signal.index
        """The place of the exchange after which the connection was over, -1 without one: requests behind a signal are
        never answered."""
        if connection is None or client is None:
            self.first_close: Side | None = Side.SERVER if packed_by_server(record) else Side.CLIENT
            self.opened_here = self.established = True
            self.undecided = self.one_sided = False
            if dialogue.plain:
                self.dialogue = _PLAIN
        else:
            closer = connection.first_close
            self.first_close = None if closer is None else Side.CLIENT if closer is client else Side.SERVER
            self.opened_here = connection.opened_here
            """The capture shows its SYN."""
            self.established = connection.established
            self.undecided = is_undecided(connection, client, capture_end_ns)
            """The SYN is not accepted yet, and the capture ended, or the client gave it up, too soon to tell."""
            self.one_sided = not (client.has_spoken and client.peer.has_spoken)
            """Whether the capture holds one direction only."""
        self._has_unsolicited = exchanges.orphans > 0 and unsolicited_responses(self.opened_here, client, dialogue) > 0
        self.aborted = self._is_aborted()
        """A FIN or RST came before the last exchange was complete on both sides, and it never was."""
        self.asked = len(exchanges) + exchanges.dropped.count - self.unsolicited
        """Exchanges, but for those that nobody asked for."""
        self._first_asked = exchanges.first_asked() if self._has_unsolicited else 0
        if exchanges.dropped.asked or (exchanges.dropped.count and not self._has_unsolicited):
            self._first_asked = -1
        self._idle_before_close_ns = self._measure_idle_before_close_ns()

    def dialogue_again(self) -> Dialogue:
        """The dialogue, for whoever goes on with it."""
        return Dialogue(self.exchanges) if self.dialogue is _PLAIN else self.dialogue

    @property
    def unsolicited(self) -> int:
        """Responses that nobody asked for (408 on an idle connection)."""
        return self.exchanges.orphans if self._has_unsolicited else 0

    @property
    def final(self) -> Exchange | None:
        """The exchange after which the connection was over."""
        at = self.final_index
        return None if at < 0 else self.exchanges.at(at)

    @property
    def idle_before_close_ns(self) -> int | None:
        """From the last byte of the last exchange to the first close; None when that came before."""
        return None if self._idle_before_close_ns == NEVER else self._idle_before_close_ns

    @property
    def hold_ns(self) -> int:
        """The grace, as seen from this capture point."""
        beyond_ns = self._beyond_ns()
        return HOLD_NS if beyond_ns == NEVER else HOLD_NS + beyond_ns

    @property
    def closed_at_once(self) -> bool:
        """Whether the first close was decided when the last response was sent, or came, and not by a timer."""
        idle_ns = self._idle_before_close_ns
        if idle_ns <= DISCARD_NS:
            return idle_ns != NEVER
        if self.first_close is not Side.CLIENT:
            return False
        beyond_ns = self._beyond_ns()
        return beyond_ns != NEVER and idle_ns <= DISCARD_NS + beyond_ns

    @property
    def discarded(self) -> bool:
        """One exchange, no signal, and the client closes at once."""
        return (
            self.opened_here
            and len(self.exchanges) == 1
            and self.signal is None
            and not self.dialogue.switched
            and self.first_close is Side.CLIENT
            and self.closed_at_once
        )

    @property
    def first_request(self) -> Request | None:
        """That of the first exchange; programs name themselves and their server the same in all."""
        return self.exchanges.request(0) if self.exchanges else None

    @property
    def gap_bytes(self) -> int:
        """Bytes that were sent and not captured."""
        return 0 if self.packed else self.client.gap_bytes + self.server.gap_bytes

    @property
    def protocol(self) -> Protocol | None:
        """What it speaks when that is not HTTP/1, told from both sides; None when nothing else was said."""
        return told_from_both(self.dialogue.protocols)

    @property
    def protocol_name(self) -> str | None:
        """The name of `protocol`."""
        return None if self.protocol is None else self.protocol.name

    def reuses(self, index: int) -> bool:
        """Whether the exchange at `index` (0-based) was served by a connection that had served one before.

        A request that a close left without any answer was not: its connection was over.
        """
        if index <= self._first_asked:
            return False
        exchanges = self.exchanges
        if exchanges.persists(index) and not self._has_unsolicited:
            return True
        exchange = exchanges.at(index)
        if exchange.request is None and self._has_unsolicited:
            return False
        if exchange.response is not None or self.first_close is None:
            return True
        return self.dialogue.lost_in_gap or exchange.response_lost or not self.server.has_spoken

    @property
    def closer(self) -> Decider:
        """Who closed first, for want of a better reason."""
        return Decider.NOBODY if self.first_close is None else Decider(self.first_close.value)

    def _is_aborted(self) -> bool:
        at = self.final_index
        if at < 0 or self.first_close is None or self.exchanges.sealed(at):
            return False
        final = self.exchanges.at(at)
        if final.complete and (final.request is None or final.request.complete):
            return False
        return not (self.dialogue.lost_in_gap or final.response_lost or not self.server.has_spoken)

    def _measure_idle_before_close_ns(self) -> int:
        at, exchanges = self.final_index, self.exchanges
        if self.first_close is None or at < 0 or not exchanges.complete(at):
            return NEVER
        idle_ns = self.first_close_ns - exchanges.end_ns(at)
        if idle_ns >= 0:
            return idle_ns
        # Clocks of a merged file may differ a little; the order of its frames tells what came first.
        response = exchanges.at(at).response
        came_later = response is not None and self.connection.first_close_frame > response.end_frame
        return 0 if came_later and idle_ns >= -HOLD_NS else NEVER

    @property
    def verdict(self) -> ConnectionVerdict:
        """The word for this connection."""
        if not self.established:
            return ConnectionVerdict.FAILED
        if self.dialogue.switched:
            return ConnectionVerdict.SWITCHED
        count = self.asked
        if count >= 2:
            return ConnectionVerdict.REUSED
        if count == 0:
            return self._verdict_without_exchange()
        return ConnectionVerdict.OPEN if self.first_close is None else ConnectionVerdict.SINGLE_USE

    def _verdict_without_exchange(self) -> ConnectionVerdict:
        if self.exchanges:
            return ConnectionVerdict.UNUSED
        if not (self.client.bytes or self.server.bytes or self.gap_bytes):
            closed = ConnectionVerdict.UNUSED if self.opened_here else ConnectionVerdict.UNKNOWN
            return ConnectionVerdict.OPEN if self.first_close is None else closed
        name = self.protocol_name
        if name in ("tls", "http2") or (name == "unknown" and self.opened_here):
            return ConnectionVerdict.OPAQUE
        return ConnectionVerdict.UNKNOWN


def put_in_order(facts: list[Facts]) -> None:
    """By `stream`. They are for the most part: to look costs less than to sort."""
    before = -1
    for each in facts:
        if each.stream < before:
            facts.sort(key=_stream_of)
            return
        before = each.stream


def _stream_of(facts: Facts) -> int:
    return facts.stream
