"""Heads that were seen before: a client that keeps its connection repeats itself, and so does its server.

Rules of this room:
- A head is recognised by the keyed 64-bit hash of its bytes (SipHash, the key is the process's own); the bytes, with
  their cookies and credentials, are not kept.
- Heads that differ only in what nobody looks at (Date, cookies) are one.
- What is kept is bounded in number and in bytes; when it is full it is forgotten, and begins anew.
"""

from typing import Final

from kacap.http.alike import MAX_HEADS, AlikeHeads
from kacap.http.heads import Head, Said
from kacap.http.parse import read_head

MAX_BYTES: Final = 4 << 20
"""Bytes that they had together."""

LONGEST: Final = 4096
"""A longer head is parsed each time."""

_H: Final = 0x48
"""How a response begins, and few requests."""


class KnownHeads:
    """The heads of one capture."""

    __slots__ = ("_by_hash", "_request_bytes", "_response_bytes", "_room", "alike")

    def __init__(self) -> None:
        self._by_hash: dict[int, Head] = {}
        """By the hash of the bytes of a whole head, from its start line to its blank line."""
        self.alike = AlikeHeads()
        self._room = MAX_BYTES
        self._request_bytes = 0
        """The length of the request head that was recognised last: the next is often as long, and then its end need not
        be looked for."""
        self._response_bytes = 0

    def __len__(self) -> int:
        """Heads that are remembered; those that differ only in what nobody looks at count each."""
        return len(self._by_hash)

    def whole(self, data: bytes, start: int, end: int) -> Head | None:
        """The head of the message that is all of `data[start:end]`, if it was seen before."""
        is_response = data[start] == _H
        length = self._response_bytes if is_response else self._request_bytes
        head = self._by_hash.get(hash(data[start : start + length])) if 0 < length <= end - start else None
        if head is None:
            length = data.find(b"\r\n\r\n", start, end) + 4 - start
            if not 0 < length <= LONGEST:
                return None
            head = self._by_hash.get(hash(data[start : start + length]))
            if head is None:
                return None
            if is_response:
                self._response_bytes = length
            else:
                self._request_bytes = length
        return head if start + length + head.exact_bytes == end else None

    def read(self, data: bytes, start: int, stop: int, kind: int) -> Head | None:
        """The head at `data[start:stop]`; None when it is no head of this `kind` (0: of any)."""
        length = stop - start
        if length > LONGEST:
            said = read_head(data, start, stop, kind)
            return None if said is None else self.alike.head_of(said)
        key = hash(data[start:stop])
        head = self._by_hash.get(key)
        if head is None:
            said = read_head(data, start, stop, kind)
            return None if said is None else self._remember(key, length, said)
        return head if kind in (0, head.kind) else None

    def _remember(self, key: int, length: int, said: Said) -> Head:
        self._room -= length
        if self._room < 0 or len(self._by_hash) >= MAX_HEADS:
            self._by_hash.clear()
            self.alike.forget()
            self._room = MAX_BYTES - length
        head = self._by_hash[key] = self.alike.head_of(said)
        return head
