"""Frames say what a real pair of hosts would have said; dpkt reads them back."""

from typing import NamedTuple

import dpkt
import pytest

from kacap.verdict.words import Side
from tests.dialogue import Conversation, Dialogue, Fate
from tests.dialogue.conversation import START_NS

CLIENT, SERVER = Side.CLIENT, Side.SERVER


class Seen(NamedTuple):
    """One segment, its numbers relative to the initial sequence numbers."""

    side: Side
    flags: str
    seq: int
    ack: int | None
    payload: bytes


def read(dialogue: Dialogue, talk: Conversation) -> list[Seen]:
    """All segments of the dialogue as dpkt reads them."""
    seen = []
    for frame in dialogue.frames:
        segment = dpkt.ethernet.Ethernet(frame.data).data.data
        side = CLIENT if segment.sport == talk.client.port else SERVER
        mine, theirs = talk.peer(side), talk.peer(SERVER if side is CLIENT else CLIENT)
        flags = "".join(letter for letter, bit in zip("FSRPA", (1, 2, 4, 8, 16), strict=True) if segment.flags & bit)
        ack = (segment.ack - theirs.isn) % 2**32 if segment.flags & 16 else None
        seen.append(Seen(side, flags, (segment.seq - mine.isn) % 2**32, ack, bytes(segment.data)))
    return seen


@pytest.fixture
def dialogue() -> Dialogue:
    return Dialogue()


def test_a_whole_connection(dialogue: Dialogue) -> None:
    talk = dialogue.connection()
    talk.handshake(1_000_000)
    talk.send(CLIENT, b"hello")
    talk.send(SERVER, b"hi")
    talk.close(CLIENT)
    assert read(dialogue, talk) == [
        Seen(CLIENT, "S", 0, None, b""),
        Seen(SERVER, "SA", 0, 1, b""),
        Seen(CLIENT, "A", 1, 1, b""),
        Seen(CLIENT, "PA", 1, 1, b"hello"),
        Seen(SERVER, "PA", 1, 6, b"hi"),
        Seen(CLIENT, "FA", 6, 3, b""),
        Seen(SERVER, "FA", 3, 7, b""),
        Seen(CLIENT, "A", 7, 4, b""),
    ]
    assert [frame.number for frame in dialogue.frames] == list(range(1, 9))
    assert [frame.time_ns - START_NS for frame in dialogue.frames] == [0] + [1_000_000] * 7


def test_numbers_wrap(dialogue: Dialogue) -> None:
    talk = dialogue.connection(isn=(2**32 - 1, 2**32 - 3))
    talk.handshake()
    talk.send(CLIENT, b"hello")
    talk.send(SERVER, b"hi")
    assert read(dialogue, talk)[-2:] == [Seen(CLIENT, "PA", 1, 1, b"hello"), Seen(SERVER, "PA", 1, 6, b"hi")]


def test_midstream_needs_no_handshake(dialogue: Dialogue) -> None:
    talk = dialogue.connection()
    talk.send(SERVER, b"hi")
    assert read(dialogue, talk) == [Seen(SERVER, "PA", 1, 1, b"hi")]


def test_a_long_message_is_cut_by_mss_and_a_cut_one_as_asked(dialogue: Dialogue) -> None:
    talk = dialogue.connection()
    talk.send(SERVER, bytes(3000), fin=True)
    talk.send(CLIENT, b"abcdef", sizes=[1, 2], order=[3, 1, 2], every_ns=5)
    seen = read(dialogue, talk)
    assert [(len(one.payload), one.flags) for one in seen[:3]] == [(1460, "A"), (1460, "A"), (80, "FPA")]
    assert [one.payload for one in seen[3:]] == [b"def", b"a", b"bc"]
    assert [frame.time_ns - START_NS for frame in dialogue.frames[3:]] == [0, 5, 10]


@pytest.mark.parametrize(
    ("fate", "recorded", "acknowledged"),
    [(Fate.NORMAL, 1, 3), (Fate.UNSEEN, 0, 3), (Fate.LOST, 0, 1), (Fate.UNDELIVERED, 1, 1)],
)
def test_fates(dialogue: Dialogue, fate: Fate, recorded: int, acknowledged: int) -> None:
    talk = dialogue.connection()
    assert len(talk.send(SERVER, b"hi", fates={0: fate})) == recorded
    talk.send(CLIENT)
    assert read(dialogue, talk)[-1].ack == acknowledged


def test_what_was_lost_is_acknowledged_after_its_retransmission(dialogue: Dialogue) -> None:
    talk = dialogue.connection()
    talk.send(SERVER, b"abcdef", sizes=[2, 2], fates={2: Fate.LOST})
    talk.send(CLIENT)
    talk.again(SERVER, 3, 2)
    talk.send(CLIENT)
    assert [one.ack for one in read(dialogue, talk) if one.side is CLIENT] == [3, 7]


