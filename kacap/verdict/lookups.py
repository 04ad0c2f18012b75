"""DNS look-ups of the capture: how long did a client wait before it knew a server's address?

A look-up belongs to the first connection that the client opens to an address the answer gave; later connections found
the address remembered. Bounded: the oldest questions and answers are forgotten.
"""

from collections import OrderedDict
from typing import Final

MAX_LOOKUPS = 1 << 16

MAX_AGE_NS: Final = 10_000_000_000
"""A connection that begins later than this after an answer did not wait for it."""


class Lookups:
    """Questions that wait, and answers that no connection has used."""

    __slots__ = ("_answers", "_questions", "answers", "forgot", "taken")

    def __init__(self) -> None:
        self._questions: OrderedDict[tuple[bytes, bytes, int, int], int] = OrderedDict()
        self._answers: OrderedDict[tuple[bytes, bytes], tuple[int, int, int]] = OrderedDict()
        self.answers = 0
        """Addresses that were given, so far."""
        self.taken = -1
        """Which of them `take` found last, from 0."""
        self.forgot = False
        """Whether an answer was forgotten that no connection had used."""

    def asked(self, client: bytes, resolver: bytes, port: int, query_id: int, time_ns: int) -> None:
        """A query; repeated ones count from the first."""
        self._questions.setdefault((client, resolver, port, query_id), time_ns)
        if len(self._questions) > MAX_LOOKUPS:
            self._questions.popitem(last=False)

    def answered(
        self, client: bytes, resolver: bytes, port: int, query_id: int, addresses: tuple[bytes, ...], time_ns: int
    ) -> None:
        """A response that gave `addresses` to `client`."""
        asked_ns = self._questions.pop((client, resolver, port, query_id), None)
        if asked_ns is None:
            return
        for address in addresses:
            self._answers[(client, address)] = (time_ns, max(0, time_ns - asked_ns), self.answers)
            self.answers += 1
            if len(self._answers) > MAX_LOOKUPS:
                self._answers.popitem(last=False)
                self.forgot = True

    def take(self, client: bytes, server: bytes, time_ns: int) -> int | None:
        """The duration of the look-up that gave `server` to `client` shortly before `time_ns`, once; None without."""
        found = self._answers.pop((client, server), None)
        if found is None:
            self.taken = -1
            return None
        self.taken = found[2]
        return None if time_ns - found[0] > MAX_AGE_NS else found[1]
