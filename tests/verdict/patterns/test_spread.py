"""One name at many addresses."""

from itertools import groupby

import pytest

from kacap.verdict.pair import PairFacts
from kacap.verdict.patterns.spread import spreads
from tests.verdict.heard import heard

OK = "+5ms server 200 | Content-Length: 2 || ok"


def pairs(addresses: int, requests: int = 1, host: str = "api.example", at_once: bool = False) -> list[PairFacts]:
    """As many addresses, each asked that often for `host` (with `{}` for the number of the address)."""
    lines = []
    for at in range(addresses):
        get = f"client GET / | Host: {host.format(at)}"
        lines += [f"connection to 192.0.2.{at + 1}:8880", f"@{0 if at_once else 50 * at}ms handshake"]
        lines += [f"{get}\n{OK}"] * requests
    records = heard("\n".join(lines))
    return [PairFacts(list(members)) for _, members in groupby(records, key=lambda each: each.server.address)]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (pairs(4), True),
        (pairs(3, requests=2), True),
        (pairs(2), False),
        (pairs(4, requests=3), False),
        (pairs(4, host="a{}.example"), False),
        (pairs(4, at_once=True), False),
        ([], False),
    ],
    ids=["spread", "two at each", "two addresses", "many at each", "many names", "all at once", "nothing"],
)
def test_spread(given: list[PairFacts], found: bool) -> None:
    assert list(spreads(given)) == ([0] if found else [])


def test_figures() -> None:
    spread = spreads(pairs(5, requests=2))[0]
    assert (len(spread.pairs), spread.exchanges, spread.busy) == (5, 10, 1)
