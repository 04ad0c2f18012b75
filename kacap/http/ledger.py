"""Writes the exchanges of one connection, in order of first byte: those that are over as records of one size.

Rules of this room:
- An exchange that is over, and of which the heads, the frames, the times and the sizes say all, is sealed: its numbers
  are written to a record, its heads are shared ones, its objects go.
- What is open, or odd, stays an object. One that is not waiting for its response, does not end, and keeps `MAX_BEHIND`
  others from being sealed, is taken for over as it is; if more comes of it, its object takes it.
- Most connections in a bad capture have one exchange: the first record is kept as it is, and needs no buffer.
- Of a connection that never ends the oldest may be dropped (`drop`): places then count from the first that is left, and
  what a judge has to add up of the others is known (`Dropped`).
"""

from typing import Final

from librt.strings import BytesWriter, write_i64_le

from kacap.http.heads import Head
from kacap.http.message import Exchange, Request
from kacap.http.persistence import lasts
from kacap.http.records import (
    ANSWERED,
    ASIDE,
    ASKED,
    IN_ORDER,
    LASTS,
    LONG,
    SHORT,
    flags_of,
    head_of,
    is_over,
    is_plain,
    is_short,
    lengthened,
    write_record,
)

MAX_BEHIND: Final = 64
"""Exchanges that stand behind one that never ends, because its end was not captured, say."""


class Dropped:
    """The exchanges that are there no more: the first ones of a connection."""

    __slots__ = ("asked", "count", "orphans", "spent_ns")

    def __init__(self) -> None:
        self.count = 0
        self.asked = 0
        """How many had a request."""
        self.orphans = 0
        """How many had none."""
        self.spent_ns = 0
        """Sending, waiting and receiving of all."""


NOTHING_DROPPED: Final = Dropped()


