"""Requests that wait when responses are found again behind a gap, until it is known which of them were answered.

Responses come in order (RFC 9112 section 9.3.2), so those found are of the last requests: the first one seems to be of
the last request, and each one more moves those before it back by one.
"""

from itertools import pairwise

from kacap.http.message import Exchange


class Late:
    """Exchanges whose response was lost or comes late, in order; two at least."""

    __slots__ = ("_answered", "_waiting")

    def __init__(self, waiting: list[Exchange]) -> None:
        self._waiting = waiting
        self._answered = 0
        for exchange in waiting[:-1]:
            exchange.response_lost = True

    @property
    def last(self) -> Exchange:
        """The exchange that the next response belongs to."""
        return self._waiting[-1]

    @property
    def all_answered(self) -> bool:
        """Whether none of them lost its response."""
        return self._answered == len(self._waiting)

    @property
    def any_answered(self) -> bool:
        """Whether a response was found."""
        return self._answered > 0

    def answer(self) -> Exchange:
        """The exchange that one more response belongs to; where it moves others back, there is nothing of it yet."""
        self._answered += 1
        for earlier, later in pairwise(self._waiting[-self._answered :]):
            earlier.response, earlier.informational, earlier.response_lost = later.response, later.informational, False
        if self._answered > 1:
            self.last.response, self.last.informational = None, ()
        return self.last
