"""Segments in; chunks, gaps and ends out. `script` explains how to read the conversations, `listener` what is heard."""

from typing import NamedTuple

import pytest

from kacap.tcp import assembly
from kacap.tcp.assembly import HELD_BYTES_PER_HALF, HELD_RANGES_PER_HALF, PATIENCE_NS, PATIENCE_SEGMENTS
from kacap.tcp.sequence import MASK, advance
from kacap.tcp.sink import Sink
from kacap.wire.segment import ACK, Segment
from tests.tcp.listener import Listener, heard
from tests.tcp.script import CLIENT_ISN, OPEN, SERVER_ISN, Script


class Case(NamedTuple):
    name: str
    said: str
    heard: str
    counted: str = ""
    """Every counter of the connection that is not zero."""


IN_ORDER = (
    Case(
        "a request and its response",
        """
        C get
        S page
        """,
        "C:get S:page",
    ),
    Case(
        "a whole life",
        """
        C get
        S page
        S FIN
        C FIN
        S
        """,
        "C:get S:page S:END C:END",
    ),
    Case(
        "several segments a side",
        """
        C ge
        C t
        S pa
        C
        S ge
        C
        """,
        "C:ge C:t S:pa S:ge",
    ),
    Case(
        "a FIN with data",
        """
        C get FIN
        S page FIN
        C
        """,
        "C:get C:END S:page S:END",
    ),
    Case(
        "a FIN of both at once",
        """
        C FIN
        S FIN ack=0
        C
        S
        """,
        "C:END S:END",
    ),
    Case(
        "a half-close: the other side still speaks",
        """
        C get FIN
        S
        S pa
        S ge
        S FIN
        C
        """,
        "C:get C:END S:pa S:ge S:END",
    ),
    Case("a reset takes nothing back", "C get\n S pa\n S RST ACK", "C:get S:pa"),
    Case("the payload of a reset is no data", "C get\n S reason RST ACK", "C:get"),
)

OUT_OF_ORDER = (
    Case(
        "two segments change places",
        """
        C 2 cd
        C 0 ab
        """,
        "C:ab C:cd",
        "C:out_of_order=1",
    ),
    Case(
        "one segment is late by two places",
        """
        C 2 cd
        C 4 ef
        C 0 ab
        """,
        "C:ab C:cd C:ef",
        "C:out_of_order=1",
    ),
    Case(
        "three segments in reverse order: two came after a later one",
        """
        C 4 ef
        C 2 cd
        C 0 ab
        """,
        "C:ab C:cd C:ef",
        "C:out_of_order=2",
    ),
    Case(
        "the FIN comes before the last data",
        """
        C 2 FIN
        C 0 ab ack=0
        """,
        "C:ab C:END",
    ),
    Case(
        "the FIN with data comes before other data",
        """
        C 2 cd FIN
        C 0 ab
        """,
        "C:ab C:cd C:END",
        "C:out_of_order=1",
    ),
    Case(
        "a lost segment is sent again after a round trip",
        """
        C 2 cd
        S ack=0
        C 0 ab +200ms
        """,
        "C:ab C:cd",
        "C:retransmitted=1",
    ),
    Case(
        "two lost segments are sent again after a round trip",
        """
        C 4 ef
        S ack=0
        C 0 ab +200ms
        C 2 cd
        """,
        "C:ab C:cd C:ef",
        "C:retransmitted=2",
    ),
    Case(
        "each hole has its own age: a lost segment, then two that changed places",
        """
        C 2 cd
        S ack=0
        C 6 gh +200ms
        C 0 ab
        C 4 ef
        """,
        "C:ab C:cd C:ef C:gh",
        "C:retransmitted=1 C:out_of_order=1",
    ),
)

