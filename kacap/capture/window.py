"""A run of bytes that arrives in blocks, seen through a window.

Rules: a block is never copied; only a record that crosses from one block into the next is put together on its own, so
a frame holds either its block or its record. Nothing is collected beyond the count that a reader asked for, and
readers ask only for counts they have checked.
"""

from collections.abc import Iterator


class Damage(Exception):  # noqa: N818 - ends the reading of one file, is never seen outside of this room
    """The bytes of a file cannot be followed any further; the text says why."""


class Cut(Damage):
    """The bytes ended where more were promised."""


class Window:
    """The bytes at hand: `data[pos:]`, where `pos` belongs to the reader.

    `origin` is the offset of `data[0]` in the (unpacked) file; after a `Damage` it is the offset of the bad record.
    """

    __slots__ = ("_block", "_blocks", "_taken", "data", "origin")

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self.data = b""
        self.origin = 0
        self._blocks = blocks
        self._block = b""
        self._taken = 0

    def need(self, pos: int, count: int) -> int:
        """Have `count` bytes of one record in `data`; returns where they begin now, or -1 at a clean end.

        Raises Cut when the bytes end inside the record, and lets a Damage of the unpacking through.
        """
        if len(self.data) - pos >= count:
            return pos
        self.origin += pos
        rest = self.data = self.data[pos:]
        if not rest:
            if self._taken == len(self._block) and not self._advance():
                return -1
            taken = self._taken
            self._taken = len(self._block)
            if len(self._block) - taken >= count:  # the usual case: the block itself is the window
                self.data = self._block
                self.origin -= taken
                return taken
            rest = self._block[taken:]
        parts = [rest]
        missing = count - len(rest)
        while missing:
            if self._taken == len(self._block) and not self._advance():
                raise Cut(f"the data ends inside a record ({count - missing} of {count} bytes are there)")
            part = self._block[self._taken : self._taken + missing]
            self._taken += len(part)
            missing -= len(part)
            parts.append(part)
        self.data = b"".join(parts)
        return 0

    def damage(self, pos: int, reason: str) -> Damage:
        """A Damage of the record that begins at `pos`, to be raised."""
        self.origin += pos
        self.data = b""
        return Damage(reason)

    def _advance(self) -> bool:
        self._block = next(self._blocks, b"")
        self._taken = 0
        return bool(self._block)
