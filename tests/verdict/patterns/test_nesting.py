"""Which exchanges lie inside which."""

import sys
from types import FrameType
from typing import Any

import pytest

from kacap.verdict.facts import Facts
from kacap.verdict.patterns.nesting import Asked, Index, asked, key_of, origin_form
from tests.verdict.records import exchange, record

OUTER, INNER = (b"\xc0\x00\x02\x01", 8880), (b"\xc0\x00\x02\x02", 8881)


def of(facts: Facts, server: tuple[bytes, int]) -> list[Asked]:
    keys = {key_of(each.request) for each in facts.exchanges if each.request is not None}
    return list(asked(facts, server, keys))


def pairs_of(outer: list[tuple[float, float | None]], inner: list[tuple[float, float | None]]) -> list[tuple[int, int]]:
    """Which of `inner` (begin, end) lies inside which of `outer`: positions."""
    around = of(record(*(exchange(begin, end) for begin, end in outer)), OUTER)
    within = of(record(*(exchange(begin, end) for begin, end in inner)), INNER)
    index = Index([*around, *within])
    found = index.matched(within, OUTER, None)
    return [(around.index(one), within.index(other)) for one, other in found]


@pytest.mark.parametrize(
    ("target", "asked_for"),
    [
        ("/a?b=http://c/d", "/a?b=http://c/d"),
        ("http://a.example/b?c", "/b?c"),
        ("http://a.example", "/"),
        ("HTTP://[2001:db8::1]:8880/x", "/x"),
        ("a.example:443", "a.example:443"),
        ("*", "*"),
        ("", ""),
        ("a/b://c/d", "a/b://c/d"),
    ],
)
def test_a_forward_proxy_is_asked_for_the_same_in_another_form(target: str, asked_for: str) -> None:
    assert origin_form(target) == asked_for


def test_an_exchange_inside_another() -> None:
    assert pairs_of([(0, 10), (20, 30)], [(1, 9), (21, 30)]) == [(0, 0), (1, 1)]


def test_one_that_begins_before_or_ends_after_is_not_inside() -> None:
    assert pairs_of([(5, 10)], [(4, 9)]) == []
    assert pairs_of([(5, 10)], [(6, 11)]) == []


def test_each_holds_but_one() -> None:
    assert pairs_of([(0, 10)], [(1, 2), (3, 4)]) == [(0, 0)]


def test_of_several_the_one_that_waits_longest() -> None:
    assert pairs_of([(0, 20), (1, 20), (2, 20)], [(3, 10), (4, 10), (5, 10)]) == [(0, 0), (1, 1), (2, 2)]


def test_a_response_that_never_came_holds_what_follows() -> None:
    assert pairs_of([(0, None)], [(5, 9)]) == [(0, 0)]


def test_a_connection_keeps_its_counterpart() -> None:
    """Two connections on both hops ask the same at once, and answers change their order."""
    one, two = record(exchange(0, 10), exchange(20, 40)), record(exchange(1, 11), exchange(19, 41))
    inner_one, inner_two = record(exchange(2, 9), exchange(21, 30)), record(exchange(3, 9), exchange(22, 30))
    for stream, facts in enumerate((one, two, inner_one, inner_two)):
        facts.stream = stream
    outer = of(one, OUTER) + of(two, OUTER)
    inner = sorted(of(inner_one, INNER) + of(inner_two, INNER), key=lambda each: each.start)
    found = Index([*outer, *inner]).matched(inner, OUTER, None)
    assert {(around.facts.stream, within.facts.stream) for around, within in found} == {(0, 2), (1, 3)}


def test_the_exchanges_of_one_client_can_be_left_out() -> None:
    around, within = of(record(exchange(0, 10)), OUTER), of(record(exchange(1, 9)), INNER)
    assert Index([*around, *within]).matched(within, OUTER, around[0].facts.client.address) == []


def test_servers_around_are_those_that_hold_most() -> None:
    near = of(record(*(exchange(at, at + 9) for at in range(0, 100, 10))), OUTER)
    once = of(record(exchange(0, 9)), (b"\xc0\x00\x02\x03", 80))
    within = of(record(*(exchange(at + 1, at + 8) for at in range(0, 100, 10))), INNER)
    assert Index([*near, *once, *within]).servers_around(within) == [OUTER]


def test_the_work_for_each_exchange_is_bounded() -> None:
    """Requests that are never answered wait for ever, and are still not all compared with each that comes."""

    def lines_run(count: int) -> int:
        around = of(record(*(exchange(at, None) for at in range(count))), OUTER)
        within = of(record(*(exchange(count + at, None) for at in range(count))), INNER)
        index = Index([*around, *within])
        run = 0

        def count_lines(frame: FrameType, event: str, _: Any) -> Any:
            nonlocal run
            run += event == "line"
            return count_lines

        before = sys.gettrace()
        sys.settrace(count_lines)
        try:
            index.servers_around(within)
            index.matched(within, OUTER, None)
        finally:
            sys.settrace(before)
        return run

    assert lines_run(2000) < 2.5 * lines_run(1000)
