"""One connection as the judge sees it: what TCP showed and what HTTP said, with the conclusions that need no rule."""

from typing import Final

from kacap.http.dialogue import Dialogue
from kacap.http.message import Exchange, Request
from kacap.http.recognise import Protocol, told_from_both
from kacap.tcp.connection import Connection
from kacap.tcp.half import FOREVER, NEVER, UNKNOWN, Half
from kacap.tcp.packed import look_at
from kacap.verdict.doubts import is_undecided, unsolicited_responses
from kacap.verdict.pair_key import PairKeys
from kacap.verdict.round_trip import measure_beyond_ns, measure_round_trip_ns
from kacap.verdict.signal import last_signal
from kacap.verdict.words import ConnectionVerdict, Decider, Side

HOLD_NS = 10_000_000
"""The grace: a client holds a connection a little longer than the wire shows before it is free for others."""

DISCARD_NS = 10_000_000
"""A FIN within this time of the response was decided when it came, not by a timer."""


_PLAIN: Final = Dialogue()
"""Stands for the dialogue of a packed connection, where nothing but its exchanges is to be said of it."""


class Facts:
    """The record of one connection, finished, with its roles settled.

    What many rows ask for is worked out once, when the record is made: it changes no more. Times that are not known are
    NEVER inside and None outside.
    """

    __slots__ = (
        "_beyond_ns",
        "_client",
        "_connect_ns",
        "_connection",
        "_first_asked",
        "_idle_before_close_ns",
        "_round_trip_ns",
        "aborted",
        "asked",
        "closed_at_ns",
        "dialogue",
        "dns_ns",
        "established",
        "exchanges",
        "final_index",
        "first_close",
        "first_close_ns",
        "one_sided",
        "opened_here",
        "opened_ns",
        "pair_key",
        "ready_ns",
        "record",
        "signal",
        "stream",
        "undecided",
        "unsolicited",
        "verdict",
    )

    def __init__(
        self,
        connection: Connection,
        dialogue: Dialogue,
        client: Half,
        capture_end_ns: int = FOREVER,
        pair_keys: PairKeys | None = None,
    ) -> None:
        exchanges = dialogue.exchanges
        server = client.peer
        self._connection: Connection | None = connection
        self._client: Half | None = client
        self.record = b""
        """All that TCP showed of a packed connection (`tcp.packed`); empty for others."""
        self.pair_key = (pair_keys or PairKeys()).of(client.key)
        """Client address, server address and port; one object for all of a pair."""
        self.dialogue = dialogue
        self.stream = connection.stream
        self.exchanges = exchanges
        self.unsolicited = 0
        """Responses that nobody asked for."""
        self._first_asked = 0
        if exchanges.orphans:
            self.unsolicited = unsolicited_responses(connection, dialogue, client)
            if self.unsolicited:
                self._first_asked = exchanges.first_asked()
        count = len(exchanges)
        self.asked = count - self.unsolicited
        """Exchanges, but for those (408 on an idle connection)."""
        self.opened_here = connection.opened_here
        """The capture shows its SYN."""
        closer = connection.first_close
        self.first_close = None if closer is None else Side.CLIENT if closer is client else Side.SERVER
        self.first_close_ns = connection.first_close_time_ns
        self.closed_at_ns = connection.closed_at_ns
        """When it was over for both sides, or NEVER."""
        self.established = connection.established
        self.signal = last_signal(exchanges)
        self.undecided = is_undecided(connection, client, capture_end_ns)
        """The SYN is not accepted yet, and the capture ended, or the client gave it up, too soon to tell."""
        self.dns_ns: int | None = None
        """How long the client's DNS look-up for this connection took."""
        self.opened_ns = client.syn_time_ns if client.syn_frame != UNKNOWN else connection.first_time_ns
        """When it began: its SYN, or the first that the capture shows of it."""
        self.ready_ns = max(connection.ack_time_ns, connection.syn_ack_time_ns)
        """When its handshake was over, or NEVER."""
        known = client.syn_frame != UNKNOWN and connection.ack_time_ns != NEVER
        self._connect_ns = max(0, connection.ack_time_ns - client.syn_time_ns) if known else NEVER
        self._beyond_ns = measure_beyond_ns(connection, client)
        self._round_trip_ns = measure_round_trip_ns(connection, client, self._beyond_ns)
        self.one_sided = not (client.has_spoken and server.has_spoken)
        """Whether the capture holds one direction only."""
        self.final_index = count - 1 if self.signal is None else self.signal.index
        """The place of the exchange after which the connection was over, -1 without one: requests behind a signal are
        never answered."""
        self.aborted = self._is_aborted()
        """A FIN or RST came before the last exchange was complete on both sides, and it never was."""
        self._idle_before_close_ns = self._measure_idle_before_close_ns()
        self.verdict = self._verdict()
        """The word for this connection."""

    def keep_packed(self, record: bytes) -> None:
        """Let go of the connection, of which `record` says all; it is unpacked when somebody looks at it."""
        self._connection = self._client = None
        self.record = record
        if self.dialogue.plain:
            self.dialogue = _PLAIN

    def dialogue_again(self) -> Dialogue:
        """The dialogue, for whoever goes on with it."""
        return Dialogue(self.exchanges) if self.dialogue is _PLAIN else self.dialogue

    @property
    def packed(self) -> bool:
        """Whether it was opened and closed in order, with nothing lost, sent again, reset or odd between."""
        return self._connection is None

    @property
    def connection(self) -> Connection:
        """What TCP showed. Of a packed one, the halves do not know each other."""
        return look_at(self.record) if self._connection is None else self._connection

    @property
    def client(self) -> Half:
        """The side that asks."""
        return self.connection.first if self._client is None else self._client

    @property
    def server(self) -> Half:
        """The side that answers."""
        connection = self.connection
        return connection.second if self.client is connection.first else connection.first

    @property
    def final(self) -> Exchange | None:
        """The exchange after which the connection was over."""
        return None if self.final_index < 0 else self.exchanges.at(self.final_index)

    @property
    def connect_ns(self) -> int | None:
        """SYN to the ACK that completes the handshake."""
        return None if self._connect_ns == NEVER else self._connect_ns

    @property
    def beyond_ns(self) -> int | None:
        """From the capture point to the client and back; without handshake the usual time of its pair, or None."""
        return None if self._beyond_ns == NEVER else self._beyond_ns

    @beyond_ns.setter
    def beyond_ns(self, value: int | None) -> None:
        self._beyond_ns = NEVER if value is None else value

    @property
    def round_trip_ns(self) -> int | None:
        """The whole round trip, without what a repeated SYN waited; without handshake as `beyond_ns`."""
        return None if self._round_trip_ns == NEVER else self._round_trip_ns

    @round_trip_ns.setter
    def round_trip_ns(self, value: int | None) -> None:
        self._round_trip_ns = NEVER if value is None else value

    @property
    def idle_before_close_ns(self) -> int | None:
        """From the last byte of the last exchange to the first close; None when that came before."""
        return None if self._idle_before_close_ns == NEVER else self._idle_before_close_ns

    @property
    def hold_ns(self) -> int:
        """The grace, as seen from this capture point."""
        return HOLD_NS if self._beyond_ns == NEVER else HOLD_NS + self._beyond_ns

    @property
    def closed_at_once(self) -> bool:
        """Whether the first close was decided when the last response was sent, or came, and not by a timer."""
        idle_ns = self._idle_before_close_ns
        if idle_ns <= DISCARD_NS:
            return idle_ns != NEVER
        return self.first_close is Side.CLIENT and self._beyond_ns != NEVER and idle_ns <= DISCARD_NS + self._beyond_ns

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
        if exchanges.persists(index) and not self.unsolicited:
            return True
        exchange = exchanges.at(index)
        if exchange.request is None and self.unsolicited:
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

    def _verdict(self) -> ConnectionVerdict:
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
