"""A bar on standard error, for a person who has waited a second; gone without a trace at the end."""

# ruff: noqa: PLC0415 - rooms are imported when a command runs, so that --help costs little more than typer

import sys
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

_PATIENCE_S = 1.0
_BETWEEN_S = 0.1


class ReadingBar:
    """Called with the bytes read and the bytes there are (None: nobody knows), once a block."""

    def __init__(self) -> None:
        self._next_s = monotonic() + _PATIENCE_S if sys.stderr.isatty() else float("inf")
        self._bar: Progress | None = None

    def __enter__(self) -> "ReadingBar":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, done_bytes: int, total_bytes: int | None) -> None:
        now_s = monotonic()
        if now_s < self._next_s:
            return
        self._next_s = now_s + _BETWEEN_S
        if self._bar is None:
            self._bar = _started(total_bytes)
        self._bar.update(self._bar.task_ids[0], completed=done_bytes, refresh=True)


def _started(total_bytes: int | None) -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

    columns = ("reading", BarColumn(), DownloadColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False)
    bar.add_task("", total=total_bytes)
    bar.start()
    return bar
