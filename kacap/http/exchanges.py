"""Reads the exchanges of one connection, in order of first byte, from their records (see `ledger`).

Rules of this room:
- What is asked for is made anew, each time equal; who keeps one compares it by its `key`.
- Who asks of many exchanges reads columns (`start_ns`, `end_ns`, ...), which make no object.
"""

from collections.abc import Iterator
from typing import Final, overload

from librt.strings import read_i64_le

from kacap.http.framing import NONE
from kacap.http.heads import Head
from kacap.http.ledger import Ledger
from kacap.http.message import Exchange, Request
from kacap.http.persistence import persists, signal, signal_of_heads
from kacap.http.records import (
    ANSWERED,
    ASIDE,
    ASKED,
    BEGUN_AT,
    BODILESS,
    IN_ORDER,
    LASTS,
    OVER_AT,
    REQUEST_END_AT,
    RESPONSE_AT,
    SHORT,
    head_of,
    read_exchange,
    read_request,
)


class _Last:
    """The exchange that was made last: rows ask for the same one in turn."""

    __slots__ = ("made",)

    def __init__(self) -> None:
        self.made: tuple[Exchanges | None, Exchange] = (None, Exchange(None))


_LAST: Final = _Last()


class Exchanges(Ledger):
    """A sequence of `Exchange`."""

    __slots__ = ()

    @overload
    def __getitem__(self, index: int) -> Exchange: ...

    @overload
    def __getitem__(self, index: slice) -> list[Exchange]: ...

    def __getitem__(self, index: int | slice) -> Exchange | list[Exchange]:
        if isinstance(index, slice):
            return [self.at(at) for at in range(*index.indices(len(self)))]
        count = self._sealed if self._open is None else self._sealed + len(self._open)
        if index < 0:
            index += count
        if not 0 <= index < count:
            raise IndexError(index)
        return self.at(index)

    def __iter__(self) -> Iterator[Exchange]:
        for index in range(len(self)):
            yield self.at(index)

    def __reversed__(self) -> Iterator[Exchange]:
        for index in range(len(self) - 1, -1, -1):
            yield self.at(index)

    def at(self, index: int) -> Exchange:
        """The exchange at `index`, which is one."""
        if index >= self._sealed:
            assert self._open is not None
            return self._open[index - self._sealed]
        of, made = _LAST.made
        if of is self and made.index == index:
            return made
        if self._aside is not None:
            kept = self._aside.get(index)
            if kept is not None:
                return kept
        records = self._records if self._writer is None else self._read()
        if index == 0 or self._heads is None:
            exchange = read_exchange(index, records, self.record_bytes, self._request, self._response)
        else:
            heads = self._heads
            exchange = read_exchange(index, records, self.record_bytes, heads[2 * index - 2], heads[2 * index - 1])
        _LAST.made = (self, exchange)
        return exchange

    def heads(self, index: int) -> tuple[Head | None, Head | None]:
        """Those of the request and the response of one exchange."""
        if (
            index < self._sealed
            and not (self._records if self._writer is None else self._read())[index * self.record_bytes] & ASIDE
        ):
            if index == 0 or self._heads is None:
                return self._request, self._response
            return self._heads[2 * index - 2], self._heads[2 * index - 1]
        exchange = self.at(index)
        return head_of(exchange.request), head_of(exchange.response)

    def request_heads(self) -> list[Head]:
        """Those of all requests in order; one that is repeated at once stands there once."""
        return self._heads_of(0)

    def response_heads(self) -> list[Head]:
        """Those of all responses in the same way."""
        return self._heads_of(1)

    def _heads_of(self, side: int) -> list[Head]:
        if self._open is None and self._aside is None:
            first = self._response if side else self._request
            if self._heads is None:  # as most
                return [] if first is None else [first]
            heads = [first, *self._heads[side::2]]
        else:
            heads = [self.heads(index)[side] for index in range(len(self))]
        found: list[Head] = []
        before: Head | None = None
        for head in heads:
            if head is not None and head is not before:
                found.append(head)
                before = head
        return found

    def has_response(self, index: int) -> bool:
        """Whether any of its response was seen."""
        if index < self._sealed:
            flags = (self._records if self._writer is None else self._read())[index * self.record_bytes]
            if not flags & ASIDE:
                return flags & ANSWERED != 0
        return self.at(index).response is not None

    def answered_until(self) -> int:
        """The place behind the last exchange of whose response anything was seen."""
        for exchange in reversed(self._open or ()):
            if exchange.response is not None:
                return exchange.index + 1
        count = self._sealed
        while count and not self.has_response(count - 1):
            count -= 1
        return count

    def start_ns(self, index: int) -> int:
        """As `Exchange.start_ns`."""
        if index < self._sealed:
            records = self._records if self._writer is None else self._read()
            at = index * self.record_bytes
            flags = records[at]
            if flags & IN_ORDER:
                return read_i64_le(records, at + BEGUN_AT)
            answered_at = at + (OVER_AT if self.record_bytes == SHORT else RESPONSE_AT)
            if flags & ASKED:
                asked_ns = read_i64_le(records, at + BEGUN_AT)
                return min(asked_ns, read_i64_le(records, answered_at)) if flags & ANSWERED else asked_ns
            if flags & ANSWERED:
                return read_i64_le(records, answered_at)
        return self.at(index).start_ns

    def end_ns(self, index: int) -> int:
        """As `Exchange.end_ns`."""
        if index < self._sealed:
            records = self._records if self._writer is None else self._read()
            at = index * self.record_bytes
            flags = records[at]
            if flags & IN_ORDER:
                return read_i64_le(records, at + OVER_AT)
            asked_until = at + (BEGUN_AT if self.record_bytes == SHORT else REQUEST_END_AT)
            if flags & ANSWERED:
                answered_ns = read_i64_le(records, at + OVER_AT)
                return max(answered_ns, read_i64_le(records, asked_until)) if flags & ASKED else answered_ns
            if flags & ASKED:
                return read_i64_le(records, asked_until)
        return self.at(index).end_ns

    def complete(self, index: int) -> bool:
        """As `Exchange.complete`."""
        if index < self._sealed:
            flags = (self._records if self._writer is None else self._read())[index * self.record_bytes]
            if not flags & ASIDE:
                return flags & ANSWERED != 0
        return self.at(index).complete

    def persists(self, index: int) -> bool:
        """Whether the exchange is over and left its connection usable."""
        if index < self._sealed:
            flags = (self._records if self._writer is None else self._read())[index * self.record_bytes]
            if not flags & ASIDE:
                return flags & LASTS != 0
        return persists(self.at(index))

    def spent_ns(self) -> int:
        """Sending, waiting and receiving of all exchanges, the dropped ones with them."""
        spent = self._spent_ns(self._sealed) + self.dropped.spent_ns
        if self._open is not None:
            for exchange in self._open:
                spent += exchange.send_ns + exchange.wait_ns + exchange.receive_ns
        return spent

    def _spent_ns(self, count: int) -> int:
        """Of the first `count`, which are over."""
        spent = 0
        records = self._read()
        for index in range(count):
            at = index * self.record_bytes
            if records[at] & IN_ORDER:
                spent += read_i64_le(records, at + OVER_AT) - read_i64_le(records, at + BEGUN_AT)
            else:
                exchange = self.at(index)
                spent += exchange.send_ns + exchange.wait_ns + exchange.receive_ns
        return spent

    def request(self, index: int) -> Request | None:
        """That of one exchange."""
        if index < self._sealed and _LAST.made[0] is not self:
            records = self._records if self._writer is None else self._read()
            at = index * self.record_bytes
            if records[at] & ASKED:
                head = self._request if index == 0 or self._heads is None else self._heads[2 * index - 2]
                assert head is not None
                return read_request(head, records, at, self.record_bytes)
        return self.at(index).request

    def signal(self, index: int) -> tuple[str, str] | None:
        """As `persistence.signal`."""
        if index < self._sealed:
            flags = (self._records if self._writer is None else self._read())[index * self.record_bytes]
            if not flags & ASIDE:
                request, response = self.heads(index)
                return signal_of_heads(
                    request, response, NONE if flags & BODILESS or response is None else response.framing
                )
        return signal(self.at(index))

    def sealed(self, index: int) -> bool:
        """Whether the exchange is over and plain: it was answered, and both its messages are complete."""
        if index >= self._sealed:
            return False
        return self._read()[index * self.record_bytes] & (ASIDE | ANSWERED) == ANSWERED

    def first_asked(self) -> int:
        """The place of the first with a request; how many there are, without one."""
        for index in range(len(self)):
            if self.heads(index)[0] is not None:
                return index
        return len(self)

    def forget(self, count: int) -> None:
        """Drop the first `count`; see `drop`."""
        orphans = sum([self.heads(at)[0] is None for at in range(count)])
        self.drop(count, orphans, self._spent_ns(count))
        _LAST.made = (None, Exchange(None))

    def keep(self, index: int) -> Exchange:
        """From here on always the same object for one exchange."""
        exchange = self.at(index)
        if index < self._sealed:
            if self._aside is None:
                self._aside = {}
            self._aside[index] = exchange
        return exchange
