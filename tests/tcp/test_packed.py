"""A packed connection is the same when it is looked at again."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kacap.capture import open_capture
from kacap.tcp.connection import Connection
from kacap.tcp.half import Half
from kacap.tcp.packed import pack, packed_stream, replaced_by, unpack
from kacap.tcp.sink import DEAF, Listener
from kacap.tcp.tracker import Tracker
from kacap.wire import Decoder, Segment
from kacap.wire.key import NO_PORTS, reverse
from kacap.wire.segment import FIN, RST
from tests.attributes import attributes_of

CAPTURES = sorted((Path(__file__).parents[2] / "captures").glob("*.pcap"))
ONE = CAPTURES[0].with_name("curl-tornado-http10.pcap")
IDENTITIES = {"peer", "connection", "first", "second", "client", "first_close", "replaces", "sink", "held", "listener"}
PASSING = {"settled", "finished", "calm", "replaced_at_ns"}


def attributes(record: Connection | Half) -> dict[str, object]:
    names = [name for name in attributes_of(type(record)) if not name.startswith("mark")]
    return {name: getattr(record, name) for name in names if name not in IDENTITIES | PASSING}


def assert_same(before: Connection, after: Connection) -> None:
    assert attributes(after) == attributes(before)
    assert attributes(after.first) == attributes(before.first)
    assert attributes(after.second) == attributes(before.second)
    for name in ("client", "first_close"):
        was, now = getattr(before, name), getattr(after, name)
        assert (now is after.first, now is after.second) == (was is before.first, was is before.second)
    assert after.closed_at_ns == before.closed_at_ns


def tracked(path: Path, *, packing: bool, plain: bool = False) -> tuple[Tracker, list[bytes]]:
    packed: list[bytes] = []
    take = (lambda listener, record: packed.append(record)) if packing else None
    begin = (lambda plain: DEAF) if plain else None
    tracker, decoder = Tracker(lambda connection: None, take, None, begin), Decoder()
    for frame in open_capture([str(path)]):
        segment = decoder.decode(frame)
        if isinstance(segment, Segment):
            tracker.feed(segment)
    tracker.finish()
    return tracker, packed


@pytest.mark.parametrize("plain", [False, True], ids=["halves", "plain"])
@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_what_was_packed_while_reading_is_what_stays_without_packing(path: Path, plain: bool) -> None:
    whole, _ = tracked(path, packing=False)
    tracker, packed = tracked(path, packing=True, plain=plain)
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
    halves, plain = ([len(tracked(path, packing=True, plain=way)[1]) for path in CAPTURES] for way in (False, True))
    assert sum(halves) > 100
    assert plain == halves


# ---- what comes to a connection that sleeps


def heard_later(
    later: Callable[[list[Segment]], list[Segment]], *, packing: bool, plain: bool = False
) -> tuple[Tracker, list[str]]:
    """A whole connection, a SYN elsewhere a second after it, and what `later` makes of its segments."""
    events: list[str] = []

    def wake(stream: int) -> Listener:
        events.append(f"woken {stream}")
        return DEAF

    tracker = Tracker(
        lambda connection: None,
        (lambda listener, record: events.append(f"packed {packed_stream(record)}")) if packing else None,
        wake,
        (lambda plain: DEAF) if plain else None,
    )
    decoder, whole = Decoder(), list[Segment]()
    for frame in open_capture([str(ONE)]):
        segment = decoder.decode(frame)
        assert isinstance(segment, Segment)
        if not whole or segment.key in (whole[0].key, reverse(whole[0].key)):
            whole.append(copy(segment))
    elsewhere = copy(whole[0])
    elsewhere.made_key, elsewhere.ports = bytes(8) + elsewhere.key[8:], NO_PORTS
    for number, segment in enumerate([*whole, after(elsewhere, whole), *later(whole)], 1):
        segment.frame = number
        tracker.feed(segment)
    return tracker, events


def after(segment: Segment, whole: list[Segment], **changes: int) -> Segment:
    """The same a second after the last, in a packet of its own."""
    made = copy(segment)
    made.time_ns = whole[-1].time_ns + 1_000_000_000 + made.frame
    made.ip_id = segment.ip_id + 100 & 0xFFFF
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def copy(segment: Segment) -> Segment:
    made = Segment()
    for name in attributes_of(Segment):
        setattr(made, name, getattr(segment, name))
    return made


LATER: dict[str, Callable[[list[Segment]], list[Segment]]] = {
    "its last FIN again": lambda whole: [after(next(s for s in reversed(whole) if s.flags & FIN), whole)],
    "its last ACK again": lambda whole: [after(whole[-1], whole)],
    "a RST of the client": lambda whole: [after(whole[0], whole, flags=RST, seq=whole[-1].ack)],
    "a RST of the server": lambda whole: [after(whole[1], whole, flags=RST, seq=whole[-1].ack)],
    "its SYN again": lambda whole: [after(whole[0], whole)],
    "bytes behind its end": lambda whole: [after(whole[3], whole)],
}


@pytest.mark.parametrize("plain", [False, True], ids=["halves", "plain"])
@pytest.mark.parametrize("later", LATER.values(), ids=LATER.keys())
def test_a_late_segment_finds_what_it_would_have_found(
    later: Callable[[list[Segment]], list[Segment]], plain: bool
) -> None:
    awake, _ = heard_later(later, packing=False)
    tracker, events = heard_later(later, packing=True, plain=plain)
    assert events == ["packed 0", "woken 0"]
    assert [each.stream for each in tracker.connections] == [each.stream for each in awake.connections]
    for before, now in zip(awake.connections, tracker.connections, strict=True):
        assert_same(before, now)


def test_a_new_connection_on_its_ports_knows_what_it_replaces() -> None:
    def later(whole: list[Segment]) -> list[Segment]:
        return [after(whole[0], whole, seq=whole[0].seq + 5 & 0xFFFFFFFF)]

    awake, _ = heard_later(later, packing=False)
    tracker, events = heard_later(later, packing=True)
    assert events == ["packed 0"]
    known, now = (each.connections[-1] for each in (awake, tracker))
    assert known.stream == now.stream == 2
    before, packed = replaced_by(known), replaced_by(now)
    assert before is not None
    assert packed is not None
    assert (packed.stream, packed.closed_at_ns, packed.established) == (0, before.closed_at_ns, True)
