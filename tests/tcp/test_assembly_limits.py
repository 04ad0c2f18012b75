"""Numbers that lie, and more than can be held: what is delivered stays right, and what waits is bounded."""

import pytest

from kacap.tcp import assembly
from kacap.tcp.assembly import HELD_BYTES_PER_HALF, HELD_RANGES_PER_HALF
from kacap.tcp.patience import PATIENCE_SEGMENTS
from kacap.tcp.sequence import advance
from kacap.tcp.sink import Sink
from kacap.wire.segment import ACK, Segment
from tests.tcp.listener import Listener, heard
from tests.tcp.script import CLIENT_ISN, OPEN, SERVER_ISN, Script, lines


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
