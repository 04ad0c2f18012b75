"""What one server says of its connections, over all its clients: which answers keep them, and which say close.

Only answers to requests that allowed reuse count: a server that obeys a client says nothing of itself. Errors are
counted apart, because many servers keep a connection after a good answer and close it after an error.
"""

from collections.abc import Iterable, Sequence

from kacap.http.message import Exchange
from kacap.http.persistence import SERVER_CLOSE, client_signal, server_signal
from kacap.verdict.facts import Facts
from kacap.verdict.occupancy import Cover, open_interval

ERRORS_FROM = 400
"""Status codes from here on are errors (RFC 9110 sections 15.5 and 15.6)."""

_MOST_NAMES = 256
"""Different User-Agents that are told apart; those of an attacker are without number."""

_ENOUGH = 3
"""Answers of each kind that make a rule out of chance."""


class Tally:
    """How many answers kept the connection, and how many said close."""

    __slots__ = ("closed", "kept")

    def __init__(self) -> None:
        self.kept = 0
        self.closed = 0

    def add(self, closes: bool) -> None:
        """Count one answer."""
        if closes:
            self.closed += 1
        else:
            self.kept += 1


class Answers:
    """The answers of one server to requests that allowed the connection to stay."""

    __slots__ = ("_busy_from", "_by_agent", "_by_method", "_connections", "_well", "errors", "good")

    def __init__(self, connections: Sequence[Facts]) -> None:
        self._connections = connections
        self.good = Tally()
        self.errors = Tally()
        self._by_agent: dict[str | None, Tally] = {}
        self._by_method: dict[str | None, Tally] = {}
        self._busy_from: int | None = -1
        """-1 until it is asked for."""
        self._well: frozenset[tuple[str, str]] | None = None
        for exchange, closes in _free_answers(connections):
            if exchange.response is not None and exchange.response.status >= ERRORS_FROM:
                self.errors.add(closes)
                continue
            self.good.add(closes)
            request = exchange.request
            if request is not None:
                _tally(self._by_agent, request.user_agent).add(closes)
                _tally(self._by_method, request.method).add(closes)

    @property
    def always_close(self) -> bool:
        """Whether each answer says close, good ones among them."""
        return not self.good.kept and not self.errors.kept and self.good.closed >= 2

    def closes_on_agent(self, exchange: Exchange) -> bool:
        """Whether close is said to this User-Agent always, and to the others hardly ever."""
        return exchange.request is not None and self._singles_out(self._by_agent, exchange.request.user_agent)

    def closes_on_method(self, exchange: Exchange) -> bool:
        """Whether close is said to this method always, and to the others hardly ever."""
        return exchange.request is not None and self._singles_out(self._by_method, exchange.request.method)

    def answered_well(self, method: str, target: str) -> bool:
        """Whether this request had a good answer, here or on another connection."""
        if self._well is None:
            self._well = frozenset(
                (exchange.request.method, exchange.request.target)
                for facts in self._connections
                for exchange in facts.exchanges
                if exchange.request and exchange.response and exchange.response.status < ERRORS_FROM
            )
        return (method, target) in self._well

    @property
    def busy_from(self) -> int | None:
        """Open connections from which on each good answer said close, while below it each kept; None without such."""
        if self._busy_from == -1:
            self._busy_from = self._find_busy_from()
        return self._busy_from

    def _find_busy_from(self) -> int | None:
        if min(self.good.kept, self.good.closed) < _ENOUGH:
            return None
        opened = Cover(open_interval(facts) for facts in self._connections if facts.connection.established)
        most_kept, least_closed = 0, len(self._connections) + 1
        for exchange, closes in _free_answers(self._connections):
            response = exchange.response
            if response is None or response.status >= ERRORS_FROM:
                continue
            level = opened.at(response.time_ns)
            if closes:
                least_closed = min(least_closed, level)
            else:
                most_kept = max(most_kept, level)
        return least_closed if most_kept < least_closed else None

    def _singles_out(self, tallies: dict[str | None, Tally], name: str | None) -> bool:
        own = tallies.get(name)
        if own is None or own.kept or own.closed < _ENOUGH:
            return False
        others_closed = self.good.closed - own.closed
        return self.good.kept >= _ENOUGH and others_closed * 10 <= self.good.kept


def _free_answers(connections: Iterable[Facts]) -> Iterable[tuple[Exchange, bool]]:
    """Exchanges whose request allowed reuse, and whether the answer says close; other refusals are left out."""
    for facts in connections:
        for exchange in facts.exchanges:
            response = exchange.response
            if response is None or (exchange.request is not None and client_signal(exchange.request) is not None):
                continue
            said = server_signal(exchange.request, response)
            if said == SERVER_CLOSE or (said is None and response.complete):
                yield exchange, said is not None


def _tally(tallies: dict[str | None, Tally], name: str | None) -> Tally:
    known = tallies.get(name)
    if known is None:
        known = Tally()
        if len(tallies) < _MOST_NAMES:
            tallies[name] = known
    return known
