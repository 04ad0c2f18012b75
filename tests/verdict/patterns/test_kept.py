"""How a pool of connections is kept."""

from kacap.verdict.facts import Facts
from kacap.verdict.patterns.kept import Kept
from kacap.verdict.words import Side
from tests.verdict.records import exchange, record


def kept(*connections: Facts) -> Kept:
    for stream, facts in enumerate(connections):
        facts.stream = stream
    return Kept(list(connections))


def closed(end: float, at: float, side: Side = Side.CLIENT, says: str = "") -> Facts:
    """One exchange that ends at `end`, and a close; milliseconds."""
    return record(exchange(0, end, says=says), closed=(side, at))


def test_a_full_pool_leaves_the_same_number_each_time() -> None:
    found = kept(record(exchange(0, 5)), closed(10, 10.1), closed(20, 20.1), closed(30, 30.1))
    assert found.limit == 1
    assert found.crowded_out == {1, 2, 3}


def test_the_one_that_was_idle_longest_may_be_the_one_to_go() -> None:
    found = kept(closed(10, 30.1), closed(20, 40.1), record(exchange(0, 30)), record(exchange(0, 40)))
    assert found.limit == 2
    assert found.crowded_out == {0, 1}


def test_a_client_that_stops_leaves_fewer_each_time() -> None:
    assert kept(closed(10, 30), closed(10, 30.1), closed(10, 30.2)).crowded_out == frozenset()


def test_no_pool_leaves_none() -> None:
    assert kept(closed(10, 10.1), closed(20, 20.1), closed(30, 30.1)).crowded_out == frozenset()


def test_closes_by_the_server_or_by_agreement_are_no_matter_of_the_pool() -> None:
    open_one = record(exchange(0, 5))
    assert kept(open_one, closed(10, 10.1, Side.SERVER), closed(20, 20.1, Side.SERVER)).crowded_out == frozenset()
    assert kept(open_one, closed(10, 10.1, says="close"), closed(20, 20.1, says="close")).crowded_out == frozenset()


def test_a_clearing_spares_some_each_time() -> None:
    found = kept(closed(10, 5_000), closed(10, 5_000), closed(10, 10_000), record(exchange(0, 10)))
    assert found.purged == {0, 1, 2}


def test_other_intervals_are_no_clearing() -> None:
    open_one = record(exchange(0, 10))
    assert kept(closed(10, 5_000), closed(10, 5_000), closed(10, 12_500), open_one).purged == frozenset()


def test_a_clearing_that_spares_none_is_a_timer_or_an_end() -> None:
    assert kept(closed(10, 5_000), closed(10, 5_000), closed(10_001, 15_000)).purged == frozenset()


def test_the_same_idle_time_is_a_timer() -> None:
    found = kept(closed(10, 20_010), closed(5_010, 25_010), closed(10_010, 30_010), record(exchange(0, 10)))
    assert found.purged == frozenset()
