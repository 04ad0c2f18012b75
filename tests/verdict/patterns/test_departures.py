"""What counts as a refusal, and as a part of what a server had open."""

import pytest

from kacap.verdict.patterns.departures import Departures, refused_soon
from tests.verdict.heard import heard, one

MOMENT_NS = 1_000_000_000


@pytest.mark.parametrize(
    ("answer", "before_s", "refused"),
    [
        ("server RST ACK", 0, True),
        ("server RST ACK", 10, True),
        ("server RST ACK", 10.001, False),
        ("server RST ACK", -1, False),
        ("+60s client again", 1, False),
        ("server SYN ACK\nclient ACK", 1, False),
    ],
    ids=["at once", "in time", "too late", "earlier", "no answer", "accepted"],
)
def test_refused_soon(answer: str, before_s: float, refused: bool) -> None:
    opening = one(f"connection\nclient SYN\n{answer}")
    assert refused_soon(opening, opening.opened_ns - round(before_s * MOMENT_NS)) is refused


def test_nothing_that_was_opened_was_not_refused() -> None:
    assert not refused_soon(None, 0)


@pytest.mark.parametrize(
    ("ending", "others", "partial"),
    [(3, 0, False), (3, 1, True), (2, 1, False), (3, 9, True), (3, 10, False), (4, 10, True)],
)
def test_a_part_is_more_than_chance(ending: int, others: int, partial: bool) -> None:
    names = [f"C{at}" for at in range(ending + others)]
    lines = [f"connection {name}" for name in names] + ["all handshake 0.2ms"]
    for at, name in enumerate(names):
        after = "+2s" if at == 1 else "+1ms"
        lines += [f"{after} {name} client GET / | Host: a", f"+1ms {name} server 200 | Content-Length: 2 || ok"]
    lines += ["+300ms C0 server closes", *[f"{name} server closes" for name in names[1:ending]]]
    records = heard("\n".join(lines))
    wave = Departures(records).wave(records[0])
    assert wave is not None
    assert (len(wave.ends), wave.survivors, wave.is_partial) == (ending, others, partial)
