"""Packed connections in columns, and back: their records one after the other, and those of their exchanges.

Only what is plain, with nothing but records, crosses this way. Numbers of a connection: bytes of its record,
exchanges, bytes of the record of each, those without request, heads, and nanoseconds of its DNS look-up or NEVER.
"""

from array import array
from typing import Final

from librt.strings import read_i64_le

from kacap.http.exchanges import Exchanges
from kacap.jobs.rows import HeadsIn, HeadsOut
from kacap.tcp.half import NEVER

Columns = tuple[bytes, bytes, bytes, bytes]
"""Numbers as i64, records, records of exchanges, places of heads as u32."""

NUMBERS_BYTES: Final = 48
"""Of one connection."""


class PlainOut:
    """Makes columns."""

    def __init__(self, heads: HeadsOut) -> None:
        self._heads = heads
        self._numbers: list[int] = []
        self._records: list[bytes] = []
        self._exchanges: list[bytes] = []
        self._spoken = array("I")

    def __len__(self) -> int:
        return len(self._records)

    def add(self, record: bytes, exchanges: Exchanges, dns_ns: int | None) -> bool:
        """Take a connection; False when it is none for columns."""
        if exchanges._open is not None or exchanges._aside is not None:
            return False
        numbers = self._numbers
        numbers.append(len(record))
        numbers.append(exchanges._sealed)
        numbers.append(exchanges.record_bytes)
        numbers.append(exchanges.orphans)
        numbers.append(2 if exchanges._heads is None else 2 + len(exchanges._heads))
        numbers.append(NEVER if dns_ns is None else dns_ns)
        self._records.append(record)
        self._exchanges.append(exchanges._read())
        heads, spoken = self._heads, self._spoken
        spoken.append(heads.place(exchanges._request))
        spoken.append(heads.place(exchanges._response))
        if exchanges._heads is not None:
            spoken.frombytes(heads.places(exchanges._heads))
        return True

    def take(self) -> Columns:
        """What was added since the last time."""
        columns = (
            array("q", self._numbers).tobytes(),
            b"".join(self._records),
            b"".join(self._exchanges),
            self._spoken.tobytes(),
        )
        self._numbers, self._records, self._exchanges, self._spoken = [], [], [], array("I")
        return columns


class PlainIn:
    """Reads columns, one connection after the other."""

    def __init__(self, columns: Columns, heads: HeadsIn) -> None:
        self._numbers, self._records, self._exchanges, spoken = columns
        self._spoken = heads.at_places(spoken)
        self._at = self._record_at = self._exchange_at = self._spoken_at = 0
        self.record = b""
        self.exchanges = Exchanges()
        self.dns_ns: int | None = None

    def advance(self) -> bool:
        """Go to the next connection; False behind the last."""
        at = self._at
        if at == len(self._numbers):
            return False
        self._at = at + NUMBERS_BYTES
        end = self._record_at + read_i64_le(self._numbers, at)
        self.record = self._records[self._record_at : end]
        self._record_at = end
        exchanges = self.exchanges = Exchanges()
        count: int = read_i64_le(self._numbers, at + 8)
        exchanges._sealed = count
        exchanges.record_bytes = read_i64_le(self._numbers, at + 16)
        exchanges.orphans = read_i64_le(self._numbers, at + 24)
        end = self._exchange_at + count * exchanges.record_bytes
        exchanges._records = self._exchanges[self._exchange_at : end]
        self._exchange_at = end
        spoken = self._spoken_at
        exchanges._request = self._spoken[spoken]
        exchanges._response = self._spoken[spoken + 1]
        self._spoken_at = spoken + read_i64_le(self._numbers, at + 32)
        if self._spoken_at > spoken + 2:
            exchanges._heads = self._spoken[spoken + 2 : self._spoken_at]
        dns_ns: int = read_i64_le(self._numbers, at + 40)
        self.dns_ns = None if dns_ns == NEVER else dns_ns
        return True
