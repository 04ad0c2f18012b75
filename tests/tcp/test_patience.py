"""A gap is known from the peer's ACK, and believed when the missing bytes did not come in time."""

from kacap.tcp.patience import PATIENCE_NS, PATIENCE_SEGMENTS
from tests.tcp.listener import Listener, heard
from tests.tcp.script import OPEN, lines


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
