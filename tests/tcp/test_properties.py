"""Random conversations: whatever the order in the capture, each byte is delivered once, or is in a gap.

`Listener` compares every byte that is delivered with the payload at its position, and checks that cause precedes
effect; here the totals are held against what was really said.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from hypothesis import example, given, settings
from hypothesis import strategies as st

from kacap.tcp.sequence import MASK, advance
from kacap.wire.segment import ACK, FIN, PSH, RST, SYN, URG, Segment
from tests.tcp.listener import Listener
from tests.tcp.script import Script

STEP_NS = 50_000
WINDOW = 12
"""Frames by which the capture may displace a frame: well within the tracker's patience."""

ISNS = st.integers(0, MASK) | st.integers(MASK - 300, MASK)
SEEDS = st.integers(0, 1 << 32)


@dataclass
class Speaker:
    """One side of a conversation in which every segment arrives at once."""

    key: bytes
    isn: int
    said: bytearray = field(default_factory=bytearray)
    fin: bool = False

    @property
    def next(self) -> int:
        return advance(self.isn, 1 + len(self.said) + self.fin)


class Conversation:
    """What both sides really sent, in the order of the wire."""

    def __init__(self, random: Random, client_isn: int, server_isn: int) -> None:
        script = Script()
        self.random = random
        self.client = Speaker(script.key("C"), client_isn)
        self.server = Speaker(script.key("S"), server_isn)
        self.wire: list[Segment] = []
        self._send(self.client, -1, b"", SYN)
        self._send(self.server, -1, b"", SYN | ACK)
        self._send(self.client, 0, b"", ACK)
        self.handshake = len(self.wire)

    def talk(self, turns: int) -> None:
        """Data of both sides, bare ACKs, and retransmissions that overlap what was sent lately."""
        for _ in range(turns):
            speaker = self.random.choice((self.client, self.server))
            act = self.random.random()
            if act < 0.6:
                data = self.random.randbytes(self.random.randint(1, 9))
                self._send(speaker, len(speaker.said), data, ACK | PSH)
            elif act < 0.8 and speaker.said:
                start = self.random.randrange(max(0, len(speaker.said) - 20), len(speaker.said))
                end = self.random.randint(start + 1, len(speaker.said))
                self._send(speaker, start, bytes(speaker.said[start:end]), ACK)
            else:
                self._send(speaker, len(speaker.said), b"", ACK)

    def close(self) -> None:
        for speaker in self.random.sample((self.client, self.server), 2):
            self._send(speaker, len(speaker.said), self.random.randbytes(self.random.randint(0, 3)), ACK | FIN)
        for speaker in (self.client, self.server):
            self._send(speaker, len(speaker.said) + 1, b"", ACK)

    def _send(self, speaker: Speaker, position: int, data: bytes, flags: int) -> None:
        peer = self.server if speaker is self.client else self.client
        seq = advance(speaker.isn, 1 + position)
        number = len(self.wire) + 1
        ack = peer.next if flags & ACK else 0
        self.wire.append(Segment(0, 0, speaker.key, seq, ack, flags, 500, number, data, 0, len(data), len(data)))
        speaker.said[position:] = data if position == len(speaker.said) else speaker.said[max(0, position) :]
        speaker.fin |= bool(flags & FIN)


def captured(conversation: Conversation, random: Random, keep: Callable[[int], bool]) -> list[Segment]:
    """The frames of a capture that displaces, repeats and leaves out: numbered and timed in its own order."""
    wire = conversation.wire
    order: list[tuple[float, Segment]] = []
    for at, segment in enumerate(wire):
        if at < conversation.handshake:
            order.append((at - len(wire), segment))
        elif keep(at):
            order.append((at + random.random() * WINDOW, segment))
            if random.random() < 0.1:
                order.append((at + random.random() * WINDOW, segment))
    order.sort(key=lambda each: each[0])
    return [renumbered(segment, frame) for frame, (_, segment) in enumerate(order, 1)]


def renumbered(segment: Segment, frame: int) -> Segment:
    return Segment(
        frame,
        10**18 + frame * STEP_NS,
        segment.key,
        segment.seq,
        segment.ack,
        segment.flags,
        segment.window,
        segment.ip_id,
        segment.data,
        segment.start,
        segment.end,
        segment.length,
    )


def listen(segments: list[Segment], *, honest: bool = True) -> Listener:
    listener = Listener(honest=honest)
    for segment in segments:
        listener.feed(segment)
    listener.finish()
    return listener


def words_of(listener: Listener, side: str) -> list[str]:
    return [word.removeprefix(f"{side}:") for word in listener.words if word.startswith(f"{side}:")]


