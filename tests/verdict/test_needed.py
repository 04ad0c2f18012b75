"""How many connections were needed, for each name apart."""

import pytest

from kacap.verdict.facts import Facts
from kacap.verdict.needed import needed_connections
from tests.verdict.records import exchange, record


def asked(*names: str | None, at: float = 0, target: str = "/", opened_here: bool = True) -> Facts:
    """A connection on which each name is asked for once, 100 ms apart."""
    times = range(0, 100 * len(names), 100)
    exchanges = [
        exchange(at + time, at + time + 5, host=name, target=target) for name, time in zip(names, times, strict=True)
    ]
    return record(*exchanges, opened=at if opened_here else None, ready=at)


def needed(*connections: Facts) -> int:
    return needed_connections(list(connections), lambda _: False)


TABLE: list[tuple[str, list[Facts], int]] = [
    ("one name, one after the other", [asked("a"), asked("a", at=500)], 1),
    ("one name, together", [asked("a"), asked("a", at=1)], 2),
    ("two names, one after the other", [asked("a"), asked("b", at=500)], 2),
    ("two names in other letters", [asked("A.example"), asked("a.EXAMPLE", at=500)], 1),
    ("two names that shared a connection", [asked("a", "b"), asked("b", at=500), asked("a", at=900)], 1),
    ("a chain of names", [asked("a", "b"), asked("c", "b", at=500), asked("c", "d", at=900), asked("d", at=1500)], 1),
    ("no names", [asked(None), asked(None, at=500)], 1),
    ("a forward proxy", [asked("a", target="http://a/"), asked("b", at=500, target="http://b/")], 1),
    ("open before the capture", [asked("a", opened_here=False), asked("a", at=500, opened_here=False)], 2),
    ("nothing", [], 0),
]


@pytest.mark.parametrize(("connections", "count"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_needed(connections: list[Facts], count: int) -> None:
    assert needed(*connections) == count


def test_a_long_chain_of_names_costs_no_more_than_its_length() -> None:
    """Each connection shares a name with the next: looked up from the far end, a chain would be walked each time."""
    count = 20_000
    chain = [asked(f"n{number}", f"n{number - 1}", at=1000 * number) for number in range(count)]
    assert needed(*chain) == 1