RETRANSMITTED = (
    Case(
        "the same bytes again",
        """
        C get
        C 0 get +200ms
        S page
        """,
        "C:get S:page",
        "C:retransmitted=1",
    ),
    Case(
        "the first copy of a byte wins",
        """
        C abc
        C 0 xyz
        """,
        "C:abc",
        "C:retransmitted=1",
    ),
    Case(
        "old bytes and new bytes in one segment",
        """
        C abc
        C 1 xyz
        """,
        "C:abc C:z",
        "C:retransmitted=1",
    ),
    Case(
        "old bytes, new bytes and a FIN in one segment",
        """
        C abc
        C 1 bcd FIN
        """,
        "C:abc C:d C:END",
        "C:retransmitted=1",
    ),
    Case(
        "a held byte is not replaced either",
        """
        C 1 bc
        C 0 uvwx
        """,
        "C:u C:bc C:x",
        "C:out_of_order=1",
    ),
    Case(
        "what is held is sent again",
        """
        C 2 cd
        C 2 cd +200ms
        C 0 ab
        """,
        "C:ab C:cd",
        "C:retransmitted=2",
    ),
    Case(
        "a FIN again",
        """
        C FIN
        C -1 +200ms      # no probe: one before the FIN is the handshake
        C 0 FIN +200ms
        S
        """,
        "C:END",
        "C:retransmitted=1",
    ),
    Case(
        "a FIN with data again",
        """
        C get FIN
        C 0 get FIN +200ms
        S
        """,
        "C:get C:END",
        "C:retransmitted=1",
    ),
    Case(
        "the FIN of the data that was sent before without",
        """
        C get
        C 0 get FIN +200ms
        S
        """,
        "C:get C:END",
        "C:retransmitted=1",
    ),
)

PROBES = (
    Case(
        "a keep-alive probe without a byte",
        """
        C get
        S page
        C
        C 2 +75s
        S ack=3
        C 2 +75s
        S ack=3
        """,
        "C:get S:page",
        "C:keepalive_probes=2",
    ),
    Case(
        "a keep-alive probe with a byte of garbage",
        """
        C get
        S page
        C
        C 2 x +75s
        S ack=3
        C 3 more
        """,
        "C:get S:page C:more",
        "C:keepalive_probes=1",
    ),
    Case(
        "a probe before any data",
        """
        S -1 +75s
        C
        C get
        """,
        "C:get",
        "S:keepalive_probes=1",
    ),
    Case(
        "a keep-alive probe is no answer: the acknowledgement alone is none either",
        """
        C get
        S
        S
        C
        """,
        "C:get",
    ),
    Case(
        "zero-window probes with the next byte: it is taken once, and then sent in earnest",
        """
        C abc
        S win=0
        C 3 d +200ms
        S ack=3 win=0
        C 3 d +400ms
        S ack=3 win=0
        S ack=3 win=500
        C 3 def
        S
        """,
        "C:abc C:d C:ef",
        "C:zero_window_probes=2",
    ),
    Case(
        "a single zero-window probe",
        """
        C abc
        S win=0
        C 3 d +200ms
        S ack=3 win=0
        S ack=3 win=500
        C 3 def
        S
        """,
        "C:abc C:d C:ef",
        "C:zero_window_probes=1",
    ),
    Case(
        "zero-window probes without a byte: the window is closed, so it is not the connection that is asked for",
        """
        C abc
        S win=0
        C 2 +200ms
        S ack=3 win=0
        C 2 +400ms
        S ack=3 win=0
        S ack=3 win=500
        C 3 def
        S
        """,
        "C:abc C:def",
        "C:zero_window_probes=2",
    ),
)

GAPS = (
    Case(
        "lost and acknowledged, then more",
        """
        C 2 cd
        S ack=4
        """,
        "C:GAP(2) C:cd",
    ),
    Case("lost at the end and acknowledged", "C ab\n S ack=5", "C:ab C:GAP(3)"),
    Case(
        "lost at the end, acknowledged with the FIN after it",
        """
        C 3 FIN
        S ack=4
        """,
        "C:GAP(3) C:END",
    ),
    Case(
        "a FIN tells that bytes came before it, whether acknowledged or not",
        """
        C ab
        C 5 FIN
        """,
        "C:ab C:GAP(3) C:END",
    ),
    Case(
        "never acknowledged, but later bytes are there",
        """
        C 2 cd
        """,
        "C:GAP(2) C:cd",
    ),
    Case(
        "a lost request is told before its response, though the response was seen first",
        """
        S page ack=3
        C 3 more
        S more
        """,
        "C:GAP(3) S:page C:more S:more",
    ),
    Case(
        "a lost tail is told before the FIN that answers it",
        """
        C get
        S page
        C ack=9
        S 9 FIN
        C FIN
        S
        """,
        "C:get S:page S:GAP(5) S:END C:END",
    ),
    Case(
        "holes on both sides are told in the order of what waits",
        """
        C 1 b
        S 1 y ack=2
        C 2 c
        S 2 z
        C
        """,
        "C:GAP(1) C:b S:GAP(1) S:y C:c S:z",
    ),
    Case(
        "the snapshot length cut the payload: its length is known",
        """
        C abcdef seen=2
        S
        C g
        """,
        "C:ab???? C:g",
    ),
    Case(
        "the snapshot length left only headers",
        """
        C abc seen=0
        S xy seen=0
        """,
        "C:??? S:??",
    ),
    Case(
        "cut payload is held like any other",
        """
        C 3 def seen=1
        C 0 abc seen=2
        """,
        "C:ab? C:d??",
        "C:out_of_order=1",
    ),
    Case(
        "a cut copy is a copy: the later, longer one does not win",
        """
        C abcd seen=2
        C 0 abcd
        """,
        "C:ab??",
        "C:retransmitted=1",
    ),
    Case(
        "the new bytes of a partial retransmission are beyond the cut",
        """
        C abc
        C 1 bcde seen=1
        """,
        "C:abc C:??",
        "C:retransmitted=1",
    ),
)

