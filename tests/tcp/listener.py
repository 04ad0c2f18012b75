"""Listens to a tracker, and holds it to the rules of `Sink` with every call.

What is heard is one line of words: `C:hello` bytes of the client, `?` for each byte that the snapshot length cut off,
`C:GAP(5)` bytes that the capture never saw, `C:END` the FIN. Connections other than the first have their stream number
in front: `1C:hello`.
"""

from itertools import pairwise

from kacap.tcp.connection import Connection
from kacap.tcp.half import UNKNOWN, Half
from kacap.tcp.sequence import advance, distance
from kacap.tcp.sink import Sink
from kacap.tcp.tracker import Tracker
from kacap.wire.segment import ACK, FIN, SYN, Segment
from tests.tcp.script import SERVER_PORT, Script

COUNTERS = ("retransmitted", "out_of_order", "keepalive_probes", "zero_window_probes")


class Ear(Sink):
    """Hears one half."""

    def __init__(self, listener: "Listener", connection: Connection, half: Half) -> None:
        self.listener = listener
        self.connection = connection
        self.half = half
        self.bytes = self.gap_bytes = 0
        self.position: int | None = None
        """Sequence number of the next byte, where it can be told from outside."""
        self.ended = False
        self.finished = 0

    def chunk(self, data: bytes, start: int, end: int, unseen: int, frame: int, time_ns: int) -> None:
        assert 0 <= start <= end <= len(data)
        assert unseen >= 0
        length = end - start + unseen
        assert length > 0, "an empty chunk says nothing"
        segment = self._segment_of(frame, time_ns)
        first = advance(segment.seq, 1 if segment.flags & SYN else 0)
        self._begin(advance(self.half.next_seq, -length))
        assert self.position is not None
        offset = distance(first, self.position)
        assert 0 <= offset <= segment.length - length, "these bytes are not due"
        payload = segment.data[segment.start : segment.end]
        assert data[start:end] == payload[offset : offset + length], "bytes of another position"
        if self.listener.honest and segment.flags & ACK:
            self._check_cause(segment.ack)
        self.bytes += length
        self.position = advance(self.position, length)
        self._say(data[start:end].decode("latin-1") + "?" * unseen)

    def gap(self, length: int, frame: int, time_ns: int) -> None:
        assert length > 0, "an empty gap says nothing"
        assert frame == self.listener.now.frame, "a gap becomes known now"
        self._begin(advance(self.half.next_seq, -length))
        self.gap_bytes += length
        assert self.position is not None
        self.position = advance(self.position, length)
        self._say(f"GAP({length})")

    def end(self, frame: int, time_ns: int) -> None:
        segment = self._segment_of(frame, time_ns)
        assert segment.flags & FIN
        self._begin(self.half.fin_seq)
        if self.listener.honest and segment.flags & ACK:
            self._check_cause(segment.ack)
        assert self.position == advance(segment.seq, segment.length + bool(segment.flags & SYN)), "not due"
        self.position = advance(self.position, 1)
        self._say("END")
        self.ended = True

    def finish(self) -> None:
        self.finished += 1
        assert self.finished == 1, "finish comes exactly once"

    def _say(self, what: str) -> None:
        assert not self.ended, f"{what} after the FIN"
        assert not self.finished, f"{what} after finish"
        stream = self.connection.stream
        side = "S" if self.half.port == SERVER_PORT else "C"
        self.listener.words.append(f"{stream or ''}{side}:{what}")

    def _segment_of(self, frame: int, time_ns: int) -> Segment:
        segment = self.listener.fed[frame]
        assert segment.time_ns == time_ns
        assert segment.key.endswith(self.half.port.to_bytes(2, "big") + self.half.peer.port.to_bytes(2, "big"))
        return segment

    def _begin(self, first: int) -> None:
        """An honest SYN says which byte is the first; without it, the tracker's word must be taken for it."""
        if self.position is None:
            known = self.listener.honest and self.half.syn_frame != UNKNOWN
            self.position = advance(self.half.base, 1) if known else first

    def _check_cause(self, ack: int) -> None:
        due = self.listener.ears[self.connection.stream, self.half.peer.port].position
        assert due is None or distance(ack, due) >= 0, "an answer was delivered before what it answers"


class Listener:
    """A tracker that is fed with scripts, and all that it says."""

    def __init__(self, script: Script | None = None, *, honest: bool = True) -> None:
        """`honest`: nobody acknowledges what was never sent, so that cause precedes effect without exception."""
        self.script = script or Script()
        self.honest = honest
        self.tracker = Tracker(self._open)
        self.words: list[str] = []
        self.ears: dict[tuple[int, int], Ear] = {}
        self.fed: dict[int, Segment] = {}
        self.now: Segment
        self._finished = False

    def say(self, text: str) -> None:
        """Feed what a script says."""
        for segment in self.script.segments(text):
            self.feed(segment)

    def feed(self, segment: Segment) -> None:
        self.fed[segment.frame] = self.now = segment
        self.tracker.feed(segment)
        for connection in self.tracker.connections:
            _check_held(connection.first)
            _check_held(connection.second)

    def take(self) -> str:
        """What was heard since it was last asked."""
        words = " ".join(self.words)
        self.words.clear()
        return words

    def finish(self) -> None:
        """The capture is over: nothing may be held back, everybody was told, and the accounts agree."""
        if self._finished:
            return
        self._finished = True
        self.tracker.finish()
        for ear in self.ears.values():
            assert ear.finished == 1
            assert not ear.half.held.ranges
            assert (ear.half.bytes, ear.half.gap_bytes) == (ear.bytes, ear.gap_bytes)

    @property
    def counted(self) -> str:
        """Every counter that is not zero, like `C:retransmitted=1`."""
        words = []
        for ear in self.ears.values():
            side = "S" if ear.half.port == SERVER_PORT else "C"
            counts = [(name, getattr(ear.half, name)) for name in COUNTERS]
            words += [f"{ear.connection.stream or ''}{side}:{name}={count}" for name, count in counts if count]
        if self.tracker.duplicate_frames:
            words.append(f"duplicates={self.tracker.duplicate_frames}")
        return " ".join(words)

    def _open(self, connection: Connection) -> None:
        for half in (connection.first, connection.second):
            half.sink = self.ears[connection.stream, half.port] = Ear(self, connection, half)


def heard(text: str, *, script: Script | None = None, honest: bool = True) -> Listener:
    """A listener that heard the whole of a conversation."""
    listener = Listener(script, honest=honest)
    listener.say(text)
    listener.finish()
    return listener


def _check_held(half: Half) -> None:
    ranges = half.held.ranges
    assert half.held.bytes == sum(len(each.data) for each in ranges)
    for one, following in pairwise(ranges):
        assert distance(one.seq, following.seq) >= one.length > 0, "held ranges overlap"