def test_held_segments_come_when_they_are_released(dialogue: Dialogue) -> None:
    talk = dialogue.connection()
    talk.send(SERVER, b"abcd", sizes=[2], held=[1])
    talk.send(CLIENT)
    dialogue.wait(7)
    talk.release()
    talk.send(CLIENT)
    assert [one.payload for one in read(dialogue, talk)] == [b"cd", b"", b"ab", b""]
    assert [one.ack for one in read(dialogue, talk) if one.side is CLIENT] == [1, 5]


def test_retransmissions_do_not_move_on(dialogue: Dialogue) -> None:
    talk = dialogue.connection()
    talk.handshake()
    talk.send(CLIENT, syn=True)
    talk.send(CLIENT, b"hi")
    talk.again(CLIENT)
    talk.send(CLIENT, fin=True)
    talk.send(CLIENT, fin=True)
    talk.send(CLIENT)
    assert [(one.seq, one.payload) for one in read(dialogue, talk)[3:]] == [
        (0, b""),
        (1, b"hi"),
        (1, b"hi"),
        (3, b""),
        (3, b""),
        (4, b""),
    ]


def test_probes_do_not_move_on_either(dialogue: Dialogue) -> None:
    talk = dialogue.connection()
    talk.send(CLIENT, b"hi")
    talk.probe(CLIENT)
    talk.probe(CLIENT, b"\0")
    talk.window_probe(CLIENT, b"x")
    talk.send(SERVER)
    talk.send(CLIENT, b"xyz")
    assert [(one.seq, one.payload) for one in read(dialogue, talk) if one.side is CLIENT] == [
        (1, b"hi"),
        (2, b""),
        (2, b"\0"),
        (3, b"x"),
        (3, b"xyz"),
    ]
    assert [one.ack for one in read(dialogue, talk) if one.side is SERVER] == [3]


def test_a_refusal_has_sequence_number_zero(dialogue: Dialogue) -> None:
    talk = dialogue.connection(isn=(1000, 2000))
    talk.send(CLIENT, syn=True)
    talk.send(SERVER, rst=True, ack=True)
    segment = dpkt.ethernet.Ethernet(dialogue.frames[1].data).data.data
    assert (segment.seq, segment.ack, segment.flags) == (0, 1001, 0x14)


def test_the_same_frame_twice_keeps_its_ip_id_and_a_retransmission_does_not(dialogue: Dialogue) -> None:
    talk = dialogue.connection()
    talk.send(CLIENT, b"hi", twice=[0])
    talk.again(CLIENT)
    idents = [dpkt.ethernet.Ethernet(frame.data).data.id for frame in dialogue.frames]
    assert idents[0] == idents[1] != idents[2]
    assert [frame.number for frame in dialogue.frames] == [1, 2, 3]


def test_cut_frames_keep_their_wire_length() -> None:
    dialogue = Dialogue(snaplen=80)
    talk = dialogue.connection()
    talk.send(CLIENT, bytes(100))
    talk.send(CLIENT, bytes(100), cut=10)
    assert [(frame.end - frame.start, frame.wire_bytes) for frame in dialogue.frames] == [(80, 154), (64, 154)]


def test_streams_are_numbered_by_their_first_recorded_frame(dialogue: Dialogue) -> None:
    first, second = dialogue.connection("A"), dialogue.connection("B")
    first.send(CLIENT, syn=True, fates={0: Fate.UNSEEN})
    second.handshake()
    dialogue.ask("a.example")
    first.send(SERVER, syn=True, ack=True)
    again = dialogue.connection("C", reusing="A")
    again.handshake()
    assert (first.stream, second.stream, again.stream) == (1, 0, 2)
    assert dialogue.streams == [0, 0, 0, None, 1, 2, 2, 2]
    assert (again.client.port, again.server.port) == (first.client.port, first.server.port)
    assert again.client.isn != first.client.isn


@pytest.mark.parametrize("wrong", [{"order": [1, 1]}, {"order": [1]}, {"twice": [3]}, {"fates": {3: Fate.LOST}}])
def test_segments_that_do_not_exist_are_refused(dialogue: Dialogue, wrong: dict[str, list[int]]) -> None:
    talk = dialogue.connection()
    with pytest.raises(ValueError, match="2 segments"):
        talk.send(CLIENT, b"ab", sizes=[1], **wrong)  # type: ignore[arg-type]  # parametrized keyword


def test_dns(dialogue: Dialogue) -> None:
    dialogue.ask("a.example")
    dialogue.answer("a.example", ["192.0.2.1", "192.0.2.2"])
    dialogue.answer("a.example", ["2001:db8::1"])
    messages = [dpkt.dns.DNS(dpkt.ethernet.Ethernet(frame.data).data.data.data) for frame in dialogue.frames]
    assert [(one.qr, one.qd[0].name, len(one.an)) for one in messages] == [
        (0, "a.example", 0),
        (1, "a.example", 2),
        (1, "a.example", 1),
    ]
    assert [one.ip for one in messages[1].an] == [bytes((192, 0, 2, 1)), bytes((192, 0, 2, 2))]