MISORDERED = (
    Case(
        "the answer was written before the request",
        """
        S page ack=3
        C 0 get ack=0
        """,
        "C:get S:page",
    ),
    Case(
        "an ACK was written before what it acknowledges",
        """
        S ack=3
        C 0 get
        S page
        """,
        "C:get S:page",
    ),
    Case(
        "two exchanges, each with the answer first",
        """
        S one ack=3
        C 0 get ack=0
        S 3 two ack=6
        C 3 get ack=3
        """,
        "C:get S:one C:get S:two",
    ),
    Case(
        "the side that closes first is written last",
        """
        S 4 FIN ack=3
        C 3 FIN ack=5
        C 0 get ack=0
        S 0 page ack=3
        """,
        "C:get S:page S:END C:END",
    ),
    Case(
        "a chain in reverse",
        """
        C 1 c ack=2
        S 1 d ack=1
        S 0 b ack=1
        C 0 a ack=0
        """,
        "C:a S:b S:d C:c",
        "C:out_of_order=1 S:out_of_order=1",
    ),
)

CASES = IN_ORDER + OUT_OF_ORDER + RETRANSMITTED + PROBES + GAPS + MISORDERED
NEAR_WRAP = range(MASK - 12, MASK + 1)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_conversation(case: Case) -> None:
    listener = heard(OPEN + case.said)
    assert listener.take() == case.heard
    assert listener.counted == case.counted


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_conversation_at_the_wrap(case: Case) -> None:
    for isn in NEAR_WRAP:
        listener = heard(OPEN + case.said, script=Script(client_isn=isn, server_isn=isn - 3))
        assert listener.take() == case.heard
        assert listener.counted == case.counted


def lines(line: str, count: int) -> str:
    return f"{line}\n" * count


