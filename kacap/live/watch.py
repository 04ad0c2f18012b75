"""The loop that reads a tap, and the conditions that end it."""

from collections.abc import Callable, Collection, Iterator
from math import inf
from time import monotonic, time_ns
from typing import TYPE_CHECKING, Protocol

from kacap.analyzer import Analyzer
from kacap.live import KEEP
from kacap.report.model import Report
from kacap.wire.frame import Frame, SourceInfo

if TYPE_CHECKING:
    from kacap.report.connection import Connection
    from kacap.report.glance import Glance

WAIT_S = 0.05
"""The longest wait for a frame: as late as that, an end is seen."""
MOMENT_S = 0.25
"""From one look at the socket's drop counter, and one flush of what is saved, to the next."""
QUIET_S = 0.2
"""What is in flight has arrived when nothing came for so long,"""
SETTLE_S = 2.0
"""or is waited for no longer."""
_FOREVER = 1 << 62
"""Later than all times, and more than all frames."""
_CATCH_UP_S = 10.0
"""The most that reading what had arrived by the end may take, should the clock have been set back."""


class Tap(Protocol):
    """Where frames come from: `kacap.capture.live.LiveCapture`."""

    info: SourceInfo

    @property
    def ended(self) -> bool:
        """Nothing will come any more."""

    def frames(self, wait_s: float) -> Iterator[Frame]:
        """What is there, after waiting `wait_s` seconds at most for the first of it."""

    def count_drops(self) -> int:
        """Frames that the kernel dropped so far; also noted in `info`."""


class Saver(Protocol):
    """Where frames go as well: `kacap.capture.saving.Saving`."""

    def add(self, frame: Frame) -> None:
        """Take the next frame."""

    def flush(self) -> None:
        """Have what was taken in the file."""


class Watch:
    """Judges what arrives at a tap.

    Call `until_end` once, then `catch_up`, or `settle` where more may be on its way, then `report`.
    """

    def __init__(
        self,
        tap: Tap,
        *,
        ports: Collection[int] = (),
        keep: int = KEEP,
        saver: Saver | None = None,
        on_end: Callable[["Connection"], None] | None = None,
        on_pause: Callable[["Watch"], None] | None = None,
    ) -> None:
        """`ports`: the server ports to report on; empty means all. `keep`: ended connections to keep in full.

        `on_end` hears of each connection when it is over, or at the end; `on_pause` is called whenever all
        that was there has been read, 20 times a second or more.
        """
        self._tap = tap
        self._saver = saver
        self._on_pause = on_pause
        self._analyzer = Analyzer(ports=ports, keep=keep, on_end=on_end)
        self._is_stopped = False
        self._last_ns = _FOREVER
        self._frames_left = _FOREVER
        self._moment_s = monotonic()

    def stop(self) -> None:
        """End soon, with all that has arrived; may be called from a signal handler and from another thread."""
        self._is_stopped = True

    def until_end(
        self,
        *,
        duration_s: float | None = None,
        frames: int | None = None,
        is_over: Callable[[], bool] = lambda: False,
    ) -> None:
        """Read until `stop`, or the time, or so many frames, or when `is_over`; or until the tap has ended."""
        end_s = inf if duration_s is None else monotonic() + duration_s
        self._frames_left = _FOREVER if frames is None else frames
        while self._frames_left and not self._tap.ended:
            left_s = end_s - monotonic()
            if self._is_stopped or left_s <= 0 or is_over():
                return
            self._take(min(WAIT_S, left_s))

    def settle(self) -> None:
        """Read on until what is in flight has arrived."""
        end_s = monotonic() + SETTLE_S
        quiet_s = monotonic() + QUIET_S
        while monotonic() < min(end_s, quiet_s) and not self._tap.ended:
            if self._take(WAIT_S):
                quiet_s = monotonic() + QUIET_S
        self.catch_up()

    def catch_up(self) -> None:
        """Read what has arrived by now."""
        self._last_ns = time_ns()
        end_s = monotonic() + _CATCH_UP_S
        while self._last_ns and self._frames_left and self._take(WAIT_S):
            if monotonic() >= end_s:
                self._tap.info.warnings.append(
                    f"reading what had arrived by the end took longer than {_CATCH_UP_S:.0f} s, because reading did "
                    "not keep up, or because the clock was set back: counts may lack what came last"
                )
                return

    def glance(self) -> "Glance":
        """What the moment looks like."""
        return self._analyzer.glance(time_ns(), self._tap.info)

    def report(self) -> Report:
        """The end: what was seen in all."""
        dropped = self._tap.count_drops()
        if self._saver is not None:
            self._saver.flush()
        if dropped:
            self._tap.info.warnings.append(
                f"the kernel dropped {dropped:,} of the frames that came, because reading did not keep up: counts lack "
                "what was in them"
            )
        return self._analyzer.finish(self._tap.info)

    def _take(self, wait_s: float) -> bool:
        """Read what is there; False when it was nothing."""
        before = self._analyzer.frames
        self._analyzer.feed_all(self._wanted(wait_s))
        came = self._analyzer.frames != before
        if not came:
            self._analyzer.tick(time_ns())
        now_s = monotonic()
        if now_s >= self._moment_s:
            self._moment_s = now_s + MOMENT_S
            self._tap.count_drops()
            if self._saver is not None:
                self._saver.flush()
        if self._on_pause is not None:
            self._on_pause(self)
        return came

    def _wanted(self, wait_s: float) -> Iterator[Frame]:
        """The frames that are there, up to where the end is."""
        saver = self._saver
        for frame in self._tap.frames(wait_s):
            if frame.time_ns > self._last_ns:
                self._last_ns = 0
                return
            if saver is not None:
                saver.add(frame)
            yield frame
            self._frames_left -= 1
            if not self._frames_left:
                return
