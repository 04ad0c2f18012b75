"""Ctrl-C while reading: the first stops the source, so that what was read is still judged; the second ends all."""

import signal
from collections.abc import Callable, Collection
from types import FrameType, TracebackType


class Interrupt:
    """Within it the first of these signals calls `stop`; a second one raises KeyboardInterrupt."""

    def __init__(self, stop: Callable[[], None], signals: Collection[signal.Signals] = (signal.SIGINT,)) -> None:
        self._stop = stop
        self._before = {number: signal.getsignal(number) for number in signals}
        self.came = False

    def __enter__(self) -> "Interrupt":
        for number in self._before:
            signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        if self.came:
            raise KeyboardInterrupt
        self.came = True
        self._stop()