class TestPatience:
    """A hole that the peer acknowledged is a gap once it was waited for."""

    def test_within_patience_nothing_is_given_up(self, listener: Listener) -> None:
        listener.say(OPEN + "C 3 def" + lines("\n S ack=6", PATIENCE_SEGMENTS - 1))
        assert listener.take() == ""
        listener.say("C 0 abc")
        assert listener.take() == "C:abc C:def"

    def test_after_patience_segments(self, listener: Listener) -> None:
        listener.say(OPEN + "C 3 def" + lines("\n S ack=6", PATIENCE_SEGMENTS + 1))
        assert listener.take() == "C:GAP(3) C:def"

    def test_after_patience_time(self, listener: Listener) -> None:
        listener.say(OPEN + f"C 3 def\n S ack=6\n S ack=6 +{PATIENCE_NS // 10**6}ms")
        assert listener.take() == "C:GAP(3) C:def"

    def test_at_the_end(self, listener: Listener) -> None:
        listener.say(OPEN + "C 3 def\n S ack=6")
        assert listener.take() == ""
        listener.finish()
        assert listener.take() == "C:GAP(3) C:def"

    def test_only_what_was_acknowledged_is_given_up(self, listener: Listener) -> None:
        listener.say(OPEN + "C 3 def" + lines("\n S ack=2", PATIENCE_SEGMENTS + 1))
        assert listener.take() == "C:GAP(2)"
        listener.say("C 2 c")
        assert listener.take() == "C:c C:def"

    def test_a_hole_that_nobody_acknowledged_waits(self, listener: Listener) -> None:
        listener.say(OPEN + "C 3 def" + lines("\n S ack=0", 10 * PATIENCE_SEGMENTS))
        assert listener.take() == ""
        listener.say("C 0 abc")
        assert listener.take() == "C:abc C:def"

    def test_what_comes_after_it_was_given_up_is_old(self, listener: Listener) -> None:
        listener.say(OPEN + "C 3 def" + lines("\n S ack=6", PATIENCE_SEGMENTS + 1) + "C 0 abc")
        assert listener.take() == "C:GAP(3) C:def"
        assert listener.counted == "C:retransmitted=1"

    def test_missing_bytes_at_the_tail_need_nothing_behind_them(self, listener: Listener) -> None:
        listener.say(OPEN + "C get\n S pa" + lines("\n C ack=4", PATIENCE_SEGMENTS + 2))
        assert listener.take() == "C:get S:pa S:GAP(2)"

    def test_every_hole_is_waited_for_anew(self, listener: Listener) -> None:
        """A capture that swaps frames all along never makes a gap, however long it lasts."""
        listener.say(OPEN + "C 1 b")
        for position in range(1, 3 * PATIENCE_SEGMENTS, 2):
            listener.say(f"C {position + 2} d\n S ack={position + 3}\n C {position - 1} a")
        assert "GAP" not in listener.take()

    def test_bytes_that_keep_coming_are_waited_for(self, listener: Listener) -> None:
        """Each ACK is written two frames before the last byte that it acknowledges, all along."""
        listener.say(OPEN)
        for position in range(3 * PATIENCE_SEGMENTS):
            listener.say(f"S ack={position + 2}\n C {position} a")
        assert "GAP" not in listener.take()

    def test_a_tail_is_not_charged_for_the_hole_before_it(self, listener: Listener) -> None:
        most = lines("\n S ack=2", PATIENCE_SEGMENTS - 4)
        listener.say(OPEN + "C 1 b" + most + "S ack=5\n C 0 a" + lines("\n S ack=5", 10) + "C 2 cde")
        assert listener.take() == "C:a C:b C:cde"

    def test_a_clock_that_steps_back_does_not_hurry(self, listener: Listener) -> None:
        listener.say(OPEN + "C 3 def\n S ack=6 +-3600s\n C 0 abc")
        assert listener.take() == "C:abc C:def"

    def test_the_gap_becomes_known_with_the_frame_that_ends_patience(self, listener: Listener) -> None:
        gaps: list[tuple[int, int]] = []
        listener.say(OPEN)
        ear = next(each for each in listener.ears.values() if each.half is listener.tracker.connections[0].client)
        tell = ear.gap

        def note(length: int, frame: int, time_ns: int) -> None:
            gaps.append((frame, time_ns))
            tell(length, frame, time_ns)

        ear.gap = note  # type: ignore[method-assign]
        listener.say("C 3 def\n S ack=6\n S ack=6 +5s")
        assert gaps == [(listener.script.frame, listener.script.time_ns)]


