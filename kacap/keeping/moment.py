"""What time it is in a live capture: it goes on with the frames, and steps back where the clock was set back."""

from kacap.tcp.half import NEVER

LOOK_NS = 1_000_000_000
"""From one look to the next, at most."""

STEP_NS = 1_000_000_000
"""By more than this no frame comes late: the clock was set back."""


class Moment:
    """The present, in capture time."""

    __slots__ = ("_back_ns", "_latest_ns", "_next_ns", "now_ns")

    def __init__(self) -> None:
        self.now_ns = self._latest_ns = NEVER
        self._next_ns = self._back_ns = NEVER
        """A look is due at the one, and when the time falls behind the other."""

    def is_due(self, time_ns: int) -> bool:
        """Whether a look is, at the time of a frame or when none came until then."""
        return not self._back_ns <= time_ns < self._next_ns

    def move(self, time_ns: int) -> int:
        """It is `time_ns` by the last frame, or by the clock; returns the present."""
        if time_ns > self.now_ns or time_ns < self._back_ns:
            self.now_ns = time_ns
        self._latest_ns = max(self._latest_ns, time_ns)
        return self.now_ns

    def looked(self) -> None:
        """The next look is due later."""
        self._next_ns = self.now_ns + LOOK_NS
        self._back_ns = self.now_ns - STEP_NS

    @property
    def is_back(self) -> bool:
        """Whether the clock was set back, and has not come to where it was."""
        return self.now_ns < self._latest_ns

    @property
    def last_ns(self) -> int:
        """No frame of the present is later: what is, happened before the clock was set back."""
        return self.now_ns + STEP_NS
