"""The times of a connection: the same, whether they are read from its record or from TCP's objects."""

from pathlib import Path

from kacap.analyzer import Analyzer
from kacap.capture.files import open_capture
from kacap.tcp.packed import unpack
from kacap.verdict.facts import Facts

CAPTURES = sorted((Path(__file__).parents[2] / "captures").glob("*.pcap*"))
TIMES = (
    "opened_ns",
    "ready_ns",
    "first_close_ns",
    "closed_at_ns",
    "connect_ns",
    "beyond_ns",
    "round_trip_ns",
    "hold_ns",
    "idle_before_close_ns",
    "closed_at_once",
    "first_close",
    "verdict",
)


def packed(path: Path) -> list[Facts]:
    analyzer = Analyzer()
    analyzer.feed_all(open_capture([str(path)]))
    return [each for each in analyzer.facts() if each.packed]


def test_a_record_tells_the_times_of_its_connection() -> None:
    seen = 0
    for path in CAPTURES:
        for facts in packed(path):
            connection = unpack(facts.record)
            assert connection.client is not None
            whole = Facts(connection, facts.dialogue_again(), connection.client)
            assert not whole.packed
            assert [getattr(whole, name) for name in TIMES] == [getattr(facts, name) for name in TIMES]
            seen += 1
    assert seen > 100