class TestTick:
    """Time passes without a segment."""

    def test_gives_up_after_patience(self, listener: Listener) -> None:
        listener.say(OPEN + "C 3 def\n S ack=6")
        since_ns = listener.script.time_ns
        listener.tracker.tick(since_ns + PATIENCE_NS // 2)
        assert listener.take() == ""
        listener.tracker.tick(since_ns + PATIENCE_NS + 1)
        assert listener.take() == "C:GAP(3) C:def"

    def test_gives_up_a_tail_that_was_only_acknowledged(self, listener: Listener) -> None:
        listener.say(OPEN + "C get\n S pa\n C ack=4")
        listener.tracker.tick(listener.script.time_ns + 2 * PATIENCE_NS)
        assert listener.take() == "C:get S:pa S:GAP(2)"

    def test_without_a_hole_nothing_happens(self, listener: Listener) -> None:
        listener.say(OPEN + "C get\n S page")
        listener.take()
        listener.tracker.tick(listener.script.time_ns + 10 * PATIENCE_NS)
        assert listener.take() == ""

    def test_without_any_connection(self, listener: Listener) -> None:
        listener.tracker.tick(10**18)
        assert listener.take() == ""


class TestOneSided:
    """Captures that show one direction only, or begin late."""

    def test_midstream(self) -> None:
        assert heard("C 700 get\n S 900 page ack=703\n C 703 get").take() == "C:get S:page C:get"

    def test_midstream_with_what_is_written_late(self) -> None:
        listener = heard("C 700 get\n S 900 page ack=703\n C 706 got\n C 703 get")
        assert listener.take() == "C:get S:page C:get C:got"

    def test_midstream_begins_with_a_keepalive_probe(self) -> None:
        """The first frame of an idle connection is often a probe: its number is one before the next byte."""
        listener = heard("C 699 ack=900\n S 900 ack=700\n C 700 get ack=900\n S 900 page ack=703\n C 703 more")
        assert listener.take() == "C:get S:page C:more"

    def test_only_the_client(self) -> None:
        assert heard("C SYN\n C ack=0\n C get ack=0\n C ack=4\n C more ack=4\n C FIN ack=9").take() == (
            "C:get C:more C:END"
        )

    def test_only_the_server(self) -> None:
        assert heard("S SYN ACK ack=0\n S page ack=3\n S FIN ack=3").take() == "C:GAP(3) S:page S:END"

    def test_one_side_falls_silent_for_the_capture(self, listener: Listener) -> None:
        """Each loss is told just before what answers it."""
        listener.say(OPEN + "C get\n C 3 get ack=4 +2s\n S RST")
        listener.take()
        listener = heard(OPEN + "C get\n C 3 one ack=4\n C 6 two ack=8 +2s\n C 9 six ack=12")
        assert listener.take() == "C:get S:GAP(4) C:one S:GAP(4) C:two S:GAP(4) C:six"

    def test_a_side_that_shows_again_is_waited_for_again(self, listener: Listener) -> None:
        listener.say(OPEN + "C get\n C 3 one ack=4\n C 6 two ack=4 +2s\n S 4 back ack=9")
        assert listener.take() == "C:get S:GAP(4) C:one C:two S:back"
        listener.say("C 9 six ack=12\n C ack=12")
        assert listener.take() == ""
        listener.say("S 8 late ack=9")
        assert listener.take() == "S:late C:six"


class TestLies:
    """Numbers that no honest stack would send: RFC 9293 section 3.10.7.4 drops such segments."""

    FAR = 1 << 30

    def test_a_far_ack_invents_no_gap(self) -> None:
        listener = heard(OPEN + f"C get\n S ack={self.FAR + 100}\n C more", honest=False)
        assert listener.take() == "C:get C:more"

    def test_a_far_ack_does_not_hide_a_real_gap(self, listener: Listener) -> None:
        listener.honest = False
        listener.say(OPEN + f"C get\n S ack={self.FAR + 100}\n C 6 more" + lines("\n S ack=10", PATIENCE_SEGMENTS + 2))
        assert listener.take() == "C:get C:GAP(3) C:more"

    def test_data_with_a_far_ack_does_not_stall_its_side(self, listener: Listener) -> None:
        listener.honest = False
        listener.say(OPEN + f"C get ack={self.FAR + 100}\n C 3 more ack=0" + lines("\n S ack=7", PATIENCE_SEGMENTS + 2))
        assert listener.take() == "C:get C:more"

    def test_a_far_segment_invents_no_gap(self) -> None:
        listener = heard(OPEN + f"C get\n C {self.FAR + 100} stray\n S\n C 3 more\n S ack=7", honest=False)
        assert listener.take() == "C:get C:more"

    def test_a_circle_of_acks_is_broken(self, listener: Listener) -> None:
        """Each side acknowledges what the other has yet to say: somebody must go first."""
        listener.honest = False
        listener.say(OPEN + "C 0 ab ack=2\n S 0 cd ack=2" + lines("\n C 2 ack=2", PATIENCE_SEGMENTS + 1))
        assert listener.take() == "C:ab S:cd"

    def test_data_after_the_fin_is_ignored(self) -> None:
        assert heard(OPEN + "C get FIN\n C 4 more\n S ack=8", honest=False).take() == "C:get C:END"

    def test_data_after_a_fin_that_waits_is_ignored(self) -> None:
        listener = heard(OPEN + "C 3 FIN\n C 4 more\n C 0 get\n S ack=4", honest=False)
        assert listener.take() == "C:get C:END"

    def test_a_fin_before_what_was_delivered_ends_nothing(self) -> None:
        """It is outside the window; the bytes after it were said and heard."""
        listener = heard(OPEN + "C abcdef\n S\n C 2 FIN\n C 6 gh\n S ack=8", honest=False)
        assert listener.take() == "C:abcdef C:gh"

    def test_a_second_fin_elsewhere_does_not_end_twice(self) -> None:
        assert heard(OPEN + "C get FIN\n C 9 FIN\n S ack=10", honest=False).take() == "C:get C:END"

    def test_a_far_fin_ends_nothing(self) -> None:
        listener = heard(OPEN + f"C get\n C {1 << 29} FIN\n C 3 more\n S ack=7", honest=False)
        assert listener.take() == "C:get C:more"

    def test_a_fin_before_the_handshake_says_where_bytes_stand_ends_nothing(self) -> None:
        """RFC 9293 section 3.10.7.3: in SYN-SENT the FIN of a segment without SYN cannot be judged."""
        listener = heard("C SYN\n S 900 FIN ack=-1\n S -1 SYN ACK\n C 0 ack=0\n S 0 page", honest=False)
        assert listener.take() == "S:page"

    def test_an_acknowledged_end_beyond_the_fin_is_no_gap(self) -> None:
        assert heard(OPEN + "C get FIN\n S ack=50\n S page ack=4", honest=False).take() == "C:get C:END S:page"


class TestLimits:
    """What waits is bounded, and nothing that waited is lost."""

    def test_held_ranges(self, monkeypatch: pytest.MonkeyPatch, listener: Listener) -> None:
        monkeypatch.setattr(assembly, "HELD_RANGES_PER_HALF", 3)
        listener.say(OPEN + "C 1 b\n C 3 d\n C 5 f")
        assert listener.take() == ""
        listener.say("C 7 h")
        assert listener.take() == "C:GAP(1) C:b"
        assert listener.tracker.limits_hit == 1
        listener.finish()
        assert listener.take() == "C:GAP(1) C:d C:GAP(1) C:f C:GAP(1) C:h"

    def test_held_bytes(self, monkeypatch: pytest.MonkeyPatch, listener: Listener) -> None:
        monkeypatch.setattr(assembly, "HELD_BYTES_PER_HALF", 10)
        listener.say(OPEN + "C 1 bcdef\n C 6 ghijk")
        assert listener.take() == ""
        listener.say("C 12 m")
        assert listener.take() == "C:GAP(1) C:bcdef C:ghijk"

    def test_bytes_that_were_cut_off_weigh_nothing(self, monkeypatch: pytest.MonkeyPatch, listener: Listener) -> None:
        monkeypatch.setattr(assembly, "HELD_BYTES_PER_HALF", 10)
        listener.say(OPEN + "C 1 bcdefghijklmnopqrst seen=2\n C 0 a")
        assert listener.take() == "C:a C:bc" + "?" * 17

    def test_the_other_half_is_freed_too(self, monkeypatch: pytest.MonkeyPatch, listener: Listener) -> None:
        monkeypatch.setattr(assembly, "HELD_RANGES_PER_HALF", 2)
        listener.say(OPEN + "S page ack=4\n C 1 et ack=0\n C 4 more ack=4\n C 9 last ack=4")
        assert listener.take() == "C:GAP(1) C:et C:GAP(1) S:page C:more"
        listener.finish()
        assert listener.take() == "C:GAP(1) C:last"

    def test_no_more_is_held_than_allowed(self, listener: Listener) -> None:
        tracker, script = listener.tracker, listener.script
        listener.say(OPEN)
        listener.ears.clear()
        connection = tracker.connections[0]
        connection.first.sink = connection.second.sink = Sink()
        data = bytes(60_000)
        for number in range(2 * HELD_BYTES_PER_HALF // len(data)):
            tracker.feed(far_segment(script, 100 + number * (len(data) + 1), data))
            assert connection.first.held.bytes <= HELD_BYTES_PER_HALF
        for number in range(HELD_RANGES_PER_HALF + 100):
            tracker.feed(far_segment(script, 20_000_000 + number * 2, b"x"))
            assert len(connection.first.held.ranges) <= HELD_RANGES_PER_HALF


def far_segment(script: Script, position: int, data: bytes) -> Segment:
    script.frame += 1
    seq = advance(CLIENT_ISN + 1, position)
    return Segment(
        script.frame,
        script.time_ns,
        script.key("C"),
        seq,
        SERVER_ISN + 1,
        ACK,
        500,
        script.frame & 0xFFFF,
        data,
        0,
        len(data),
        len(data),
    )
