"""Writes the exchanges of one connection, in order of first byte: those that are over as records of fixed size.

Rules of this room:
- An exchange that is over, and of which the heads, the frames, the times and the sizes say all, is sealed: its numbers
  are written to a record, its heads are shared ones, its objects go.
- What is open, or odd, stays an object.
- Most connections in a bad capture have one exchange: the first record is kept as it is, and needs no buffer.
"""

from librt.strings import BytesWriter, write_i64_le

from kacap.http.heads import Head
from kacap.http.message import Exchange, Request
from kacap.http.persistence import lasts
from kacap.http.records import ANSWERED, ASIDE, ASKED, LASTS, SIZE, flags_of, head_of, is_over, is_plain, write_message


class Ledger:
    """What `Exchanges` reads."""

    __slots__ = ("_aside", "_heads", "_open", "_records", "_request", "_response", "_sealed", "_writer", "orphans")

    def __init__(self) -> None:
        self._sealed = 0
        """How many are over; the open ones come after them."""
        self._records = b""
        self._writer: BytesWriter | None = None
        """Holds the records once there are two; `_records` is then what was read of it last."""
        self._request: Head | None = None
        self._response: Head | None = None
        """The heads of the first."""
        self._heads: list[Head | None] | None = None
        """Two for each of the others."""
        self._open: list[Exchange] | None = None
        self._aside: dict[int, Exchange] | None = None
        """Those that are over and stay objects."""
        self.orphans = 0
        """How many have no request."""

    @property
    def idle(self) -> bool:
        """Whether no exchange is open."""
        return not self._open

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
        writer = self._begin_record(request, response)
        writer.append(flags)
        write_i64_le(writer, frame)
        write_i64_le(writer, time_ns)
        write_i64_le(writer, frame)
        write_i64_le(writer, time_ns)
        write_i64_le(writer, request.exact_bytes)
        write_i64_le(writer, end_frame)
        write_i64_le(writer, end_time_ns)
        write_i64_le(writer, end_frame)
        write_i64_le(writer, end_time_ns)
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
            if not is_over(exchange):
                break
            over += 1
            self._seal(exchange)
        if over == len(waiting):
            self._open = None
        elif over:
            del waiting[:over]

    def close(self) -> None:
        """Nothing more comes."""
        if self._writer is not None:
            self._records = self._writer.getvalue()
            self._writer = None

    def _seal(self, exchange: Exchange) -> None:
        request, response = exchange.request, exchange.response
        if exchange.informational or not is_plain(request) or not is_plain(response):
            if self._aside is None:
                self._aside = {}
            self._aside[self._sealed] = exchange
            flags, request, response = ASIDE, None, None
        else:
            flags = flags_of(exchange)
        said, answered = head_of(request), head_of(response)
        writer = self._begin_record(said, answered)
        writer.append(flags)
        write_message(writer, request)
        write_message(writer, response)
        if self._sealed == 0:
            self._records = writer.getvalue()
        self._sealed += 1

    def _begin_record(self, request: Head | None, response: Head | None) -> BytesWriter:
        if self._sealed == 0:
            self._request, self._response = request, response
            return BytesWriter()
        if self._heads is None:
            self._heads = []
        self._heads.append(request)
        self._heads.append(response)
        writer = self._writer
        if writer is None:
            writer = self._writer = BytesWriter()
            writer.write(self._records)
        return writer

    def __len__(self) -> int:
        return self._sealed if self._open is None else self._sealed + len(self._open)

    def _read(self) -> bytes:
        """All records."""
        if self._writer is not None and len(self._records) != self._sealed * SIZE:
            self._records = self._writer.getvalue()
        return self._records
