"""Streams as a display filter: the same form as in the core."""

from hypothesis import given
from hypothesis import strategies as st

from kacap.report.wireshark import display_filter


def test_runs_are_ranges() -> None:
    assert display_filter([7, 0, 1, 2]) == "tcp.stream in {0..2,7}"
    assert display_filter([3]) == "tcp.stream eq 3"
    assert display_filter([]) == ""


@given(st.sets(st.integers(0, 60), min_size=1))
def test_names_exactly_these_streams(streams: set[int]) -> None:
    runs = (
        display_filter(streams)
        .removeprefix("tcp.stream eq ")
        .removeprefix("tcp.stream in {")
        .removesuffix("}")
        .split(",")
    )
    ends = [(run.split("..")[0], run.split("..")[-1]) for run in runs]
    assert [n for first, last in ends for n in range(int(first), int(last) + 1)] == sorted(streams)
