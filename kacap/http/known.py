"""Heads that were seen before: a client that keeps its connection repeats itself, and so does its server.

Rules of this room:
- A head is recognised by the keyed 64-bit hash of its bytes (SipHash, the key is the process's own); the bytes, with
  their cookies and credentials, are not kept.
- Heads that differ only in what nobody looks at (Date, cookies) are one.
- What is kept is bounded in number and in bytes; when it is full it is forgotten, and begins anew.
"""

from kacap.http.heads import Head, Said
from kacap.http.parse import read_head

MAX_HEADS = 8192
"""Heads remembered."""

MAX_BYTES = 4 << 20
"""Bytes that they had together."""

LONGEST = 4096
"""A longer head is parsed each time."""


class KnownHeads:
    """The heads of one capture."""

    __slots__ = ("_alike", "_room", "by_hash")

    def __init__(self) -> None:
        self.by_hash: dict[int, Head] = {}
        """By the hash of the bytes of a whole head, from its start line to its blank line."""
        self._alike: dict[Said, Head] = {}
        self._room = MAX_BYTES

    def read(self, data: bytes, start: int, stop: int, kind: int) -> Head | None:
        """The head at `data[start:stop]`; None when it is no head of this `kind` (0: of any)."""
        length = stop - start
        if length > LONGEST:
            said = read_head(data, start, stop, kind)
            return None if said is None else Head(said)
        key = hash(data[start:stop])
        head = self.by_hash.get(key)
        if head is None:
            said = read_head(data, start, stop, kind)
            return None if said is None else self._remember(key, length, said)
        return head if kind in (0, head.kind) else None

    def _remember(self, key: int, length: int, said: Said) -> Head:
        self._room -= length
        if self._room < 0 or len(self.by_hash) >= MAX_HEADS:
            self.by_hash.clear()
            self._alike.clear()
            self._room = MAX_BYTES - length
        head = self._alike.get(said)
        if head is None:
            head = self._alike[said] = Head(said)
        self.by_hash[key] = head
        return head
