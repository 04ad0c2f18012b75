"""What a pair may know of the rest of the capture, worked out when first asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kacap.tcp.half import FOREVER
from kacap.verdict.facts import Facts
from kacap.verdict.patterns.answers import Answers
from kacap.verdict.patterns.departures import Departures
from kacap.verdict.patterns.fallbacks import Fallbacks
from kacap.verdict.patterns.nesting import Endpoint
from kacap.verdict.patterns.spread import Spread, spreads

if TYPE_CHECKING:
    from kacap.verdict.pair import PairFacts


class CaptureFacts:
    """All pairs of a capture, and what shows only over several of them."""

    __slots__ = ("_answers", "_by_server", "_departures", "_fallbacks", "_spreads", "first_ns", "last_ns", "pairs")

    def __init__(self, pairs: Sequence[PairFacts], first_ns: int = 0, last_ns: int = FOREVER) -> None:
        self.pairs = pairs
        self.first_ns = first_ns
        """When the capture began."""
        self.last_ns = last_ns
        """When it ended."""
        self._by_server: dict[Endpoint, list[PairFacts]] | None = None
        self._answers: dict[Endpoint, Answers] = {}
        self._departures: Departures | None = None
        self._spreads: dict[int, Spread] | None = None
        self._fallbacks: Fallbacks | None = None

    def answers_of(self, server: Endpoint) -> Answers:
        """What a server says of its connections to all its clients."""
        found = self._answers.get(server)
        if found is None:
            found = self._answers[server] = Answers(self._connections(self._pairs_of(server)))
        return found

    @property
    def departures(self) -> Departures:
        """What ended together."""
        if self._departures is None:
            self._departures = Departures(self._connections(self.pairs))
        return self._departures

    @property
    def fallbacks(self) -> Fallbacks:
        """Which failed attempts a client made up for at another address."""
        if self._fallbacks is None:
            versions = {len(pair.server[0]) for pair in self.pairs}
            self._fallbacks = Fallbacks(self._connections(self.pairs) if len(versions) > 1 else ())
        return self._fallbacks

    def spread(self, pair: PairFacts) -> Spread | None:
        """The requests to one Host that the client spreads over many addresses, at the first of these pairs only."""
        if self._spreads is None:
            self._spreads = spreads(self.pairs)
        return self._spreads.get(pair.connections[0].stream)

    def _pairs_of(self, server: Endpoint) -> Sequence[PairFacts]:
        if self._by_server is None:
            self._by_server = {}
            for pair in self.pairs:
                self._by_server.setdefault(pair.server, []).append(pair)
        return self._by_server[server]

    @staticmethod
    def _connections(pairs: Sequence[PairFacts]) -> list[Facts]:
        if len(pairs) == 1:
            return pairs[0].connections
        return [facts for pair in pairs for facts in pair.connections]
