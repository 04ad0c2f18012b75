"""What avoidable connections and lost requests cost, and what reuse saved: of one pair, or of several together.

Which of a pair's connections were the avoidable ones nobody can say, only how many: what they cost is worked out at the
usual time of a handshake, and their closes are shared out as those of all its connections were.
"""

from collections.abc import Iterable
from typing import Final

from kacap.verdict import traits
from kacap.verdict.pair import PairFacts

TIME_WAIT_S: Final = 60
"""How long Linux holds the port of the side that closes first (RFC 9293 section 3.4.2 asks for 240 s)."""

LEAST_CLOSES: Final = 5
"""Fewer avoidable closes are no rate."""

LEAST_SPAN_NS: Final = 5_000_000_000
"""What happened within less time than this tells nothing about a minute."""


class Costs:
    """Sums over pairs. Properties that the capture cannot tell are None."""

    __slots__ = (
        "_client_closes",
        "_closes",
        "_first_ns",
        "_handshakes_ns",
        "_last_ns",
        "_saved_ns",
        "_server_closes",
        "_spent_ns",
        "_unmeasured",
        "_waited_ns",
        "unanswered_requests",
    )

    def __init__(self, pairs: Iterable[PairFacts]) -> None:
        self._handshakes_ns = 0
        self._unmeasured = False
        self._spent_ns = 0
        self._saved_ns: int | None = None
        self._closes = 0
        self._client_closes = self._server_closes = 0.0
        self._first_ns: int | None = None
        self._last_ns: int | None = None
        self.unanswered_requests = 0
        """Requests whose connection ended without any answer to them."""
        self._waited_ns = 0
        for pair in pairs:
            self._add(pair)

    @property
    def handshake_share(self) -> float | None:
        """0…1: the avoidable handshakes in the time that all exchanges took, connecting included."""
        if self._unmeasured or not self._spent_ns or self._handshakes_ns > self._spent_ns:
            return None
        return self._handshakes_ns / self._spent_ns

    @property
    def closes_per_second(self) -> float | None:
        """Avoidable closes, between the first SYN and the last close of the connections that carried exchanges."""
        if self._first_ns is None or self._last_ns is None or self._last_ns - self._first_ns < LEAST_SPAN_NS:
            return None
        if self._closes < LEAST_CLOSES:
            return None
        return self._closes * 1_000_000_000 / (self._last_ns - self._first_ns)

    @property
    def client_time_wait_ports(self) -> int | None:
        """Ports that avoidable closes hold in TIME_WAIT at the client, when they go on at this rate."""
        return self._ports(self._client_closes)

    @property
    def server_time_wait_ports(self) -> int | None:
        """Ports that avoidable closes hold in TIME_WAIT at the server, when they go on at this rate."""
        return self._ports(self._server_closes)

    @property
    def saved_ns(self) -> int | None:
        """Handshakes that reused exchanges did without, where the usual time of one is known."""
        return self._saved_ns

    @property
    def waited_in_vain_ns(self) -> int | None:
        """From the first request without answer of each connection to the moment when the client could know, in all."""
        return None if self.unanswered_requests and not self._waited_ns else self._waited_ns

    def _ports(self, closes: float) -> int | None:
        rate = self.closes_per_second
        if rate is None:
            return None
        return round(rate * TIME_WAIT_S * closes / self._closes)

    def _add(self, pair: PairFacts) -> None:
        self._handshakes_ns += pair.handshake_cost_ns
        self._unmeasured |= bool(pair.avoidable) and pair.connect_ns is None
        self._spent_ns += pair.spent_ns
        if pair.connect_ns is not None:
            self._saved_ns = (self._saved_ns or 0) + pair.reused_exchanges * pair.connect_ns
        if pair.avoidable:
            self._add_closes(pair)
        self.unanswered_requests += pair.lost.requests
        self._waited_ns += pair.lost.waited_ns

    def _add_closes(self, pair: PairFacts) -> None:
        ended = pair.count_all(traits.ASKED | traits.CLOSED)
        if not ended:
            return
        closes = min(pair.avoidable, ended)
        self._closes += closes
        # Who resets a connection holds no port for it.
        self._client_closes += closes * pair.count_all(traits.ASKED | traits.BY_CLIENT, without=traits.BY_RESET) / ended
        self._server_closes += closes * pair.count_all(traits.ASKED | traits.BY_SERVER, without=traits.BY_RESET) / ended
        first_ns, last_ns = pair.span_ns
        self._first_ns = first_ns if self._first_ns is None else min(self._first_ns, first_ns)
        self._last_ns = last_ns if self._last_ns is None else max(self._last_ns, last_ns)
