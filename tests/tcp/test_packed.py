"""A packed connection is the same when it is looked at again."""

from pathlib import Path

import pytest

from kacap.capture import open_capture
from kacap.tcp.connection import Connection
from kacap.tcp.half import Half
from kacap.tcp.packed import pack, unpack
from kacap.tcp.tracker import Tracker
from kacap.wire import Decoder, Segment
from tests.tcp.script import OPEN

CAPTURES = sorted((Path(__file__).parents[2] / "captures").glob("*.pcap"))
CLOSED = f"{OPEN}\n C get\n S page\n S FIN ACK\n C FIN ACK\n S ACK"
IDENTITIES = {"peer", "connection", "first", "second", "client", "first_close", "replaces", "sink", "held"}
PASSING = {"settled", "finished", "calm", "replaced_at_ns"}


def attributes(record: Connection | Half) -> dict[str, object]:
    names = [name for name in type(record).__slots__ if not name.startswith("mark")]
    return {name: getattr(record, name) for name in names if name not in IDENTITIES | PASSING}


def assert_same(before: Connection, after: Connection) -> None:
    assert attributes(after) == attributes(before)
    assert attributes(after.first) == attributes(before.first)
    assert attributes(after.second) == attributes(before.second)
    for name in ("client", "first_close"):
        was, now = getattr(before, name), getattr(after, name)
        assert (now is after.first, now is after.second) == (was is before.first, was is before.second)
    assert after.closed_at_ns == before.closed_at_ns


def tracked(path: Path, *, packing: bool) -> tuple[Tracker, list[bytes]]:
    packed: list[bytes] = []
    take = (lambda connection, record: packed.append(record)) if packing else None
    tracker, decoder = Tracker(lambda connection: None, take), Decoder()
    for frame in open_capture([str(path)]):
        segment = decoder.decode(frame)
        if isinstance(segment, Segment):
            tracker.feed(segment)
    tracker.finish()
    return tracker, packed


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_what_was_packed_while_reading_is_what_stays_without_packing(path: Path) -> None:
    whole, _ = tracked(path, packing=False)
    tracker, packed = tracked(path, packing=True)
    known = {connection.stream: connection for connection in whole.connections}
    # One that a late segment woke up is packed again, or stays: its last state counts.
    latest = {connection.stream: connection for connection in map(unpack, packed)}
    latest |= {connection.stream: connection for connection in tracker.connections}
    assert latest.keys() == known.keys()
    for stream, connection in latest.items():
        assert_same(known[stream], connection)


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_a_record_says_all_that_its_connection_said(path: Path) -> None:
    for connection in tracked(path, packing=False)[0].connections:
        record = pack(connection)
        if record is not None:
            assert_same(connection, unpack(record))
            assert pack(unpack(record)) == record


def test_many_of_the_captures_are_packed() -> None:
    counts = [len(tracked(path, packing=True)[1]) for path in CAPTURES]
    assert sum(counts) > 100
