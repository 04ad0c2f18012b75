"""The picture of connections over time."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kacap.render.lanes import ROWS_SHOWN, lanes
from kacap.report.model import Connection, Report
from kacap.verdict.words import ConnectionVerdict, Side
from tests.render.build import EMPTY, MS, NO_END, START_NS, connection, exchange
from tests.render.plain_samples import single_use
from tests.render.screen import printed


def picture(*connections: Connection, width: int = 49) -> list[str]:
    """The lines of a report with these connections, 40 columns of lane at the standard width."""
    drawn = lanes(replace(EMPTY, connections=connections), width)
    return [] if drawn is None else printed(drawn, width).splitlines()


def at(milliseconds: int) -> int:
    return START_NS + milliseconds * MS


WHOLE = connection(
    0, (exchange(1, 4, at(10), wait_ns=10 * MS), exchange(2, 8, at(60), wait_ns=10 * MS)), at(0), at(100)
)


def test_symbols() -> None:
    reset = replace(
        connection(1, (exchange(1, 4, at(60), wait_ns=5 * MS),), at(50), at(90)),
        end=replace(NO_END, first_to_close=Side.SERVER, first_close="rst"),
    )
    partial = replace(connection(2, (), at(0), None), opened_at_ns=None, last_time_ns=at(100))
    dark = replace(connection(3, (), at(25), at(75)), verdict=ConnectionVerdict.OPAQUE)
    assert picture(WHOLE, reset, partial, dark) == [
        "         0         ·         ·         ·   100 ms",
        "  :51000 ├───█████───────────────█████──────────┤",
        "  :51001                     ├───███─────────✗",
        "  :51002 ────────────────────────────────────────",
        "  :51003           ├┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┤",
        "  ├ opened  █ exchange in flight  ─ idle  ┈ no H…",
    ]


def test_a_request_without_response_is_in_flight_to_the_end() -> None:
    unanswered = replace(WHOLE, exchanges=(replace(exchange(1, 4, at(50)), response=None),))
    assert picture(unanswered, WHOLE)[1] == "  :51000 ├───────────────────███████████████████┤"


def test_the_shortest_connection_is_three_columns_even_at_the_edge() -> None:
    first = connection(0, (exchange(1, 4, at(0), wait_ns=0),), at(0), at(0))
    last = connection(1, (exchange(1, 4, at(1000), wait_ns=0),), at(1000), at(1000))
    lines = picture(first, last)
    assert lines[1] == "  :51000 ├█┤"
    assert lines[2] == "  :51001 " + " " * 37 + "├█┤"


def test_axis_counts_from_the_first_frame() -> None:
    capture = replace(EMPTY.capture, first_time_ns=at(-3000), last_time_ns=at(100))
    drawn = lanes(replace(EMPTY, capture=capture, connections=(WHOLE, WHOLE)), 49)
    assert drawn is not None
    axis = printed(drawn, 49).splitlines()[0]
    assert axis.split()[:2] == ["3.00", "s"]
    assert axis.split()[-2:] == ["3.10", "s"]


def test_one_connection_or_no_room_is_no_picture() -> None:
    assert picture(WHOLE) == []
    assert picture(WHOLE, WHOLE, width=30) == []


def test_rows_are_capped() -> None:
    drawn = lanes(single_use(), 80)
    assert drawn is not None
    text = printed(drawn, 80)
    assert text.count(":51") == ROWS_SHOWN
    assert "… and 90 more" in text


ANY_TIME = st.integers(-(1 << 70), 1 << 70)


@given(st.lists(st.tuples(ANY_TIME, ANY_TIME, ANY_TIME, st.booleans(), st.booleans()), min_size=2, max_size=4))
def test_no_times_break_it(times: list[tuple[int, int, int, bool, bool]]) -> None:
    connections = tuple(
        replace(
            WHOLE,
            first_time_ns=first,
            last_time_ns=last,
            opened_at_ns=first if opened else None,
            closed_at_ns=last if closed else None,
            exchanges=(exchange(1, 4, middle),),
        )
        for first, middle, last, opened, closed in times
    )
    report: Report = replace(EMPTY, connections=connections)
    drawn = lanes(report, 49)
    assert drawn is not None
    assert max(map(len, printed(drawn, 49).splitlines())) <= 49


def test_an_upload_that_goes_on_after_its_response_is_in_flight() -> None:
    upload = exchange(1, 4, at(50), wait_ns=0)
    upload = replace(upload, timings=replace(upload.timings, send_ns=25 * MS))
    assert picture(replace(WHOLE, exchanges=(upload,)), WHOLE)[1] == "  :51000 ├───────────────────███████████────────┤"
