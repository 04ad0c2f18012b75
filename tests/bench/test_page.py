"""The tables say what the raw results hold."""

import dataclasses
import re

import pytest

from tests.bench.folders import COMMITTED
from tests.bench.memory import BODY_BYTES, LARGE_BODY_BYTES
from tests.bench.page import copy_ratio, memory_targets, page, speed_targets, table, tshark_ratio
from tests.bench.results import Measured, Peak, Results, Runs, load
from tests.check_readme import README

MIB = 1 << 20
FAST = Runs([2.0, 4.0, 5.0], [1.9, 3.9, 4.9], 150 * MIB)
MEASURED = Measured(
    frames=1_000_000,
    connections=64,
    exchanges=500_000,
    file_bytes=390_000_000,
    runs={
        "tcpdump": Runs([0.5, 1.0, 1.0], [0.4, 0.9, 0.9], 7 * MIB),
        "kacap, compiled": FAST,
        "kacap, pure": Runs([10.0, 20.0, 30.0], [10.0, 20.0, 30.0], 180 * MIB),
        "tshark": Runs([100.0], [99.0], 900 * MIB),
    },
)


def results(measured: Measured = MEASURED, memory: list[Peak] | None = None) -> Results:
    return Results({"processor": "an abacus"}, {"kacap": "1.2"}, {"small": measured}, memory or [])


def peak(connections: int, peak_mib: float, body_bytes: int = BODY_BYTES, *, full: bool = False) -> Peak:
    size = connections * 10 * 100
    return Peak("pure", full, connections, connections * 10, size, body_bytes, int(peak_mib * MIB))


GROWING = [peak(10, 30), peak(42_500, 50), peak(170_000, 110), peak(42_500, 50, LARGE_BODY_BYTES)]


def test_columns_stand_in_line() -> None:
    text = table(("a", "number", "x"), [("first", "1", "yes"), ("b", "1,000,000", "–")], "lrc")
    assert text.splitlines() == [
        "| a     |    number |  x  |",
        "| ----- | --------: | :-: |",
        "| first |         1 | yes |",
        "| b     | 1,000,000 |  –  |",
    ]


def test_the_ratio_to_the_copy_is_taken_within_each_round() -> None:
    assert dataclasses.astuple(copy_ratio(MEASURED, "kacap, compiled")) == (4.0, 4.0, 5.0)


def test_the_ratio_to_tshark_takes_its_only_run_for_every_round() -> None:
    assert dataclasses.astuple(tshark_ratio(MEASURED, "kacap, compiled")) == (25.0, 20.0, 50.0)


def test_the_ratio_to_tshark_is_taken_within_each_round_where_it_took_part() -> None:
    runs = MEASURED.runs | {"tshark": Runs([100.0, 100.0, 60.0], [99.0] * 3, 900)}
    seconds = runs["kacap, compiled"].seconds
    ratios = sorted(slow / each for slow, each in zip((100.0, 100.0, 60.0), seconds, strict=True))
    found = tshark_ratio(dataclasses.replace(MEASURED, runs=runs), "kacap, compiled")
    assert dataclasses.astuple(found) == (ratios[1], ratios[0], ratios[2])


def test_targets_hold_or_not() -> None:
    assert list(speed_targets(results())) == [
        ("small, compiled: at most 6 × the copy", "4 ×", "yes"),
        ("small, compiled: at least 25 × faster than tshark", "25 ×", "yes"),
        ("small, pure: at least 5 × faster than tshark", "5 ×", "yes"),
    ]
    slower = Runs([3.5, 7.0, 8.0], FAST.cpu_seconds, FAST.peak_bytes)
    missed = dataclasses.replace(MEASURED, runs=MEASURED.runs | {"kacap, compiled": slower})
    assert [holds for _, _, holds in speed_targets(results(missed))] == ["no", "no", "yes"]


def test_two_jobs_are_held_against_the_default() -> None:
    for seconds, expected in (([1.0, 2.0, 4.0], ("2 ×", "yes")), ([1.6, 3.2, 4.0], ("1.25 ×", "no"))):
        shared = {"kacap, compiled, --jobs 2": Runs(seconds, FAST.cpu_seconds, FAST.peak_bytes)}
        rows = speed_targets(results(dataclasses.replace(MEASURED, runs=MEASURED.runs | shared)))
        assert [row[1:] for row in rows if "two jobs" in row[0]] == [expected]


def test_what_was_not_measured_does_not_hold() -> None:
    runs = {tool: each for tool, each in MEASURED.runs.items() if "compiled" not in tool}
    rows = list(speed_targets(results(dataclasses.replace(MEASURED, runs=runs))))
    assert [row[1:] for row in rows] == [("not measured", "–"), ("not measured", "–"), ("5 ×", "yes")]


def test_a_row_has_ratios_times_and_memory() -> None:
    row = next(line for line in page(results()).splitlines() if line.startswith("| kacap, compiled"))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells == ["kacap, compiled", "4 (4 – 5)", "25 (20 – 50)", "4", "4", "3.9", "150 MiB"]


def test_the_page_tells_what_was_measured_on_what() -> None:
    text = page(results())
    assert "1,000,000 frames, 64 connections, 500,000 exchanges, 390 MB" in text
    assert "in 3 rounds" in text
    assert "on an abacus; with kacap 1.2" in text
    assert "memory" not in text.replace("peak memory", "")


def test_memory_is_counted_above_that_of_a_few_connections() -> None:
    text = page(results(memory=GROWING))
    assert re.search(r"\| +170,000 \| +300 \| 1,700,000 \| +170 \| +110 MiB \| +493 B \|", text)
    assert re.search(r"\| +10 \| .* 30 MiB \| +– \|", text)


def test_memory_that_grows_with_connections_holds() -> None:
    rows = list(memory_targets(GROWING))
    assert [(measured, holds) for _, measured, holds in rows] == [
        ("110 MiB", "yes"),
        ("× 1.00 each, for × 4 connections", "yes"),
        ("× 1.00 each, for bodies × 20", "yes"),
    ]


@pytest.mark.parametrize(
    ("at", "worse"),
    [(2, peak(170_000, 210)), (2, peak(170_000, 135)), (3, peak(42_500, 53, LARGE_BODY_BYTES))],
    ids=["too much", "more than in proportion", "with bytes"],
)
def test_memory_that_grows_otherwise_does_not_hold(at: int, worse: Peak) -> None:
    peaks = [*GROWING[:at], worse, *GROWING[at + 1 :]]
    assert "no" in [holds for _, _, holds in memory_targets(peaks)]


def test_the_readme_shows_what_was_kept() -> None:
    shown = README.read_text(encoding="utf-8").partition("<!-- block: speed -->\n")[2].partition("<!-- end: speed -->")
    assert shown[0] == f"\n{page(load(COMMITTED))}\n"