@settings(max_examples=300, deadline=None)
@given(ISNS, ISNS, SEEDS, st.integers(1, 200))
def test_what_was_captured_whole_is_delivered_whole(client_isn: int, server_isn: int, seed: int, turns: int) -> None:
    random = Random(seed)
    conversation = Conversation(random, client_isn, server_isn)
    conversation.talk(turns)
    conversation.close()
    listener = listen(captured(conversation, random, lambda at: True))
    for side, speaker in (("C", conversation.client), ("S", conversation.server)):
        *chunks, end = words_of(listener, side)
        assert "".join(chunks) == speaker.said.decode("latin-1")
        assert end == "END"


@settings(max_examples=300, deadline=None)
@given(ISNS, ISNS, SEEDS, st.integers(1, 200), st.floats(0, 0.6))
def test_what_was_dropped_is_in_a_gap_and_nothing_else_is(
    client_isn: int, server_isn: int, seed: int, turns: int, lost: float
) -> None:
    random = Random(seed)
    conversation = Conversation(random, client_isn, server_isn)
    conversation.talk(turns)
    last = len(conversation.wire)
    conversation.close()
    kept = [at >= last or random.random() >= lost for at in range(len(conversation.wire))]
    # What was sent again acknowledges more than the lost original did: cause and effect may stand in a circle.
    listener = listen(captured(conversation, random, lambda at: kept[at]), honest=False)
    for side, speaker in (("C", conversation.client), ("S", conversation.server)):
        *words, end = words_of(listener, side)
        assert end == "END"
        assert spelled_out(words) == as_captured(conversation, speaker, kept)


def spelled_out(words: list[str]) -> list[str | None]:
    """One element for each byte; None in a gap."""
    positions: list[str | None] = []
    for word in words:
        if word.startswith("GAP("):
            positions += [None] * int(word[4:-1])
        else:
            positions += word
    return positions


def as_captured(conversation: Conversation, speaker: Speaker, kept: list[bool]) -> list[str | None]:
    """The same, from what was kept of the wire."""
    known: list[str | None] = [None] * len(speaker.said)
    for at, segment in enumerate(conversation.wire):
        if segment.key == speaker.key and kept[at]:
            position = (segment.seq - speaker.isn - 1) & MASK
            for offset, byte in enumerate(segment.data):
                known[position + offset] = chr(byte)
    return known


NUMBERS = st.integers(-3, 12) | st.sampled_from([0, 0, 1, 1 << 20, (1 << 30) + 5, 1 << 31, (1 << 31) - 1, -(1 << 20)])
LETTERS = "abcdefghij"
HOSTILE = st.lists(
    st.tuples(
        st.sampled_from("CS"),
        st.sampled_from([ACK, ACK, ACK, ACK | PSH, FIN | ACK, FIN, SYN, SYN | ACK, RST, RST | ACK, 0, URG | FIN | SYN]),
        NUMBERS,
        NUMBERS,
        st.integers(0, 6),
        st.integers(0, 6),
        st.sampled_from([0, 1, 500]),
        st.sampled_from([-1, 0, 1, 2, 3, 4, 5]),
        st.sampled_from([0, 1000, 2_000_000, 2 * 10**9, -(10**9)]),
    ),
    max_size=60,
)


SAID = tuple[str, int, int, int, int, int, int, int, int]
LATE_SYN_AFTER_GAP: list[SAID] = [
    ("C", SYN | ACK, 0, 0, 0, 0, 0, -1, 0),
    ("C", ACK, 0, 1, 0, 0, 0, -1, 0),
    ("S", SYN, -1, 0, 1, 0, 0, -1, 2 * 10**9),
]
ONE_BEYOND_A_GAP: list[SAID] = [
    ("C", SYN | ACK, 0, -(1 << 20), 0, 0, 0, -1, 0),
    ("C", ACK, 0, 0, 0, 0, 0, -1, 0),
    ("C", ACK, 0, 0, 0, 0, 0, -1, 2 * 10**9),
    ("S", ACK, 1, 0, 1, 0, 0, -1, 0),
]


@settings(max_examples=600, deadline=None)
@given(HOSTILE, st.booleans())
@example(LATE_SYN_AFTER_GAP, False)
@example(ONE_BEYOND_A_GAP, False)
def test_no_segment_breaks_the_rules_of_a_sink(said: list[SAID], handshake: bool) -> None:
    """Whoever sends what: nothing raises, nothing follows the FIN, no byte is delivered as another or twice."""
    script = Script()
    listener = Listener(script, honest=False)
    if handshake:
        listener.say("C SYN\n S SYN ACK\n C")
    isns = {"C": 1000, "S": 5000}
    for side, flags, position, ack, length, seen, window, ip_id, step_ns in said:
        peer = "S" if side == "C" else "C"
        script.frame += 1
        script.time_ns += step_ns
        listener.feed(
            Segment(
                script.frame,
                script.time_ns,
                script.key(side),
                advance(isns[side], 1 + position),
                advance(isns[peer], 1 + ack),
                flags,
                window,
                ip_id,
                LETTERS[:length].encode(),
                0,
                min(seen, length),
                length,
            )
        )
        if step_ns > 10**9:
            listener.tracker.tick(script.time_ns)
    listener.finish()
