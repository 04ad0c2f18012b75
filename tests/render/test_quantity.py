"""Numbers as people read them."""

import pytest

from kacap.render.quantity import between, counted, duration, per_second, share, size


@pytest.mark.parametrize(
    ("duration_ns", "shown"),
    [
        (None, "–"),
        (0, "0"),
        (850, "850 ns"),
        (12_340, "12.3 µs"),
        (1_234_567, "1.23 ms"),
        (19_000_000, "19.0 ms"),
        (999_400_000, "999 ms"),
        (2_000_000_000, "2.00 s"),
        (65_000_000_000, "1 min 5 s"),
        (3_700_000_000_000, "1 h 1 min"),
        (90_000_000_000_000, "1 d 1 h"),
        (-5_000_000, "-5.00 ms"),
    ],
)
def test_durations(duration_ns: int | None, shown: str) -> None:
    assert duration(duration_ns) == shown


@pytest.mark.parametrize(
    ("least_ns", "most_ns", "shown"),
    [
        (990_000_000, 1_010_000_000, "0.99–1.01 s"),
        (1_000_000, 1_000_100, "1.00 ms"),
        (12_000_000, 15_000_000, "12.0–15.0 ms"),
        (40_000, 2_000_000_000, "40.0 µs–2.00 s"),
        (0, 500, "0–500 ns"),
        (62_000_000_000, 69_000_000_000, "1 min 2 s–1 min 9 s"),
        (59_000_000_000, 61_000_000_000, "59.0 s–1 min 1 s"),
    ],
)
def test_a_range_has_one_unit_where_both_ends_are_of_one_size(least_ns: int, most_ns: int, shown: str) -> None:
    assert between(least_ns, most_ns) == shown


def test_counts() -> None:
    assert counted(1, "connection") == "1 connection"
    assert counted(0, "connection") == "0 connections"
    assert counted(170_000, "query", "queries") == "170,000 queries"


@pytest.mark.parametrize(
    ("bytes_", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (2_921, "2.92 kB"),
        (71_250_000, "71.2 MB"),
        (5 * 10**9, "5.00 GB"),
        (10**13, "10 TB"),
    ],
)
def test_sizes(bytes_: int, shown: str) -> None:
    assert size(bytes_) == shown


@pytest.mark.parametrize(
    ("part", "shown"), [(0, "0 %"), (0.001, "< 1 %"), (0.5, "50 %"), (0.9999, "> 99 %"), (1, "100 %")]
)
def test_shares_are_round_only_where_they_are_exact(part: float, shown: str) -> None:
    assert share(part) == shown


@pytest.mark.parametrize(
    ("rate", "shown"), [(0.25, "0.25 closes/s"), (12.34, "12.3 closes/s"), (1234.5, "1,234 closes/s")]
)
def test_rates(rate: float, shown: str) -> None:
    assert per_second(rate, "closes") == shown
