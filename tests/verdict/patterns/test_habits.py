"""Idle times of a pair: what counts as a sample, and on what samples agree."""

import pytest

from kacap.verdict.facts import Facts
from kacap.verdict.patterns.habits import (
    Habit,
    age_at_signal_ns,
    habit_of,
    habits_of,
    idle_at_close_ns,
    is_as_announced,
    moments,
)
from kacap.verdict.words import Side
from tests.verdict.records import exchange, ns, record

CLIENT, SERVER = Side.CLIENT, Side.SERVER
SECOND = 1_000_000_000


def kept(begin: float, idle: float, side: Side = SERVER) -> Facts:
    """One exchange of a millisecond, then a FIN after `idle` milliseconds."""
    return record(exchange(begin, begin + 1), opened=begin, ready=begin, closed=(side, begin + 1 + idle))


@pytest.mark.parametrize(
    ("idles", "value", "count"),
    [
        ((2000, 2002, 2001), 2001, 3),
        ((2000, 2002), 2000, 2),
        ((2000,), None, 0),
        ((2000, 9000), None, 0),
        ((2000, 2001, 9000), 2000, 2),
        ((2000, 2001, 9000, 17000), None, 0),
        ((60_000, 62_900), 60_000, 2),
        ((60_000, 63_100), None, 0),
        ((2000, 2199), 2000, 2),
        ((2000, 2201), None, 0),
    ],
)
def test_most_samples_agree_or_nothing_is_known(idles: tuple[float, ...], value: float | None, count: int) -> None:
    samples = [(at * 100 * SECOND, ns(idle)) for at, idle in enumerate(idles)]
    habit = habit_of(samples, None)
    assert (None if habit is None else (habit.value_ns, habit.samples)) == (
        None if value is None else (ns(value), count)
    )


def test_closes_of_one_moment_are_one_sample() -> None:
    assert habit_of([(0, 2 * SECOND), (ns(1), 2 * SECOND), (ns(2), 2 * SECOND)], None) is None


def test_one_sample_suffices_where_it_is_what_was_announced() -> None:
    assert habit_of([(0, 6 * SECOND)], 5 * SECOND) == Habit(6 * SECOND, 1)
    assert habit_of([(0, 9 * SECOND)], 5 * SECOND) is None


@pytest.mark.parametrize(("idle", "kept_word"), [(4.69, False), (4.7, True), (5.0, True), (6.4, True), (6.41, False)])
def test_a_server_may_be_a_second_late(idle: float, kept_word: bool) -> None:
    assert is_as_announced(round(idle * SECOND), 5 * SECOND) is kept_word


def test_moments_are_cut_by_a_pause() -> None:
    assert moments([ns(350), 0, ns(100), ns(200)]) == [0, ns(350)]
    assert moments([]) == []


def test_the_idle_time_ends_with_the_first_fin() -> None:
    assert idle_at_close_ns(kept(0, 2000)) == ns(2000)
    assert idle_at_close_ns(record(exchange(0, 1))) is None


def test_a_request_behind_the_fin_is_none() -> None:
    late = record(exchange(0, 1), exchange(3000), closed=(SERVER, 2001))
    assert idle_at_close_ns(late) == ns(2000)


def test_a_request_before_the_fin_that_was_not_answered_leaves_no_idle_time() -> None:
    assert idle_at_close_ns(record(exchange(0, 1), exchange(2000), closed=(SERVER, 2001))) is None


@pytest.mark.parametrize("odd", [{"switched": True}, {"lost_in_gap": True}, {"speaks": (CLIENT,)}])
def test_what_the_capture_does_not_show_is_not_measured(odd: dict[str, object]) -> None:
    assert idle_at_close_ns(record(exchange(0, 1), closed=(SERVER, 2001), **odd)) is None  # type: ignore[arg-type]


def test_each_side_has_its_own() -> None:
    of_server = [kept(at, 5000) for at in (0, 10_000)]
    of_client = [kept(at, 15_000, CLIENT) for at in (30_000, 60_000)]
    habits = habits_of(of_server + of_client, of_server + of_client)
    assert habits.server is not None and habits.client is not None
    assert (habits.server.value_ns, habits.client.value_ns) == (ns(5000), ns(15_000))


def test_a_client_close_beside_a_syn_is_no_timer() -> None:
    row = [kept(at, 7000, CLIENT) for at in (0, 7002, 14_004)]
    for stream, facts in enumerate(row):
        facts.stream = stream
    habits = habits_of(row, row)
    assert habits.closed_at_syn == {0, 1}
    assert habits.moments_at_syn == 2
    assert habits.client is None


def test_where_syns_are_everywhere_a_close_beside_one_says_nothing() -> None:
    busy = [kept(at * 20, 500, CLIENT) for at in range(100)]
    assert habits_of(busy, busy).closed_at_syn == frozenset()


def test_the_longest_pause_that_a_connection_survived() -> None:
    facts = record(exchange(0, 1), exchange(1001, 1002), exchange(5002, 5003))
    longest = habits_of([facts], [facts]).longest_reused
    assert longest is not None and longest[0] == ns(4000) and longest[2].key == facts.exchanges[2].key


def test_a_pair_without_exchanges_has_no_habits() -> None:
    habits = habits_of([], [])
    assert (habits.server, habits.client, habits.longest_reused, habits.server_max_age) == (None, None, None, None)


def test_a_clock_that_steps_back_makes_no_age_negative() -> None:
    stepped_back = [record(exchange(-500, -490), exchange(-480, at, says="close"), opened=0) for at in (-470, -300)]
    assert [age_at_signal_ns(facts) for facts in stepped_back] == [0, 0]
    habits_of(stepped_back, stepped_back)
