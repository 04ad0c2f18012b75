"""Ctrl-C while reading: the first stops the source, so that what was read is still judged; the second ends all."""

import signal
from collections.abc import Callable
from types import FrameType, TracebackType


class Interrupt:
    """Within it SIGINT calls `stop`; a second SIGINT raises KeyboardInterrupt."""

    def __init__(self, stop: Callable[[], None]) -> None:
        self._stop = stop
        self._before = signal.getsignal(signal.SIGINT)
        self.came = False

    def __enter__(self) -> "Interrupt":
        signal.signal(signal.SIGINT, self._on_signal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        if self.came:
            raise KeyboardInterrupt
        self.came = True
        self._stop()