class Ledger:
    """What `Exchanges` reads."""

    __slots__ = (
        "_aside",
        "_heads",
        "_open",
        "_records",
        "_request",
        "_response",
        "_sealed",
        "_writer",
        "dropped",
        "orphans",
        "record_bytes",
    )

    def __init__(self) -> None:
        self._sealed = 0
        """How many are over; the open ones come after them."""
        self._records = b""
        self._writer: BytesWriter | None = None
        """Takes what comes after the first; where there is one, `_records` is what was read of it last."""
        self._request: Head | None = None
        self._response: Head | None = None
        """The heads of the first."""
        self._heads: list[Head | None] | None = None
        """Two for each of the others; None while theirs are those of the first."""
        self._open: list[Exchange] | None = None
        self._aside: dict[int, Exchange] | None = None
        """Those that are over and stay objects."""
        self.record_bytes = SHORT
        """Of each record."""
        self.orphans = 0
        """How many have no request, the dropped ones with them."""
        self.dropped = NOTHING_DROPPED

    @property
    def idle(self) -> bool:
        """Whether no exchange is open."""
        return not self._open

    @property
    def over(self) -> int:
        """How many are over."""
        return self._sealed

    @property
    def records(self) -> bytes:
        """Those of all that are over."""
        return self._records if self._writer is None else self._read()

    def begin(self, request: Request | None) -> Exchange:
        """A new exchange, open."""
        exchange = Exchange(request, len(self))
        if request is None:
            self.orphans += 1
        if self._open is None:
            self._open = []
        self._open.append(exchange)
        return exchange

    def add(self, request: Head, frame: int, time_ns: int, response: Head, end_frame: int, end_time_ns: int) -> int:
        """A plain exchange, each message whole in one frame; none may be open. Returns its index."""
        flags = ASKED | ANSWERED
        if (request.lasts and response.lasts) or lasts(request, response, response.framing):
            flags |= LASTS
        if time_ns <= end_time_ns:
            flags |= IN_ORDER
        writer = self._begin_record(request, response)
        writer.append(flags)  # as `write_record`
        write_i64_le(writer, time_ns)
        write_i64_le(writer, end_time_ns)
        write_i64_le(writer, frame)
        write_i64_le(writer, end_frame)
        if self.record_bytes == LONG:
            write_i64_le(writer, time_ns)
            write_i64_le(writer, frame)
            write_i64_le(writer, request.exact_bytes)
            write_i64_le(writer, end_time_ns)
            write_i64_le(writer, end_frame)
            write_i64_le(writer, response.exact_bytes)
        index = self._sealed
        if index == 0:
            self._records = writer.getvalue()
        self._sealed = index + 1
        return index

    def opened(self, back: int) -> Exchange:
        """The open exchange that stands `back` places from the end, from 1."""
        assert self._open is not None
        return self._open[-back]

    def is_answered(self, index: int) -> bool:
        """Whether the request of an exchange is known, and its response, of which something was seen, is complete."""
        exchange: Exchange | None = None
        if index >= self._sealed:
            exchange = self.opened(len(self) - index)
        elif self._aside is not None:
            exchange = self._aside.get(index)
        if exchange is not None:
            return exchange.request is not None and exchange.complete
        if index == 0 or self._heads is None:
            return self._request is not None
        return self._heads[2 * index - 2] is not None

    def settle(self) -> None:
        """Seal what is over, up to the first that is not."""
        waiting = self._open
        if waiting is None:
            return
        over = 0
        for exchange in waiting:
            ends = is_over(exchange)
            if not ends and (
                len(waiting) - over <= MAX_BEHIND or (exchange.response is None and not exchange.response_lost)
            ):
                break
            over += 1
            self._seal(exchange, ends=ends)
        if over == len(waiting):
            self._open = None
        elif over:
            del waiting[:over]

    def drop(self, count: int, orphans: int, spent_ns: int) -> None:
        """The first `count` go: all of them are over, another one that is over follows them, and none is held outside.

        `orphans` of them have no request; sending, waiting and receiving took them `spent_ns`.
        """
        dropped = self.dropped
        if dropped is NOTHING_DROPPED:
            dropped = self.dropped = Dropped()
        dropped.count += count
        dropped.asked += count - orphans
        dropped.orphans += orphans
        dropped.spent_ns += spent_ns
        heads = self._heads
        if heads is not None:
            self._request, self._response = heads[2 * count - 2], heads[2 * count - 1]
            self._heads = heads[2 * count :] or None
        self._records = self._read()[count * self.record_bytes :]
        self._writer = None
        self._sealed -= count
        if self._aside is not None:
            self._aside = {at - count: exchange for at, exchange in self._aside.items() if at >= count} or None
            for at, exchange in (self._aside or {}).items():
                exchange.index = at
        for exchange in self._open or ():
            exchange.index -= count

    def close(self) -> None:
        """Nothing more comes."""
        if self._writer is not None:
            self._records = self._writer.getvalue()
            self._writer = None

    def _seal(self, exchange: Exchange, *, ends: bool) -> None:
        request, response = exchange.request, exchange.response
        if not ends or exchange.informational or not is_plain(request) or not is_plain(response):
            if self._aside is None:
                self._aside = {}
            self._aside[self._sealed] = exchange
            flags, request, response = ASIDE, None, None
        else:
            flags = flags_of(exchange)
            if self.record_bytes == SHORT and not (is_short(request) and is_short(response)):
                self._lengthen()
        writer = self._begin_record(head_of(request), head_of(response))
        write_record(writer, flags, request, response, self.record_bytes)
        if self._sealed == 0:
            self._records = writer.getvalue()
        self._sealed += 1

    def _begin_record(self, request: Head | None, response: Head | None) -> BytesWriter:
        if self._sealed == 0:
            self._request, self._response = request, response
            return BytesWriter()
        heads = self._heads
        if heads is None and (request is not self._request or response is not self._response):
            heads = self._heads = [self._request, self._response] * (self._sealed - 1)
        if heads is not None:
            heads.append(request)
            heads.append(response)
        writer = self._writer
        if writer is None:
            writer = self._writer = BytesWriter()
            writer.write(self._records)
        return writer

    def _lengthen(self) -> None:
        """Long records from here on."""
        heads, first = self._heads, (self._request, self._response)
        pairs = [first] * self._sealed if heads is None else [first, *zip(heads[::2], heads[1::2], strict=True)]
        self._records = lengthened(self._read(), pairs)
        self.record_bytes = LONG
        self._writer = None

    def __len__(self) -> int:
        return self._sealed if self._open is None else self._sealed + len(self._open)

    def _read(self) -> bytes:
        """All records."""
        if self._writer is not None and len(self._records) != self._sealed * self.record_bytes:
            self._records = self._writer.getvalue()
        return self._records
