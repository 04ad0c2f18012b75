"""Connections as rows of plain values, and back: what the judge asks for, and nothing that only reading needs.

A row refers to heads by their place in a table that both sides keep: 0 is no head, and a batch brings those that are
new; heads refer so to their terms. Other connections are named by their `stream`, as the job counts.
"""

from array import array
from operator import attrgetter
from typing import Any, Final

from kacap.http.alike import AlikeHeads
from kacap.http.dialogue import Dialogue
from kacap.http.heads import Head, Terms, values_of
from kacap.http.message import Exchange, Message, Request, Response
from kacap.http.recognise import Protocol
from kacap.tcp.connection import Connection
from kacap.tcp.half import Half
from kacap.tcp.packed import replaced_by
from kacap.wire.key import reverse

Row = tuple[Any, ...]

HALF: Final = (
    "ack",
    "ack_frame",
    "alternative_isn",
    "base",
    "bytes",
    "ended",
    "fin_ack",
    "fin_acked_frame",
    "fin_acked_time_ns",
    "fin_frame",
    "fin_heard_frame",
    "fin_seq",
    "fin_time_ns",
    "gap_bytes",
    "keepalive_probes",
    "last_syn_time_ns",
    "next_seq",
    "out_of_order",
    "resent_ns",
    "retransmitted",
    "rst_ack",
    "rst_frame",
    "rst_heard_frame",
    "rst_seq",
    "rst_time_ns",
    "rst_ttl",
    "syn_frame",
    "syn_time_ns",
    "ttl",
    "unreachable_frame",
    "unreachable_time_ns",
    "unseen_before_rst",
    "window",
    "zero_window_probes",
)
CONNECTION: Final = (
    "ack_frame",
    "ack_time_ns",
    "challenge_frame",
    "challenge_time_ns",
    "duplicate_frames",
    "finished",
    "first_close_frame",
    "first_close_kind",
    "first_close_time_ns",
    "first_frame",
    "last_time_ns",
    "replaced_at_ns",
    "segments",
    "settled",
    "syn_ack_frame",
    "syn_ack_time_ns",
    "waiting_since_ns",
    "waiting_since_segment",
)
DIALOGUE: Final = (
    "_extra_index",
    "extra_bytes",
    "extra_frame",
    "extra_time_ns",
    "first_says",
    "limits_hit",
    "lost_in_gap",
    "switched",
)
MESSAGE: Final = ("body_bytes", "complete", "end_frame", "end_time_ns", "framing", "head_complete", "oddities")

RECORDS: Final = 3
"""Where in the row of a dialogue the records of its exchanges stand."""

_of_half: Final = attrgetter(*HALF)
_of_connection: Final = attrgetter(*CONNECTION)
_of_dialogue: Final = attrgetter(*DIALOGUE)
_of_message: Final = attrgetter(*MESSAGE)
_NEW_HALF: Final[Row] = _of_half(Half(b""))
_NEW_CONNECTION: Final[Row] = _of_connection(Connection(0, Half(b""), Half(b""), 0))
_NEW_DIALOGUE: Final[Row] = _of_dialogue(Dialogue())


def _fill(made: object, names: tuple[str, ...], values: Row, usual: Row) -> None:
    """Set what is not as in a new object."""
    for at, value in enumerate(values):
        if value != usual[at]:
            setattr(made, names[at], value)


def _side(connection: Connection, half: Half | None) -> int:
    if half is None:
        return 0
    return 1 if half is connection.first else 2


def row_of_connection(connection: Connection) -> Row:
    """One that is finished."""
    before = replaced_by(connection)
    return (
        connection.first.key,
        connection.first_time_ns,
        _of_connection(connection),
        _of_half(connection.first),
        _of_half(connection.second),
        _side(connection, connection.client),
        _side(connection, connection.first_close),
        -1 if before is None else before.stream,
    )


def connection_of_row(row: Row, stream: int) -> Connection:
    """The connection, with this number; `replaces` is not set."""
    key, first_time_ns, values, first_values, second_values, client, closer, _ = row
    first, second = Half(key), Half(reverse(key))
    connection = Connection(stream, first, second, first_time_ns)
    _fill(connection, CONNECTION, values, _NEW_CONNECTION)
    connection.last_time_ns = values[CONNECTION.index("last_time_ns")]
    _fill(first, HALF, first_values, _NEW_HALF)
    _fill(second, HALF, second_values, _NEW_HALF)
    sides = (None, first, second)
    connection.client = sides[client]
    connection.first_close = sides[closer]
    return connection


