"""The rows on aborts, races and the network look at records of which anything may be missing."""

from collections.abc import Callable

import pytest

from kacap.tcp.connection import Connection
from kacap.tcp.half import Half
from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.rules import Rule, aborts, network, races, unopened
from kacap.verdict.words import Side
from tests.verdict.records import exchange, ns, record

ROWS = (*unopened.RULES, *races.RULES, *network.RULES, *aborts.RULES)


def nothing(facts: Facts) -> None:
    """As it was made."""


def reset(facts: Facts) -> None:
    facts.server.rst_frame, facts.server.rst_time_ns, facts.server.rst_ttl = 12, ns(40_001), 64


def told(facts: Facts) -> None:
    facts.server.fin_frame, facts.server.fin_acked_frame, facts.server.fin_time_ns = 1, 1, ns(20)


def resent(facts: Facts) -> None:
    facts.client.resent_ns = [ns(at) for at in (40_200, 40_600, 41_400)]


def replaced(facts: Facts) -> None:
    connection = facts.connection
    connection.replaces = Connection(7, Half(bytes(12)), Half(bytes(12)), 0)
    connection.challenge_frame = 2


RECORDS: dict[str, Callable[[], Facts]] = {
    "empty": record,
    "never answered": lambda: record(ready=None),
    "found open": lambda: record(exchange(0), opened=None),
    "no response": lambda: record(exchange(0, 1), exchange(40_000)),
    "closed by the client": lambda: record(exchange(0, 1), exchange(40_000), closed=(Side.CLIENT, 45_000)),
    "cut": lambda: record(exchange(0, cut=5), closed=(Side.CLIENT, 10_000)),
    "closed by the server": lambda: record(exchange(0, 1), exchange(40_000), closed=(Side.SERVER, 40_001)),
    "only the client": lambda: record(exchange(0), closed=(Side.CLIENT, 1_000), speaks=(Side.CLIENT,)),
    "only the server": lambda: record(closed=(Side.SERVER, 5), speaks=(Side.SERVER,)),
}
CHANGES: tuple[Callable[[Facts], None], ...] = (nothing, reset, told, resent, replaced)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.cause_id)
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@pytest.mark.parametrize("make", RECORDS.values(), ids=RECORDS.keys())
def test_a_row_says_yes_or_no_and_proves_its_yes(
    make: Callable[[], Facts], change: Callable[[Facts], None], row: Rule
) -> None:
    facts = make()
    change(facts)
    pair = PairFacts([facts])
    if not row.applies(facts, pair):
        return
    assert all(proof.text for proof in row.proof(facts, pair))
    if row.certainty is not None:
        assert row.certainty(facts, pair) in row.cause.certainties
    if row.severity is not None:
        assert row.severity(pair, [facts]) in ("error", "warning", "note")
    if row.numbers is not None:
        assert row.numbers(pair, [facts])


def test_each_of_them_says_yes_to_some_of_these() -> None:
    said = set()
    for make in RECORDS.values():
        for change in CHANGES:
            facts = make()
            change(facts)
            said |= {row.cause_id for row in ROWS if row.applies(facts, PairFacts([facts]))}
    assert {"connect-failed", "port-reuse-collision", "stale-reuse-after-fin", "client-timeout-abort"} <= said
