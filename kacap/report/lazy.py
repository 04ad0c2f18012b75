"""A sequence of rows of which none is there before somebody asks for it, and none is kept."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from operator import eq
from typing import Any, TypeVar, overload

Row_co = TypeVar("Row_co", covariant=True)


class Rows(Sequence[Row_co]):
    """Immutable, and equal to a tuple of the same rows; what is sliced, copied or pickled is such a tuple."""

    __slots__ = ()

    @abstractmethod
    def row(self, at: int) -> Row_co:
        """Build the row at `at`, which is 0 or more and less than the length."""

    def __iter__(self) -> Iterator[Row_co]:
        return map(self.row, range(len(self)))

    @overload
    def __getitem__(self, at: int) -> Row_co: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Row_co, ...]: ...
    def __getitem__(self, at: int | slice) -> Row_co | tuple[Row_co, ...]:
        places = range(len(self))[at]
        return self.row(places) if isinstance(places, int) else tuple(map(self.row, places))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (Rows, tuple)):
            return NotImplemented
        return len(self) == len(other) and all(map(eq, self, other))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (list(self),)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self)}>"