class HeadsOut:
    """The table of heads where rows are made."""

    def __init__(self) -> None:
        self._places: dict[Head | None, int] = {None: 0}
        self._terms: dict[Terms, int] = {}
        self._new: list[Row] = []

    def take_new(self) -> list[Row]:
        """Those that came up since the last time."""
        new, self._new = self._new, []
        return new

    def place(self, head: Head | None) -> int:
        """Where a head stands."""
        place = self._places.get(head)
        if place is None and head is not None:
            place = self._places[head] = len(self._places)
            terms = self._terms.get(head.terms)
            values = None
            if terms is None:
                terms = self._terms[head.terms] = len(self._terms)
                values = values_of(head.terms)
            self._new.append((terms, values, head.target, head.body_bytes))
        assert place is not None
        return place

    def places(self, heads: list[Head | None]) -> bytes:
        """Where many stand."""
        try:
            return array("I", map(self._places.__getitem__, heads)).tobytes()
        except KeyError:
            return array("I", map(self.place, heads)).tobytes()

    def row_of_dialogue(self, dialogue: Dialogue) -> Row:
        """One that is closed; most of it is what stands at `RECORDS`."""
        exchanges = dialogue.exchanges
        protocols = dialogue.protocols
        heads, opened, aside = exchanges._heads, exchanges._open, exchanges._aside
        return (
            _of_dialogue(dialogue),
            [tuple(protocol) for protocol in protocols] if protocols else None,
            exchanges._sealed,
            exchanges._read(),
            exchanges.record_bytes,
            self.place(exchanges._request),
            self.place(exchanges._response),
            None if heads is None else self.places(heads),
            None if opened is None else [self._row_of_exchange(each) for each in opened],
            None if aside is None else [(at, self._row_of_exchange(each)) for at, each in aside.items()],
            exchanges.orphans,
        )

    def _row_of_exchange(self, exchange: Exchange) -> Row:
        return (
            exchange.index,
            exchange.informational,
            exchange.response_lost,
            self._row_of_message(exchange.request),
            self._row_of_message(exchange.response),
        )

    def _row_of_message(self, message: Message | None) -> Row | None:
        if message is None:
            return None
        return self.place(message.head), message.frame, message.time_ns, _of_message(message)


class HeadsIn:
    """The table of heads where rows are read; `shared` holds the heads of all jobs."""

    def __init__(self, shared: AlikeHeads) -> None:
        self._shared = shared
        self._terms: list[Terms] = []
        self._heads: list[Head | None] = [None]

    def add(self, new: list[Row]) -> None:
        """Those that a batch brings."""
        for terms, values, target, body_bytes in new:
            if values is not None:
                self._terms.append(self._shared.terms(values))
            self._heads.append(self._shared.head(self._terms[terms], target, body_bytes))

    def at_places(self, places: bytes) -> list[Head | None]:
        """Those that stand at many places."""
        return list(map(self._heads.__getitem__, memoryview(places).cast("I")))

    def dialogue_of_row(self, row: Row) -> Dialogue:
        """The dialogue, closed."""
        state, protocols, sealed, records, record_bytes, request, response, heads, opened, aside, orphans = row
        dialogue = Dialogue()
        if state != _NEW_DIALOGUE:
            _fill(dialogue, DIALOGUE, state, _NEW_DIALOGUE)
        if protocols is not None:
            dialogue._protocols = [Protocol(*values) for values in protocols]
        exchanges = dialogue._exchanges
        exchanges._sealed = sealed
        exchanges._records = records
        exchanges.record_bytes = record_bytes
        exchanges._request = self._heads[request]
        exchanges._response = self._heads[response]
        if heads is not None:
            exchanges._heads = self.at_places(heads)
        if opened is not None:
            exchanges._open = [self._exchange_of_row(each) for each in opened]
        if aside is not None:
            exchanges._aside = {at: self._exchange_of_row(each) for at, each in aside}
        exchanges.orphans = orphans
        return dialogue

    def _exchange_of_row(self, row: Row) -> Exchange:
        index, informational, response_lost, request, response = row
        exchange = Exchange(None, index)
        exchange.informational = informational
        exchange.response_lost = response_lost
        if request is not None:
            exchange.request = Request(self._head(request[0]), request[1], request[2])
            _fill_message(exchange.request, request[3])
        if response is not None:
            exchange.response = Response(self._head(response[0]), response[1], response[2])
            _fill_message(exchange.response, response[3])
        return exchange

    def _head(self, place: int) -> Head:
        head = self._heads[place]
        assert head is not None
        return head


def _fill_message(message: Message, values: Row) -> None:
    for name, value in zip(MESSAGE, values, strict=True):
        setattr(message, name, value)
