"""A child process that draws what it is handed, so that reading never waits for a terminal.

Rules of this file:
- Glances go through a pipe that never blocks; one that finds it full is dropped, and of several the last is drawn.
- The child ends when the pipe does, however its parent ended, and leaves the terminal as it was. Signals from the
  keyboard are the parent's business. Should the child be killed, the parent restores the screen.
- The child holds the terminal and its end of the pipe, nothing else that was open: no socket, no file.
"""

import contextlib
import gc
import os
import pickle
import select
import signal
import sys
import time
from types import FrameType, TracebackType
from typing import Final, NoReturn, Self, TextIO

from rich.console import Console
from rich.live import Live

from kacap.render.dashboard import dashboard
from kacap.report.glance import Glance

_PERIOD_NS: Final = 250_000_000
_SHARE: Final = 20
"""To look and to hand over takes one part of so many, at most."""
_LONGEST_NS: Final = 1_000_000_000
"""What took longer was held up by something else."""
_SIZE_BYTES: Final = 4
_PATIENCE_NS: Final = 2_000_000_000
"""How long a child may take to leave."""
_DESCRIPTORS_MOST: Final = 1 << 20
_LEAVE_SCREEN: Final = "\x1b[?1049l\x1b[?25h\x1b[0m"
"""Back from the alternate screen, with a cursor, in plain letters (xterm's private modes)."""


class Pace:
    """When to look: four times a second, less often where a look takes long. Times are of a clock that never steps."""

    def __init__(self) -> None:
        self._began_ns = 0
        self._next_ns = 0

    def due(self, now_ns: int) -> bool:
        """Whether it is time; if so, looking begins now."""
        if now_ns < self._next_ns:
            return False
        self._began_ns = now_ns
        self._next_ns = now_ns + _PERIOD_NS
        return True

    def looked(self, now_ns: int) -> None:
        """It is done."""
        took_ns = min(now_ns - self._began_ns, _LONGEST_NS)
        self._next_ns = max(self._next_ns, self._began_ns + _SHARE * took_ns)


class Drawing:
    """Draws on `out`, which is a terminal; to be made when privileges are dropped and before frames are read."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._out.flush()
        self._rest = b""
        """Of a glance, what did not fit into the pipe."""
        self._pace = Pace()
        pipe, self._pipe = os.pipe()
        os.set_blocking(self._pipe, False)
        self.pid = os.fork()
        if not self.pid:
            _live(self._out, pipe)
        os.close(pipe)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def due(self) -> bool:
        """Whether it is time to look."""
        return self._pace.due(time.monotonic_ns())

    def show(self, glance: Glance) -> bool:
        """Hand it over; False when it was dropped, because the child is behind or gone."""
        taken = self._hand_over(glance)
        self._pace.looked(time.monotonic_ns())
        return taken

    def _hand_over(self, glance: Glance) -> bool:
        try:
            self._rest = self._written(self._rest)
            if self._rest:
                return False
            data = pickle.dumps(glance, pickle.HIGHEST_PROTOCOL)
            message = len(data).to_bytes(_SIZE_BYTES, "little") + data
            self._rest = self._written(message)
        except BrokenPipeError:
            return False
        return len(self._rest) < len(message)

    def _written(self, data: bytes) -> bytes:
        """What is left of it; all of it while the pipe is full."""
        try:
            return data[os.write(self._pipe, data) :] if data else data
        except BlockingIOError:
            return data

    def close(self) -> None:
        """Nothing more is to be drawn; returns when the terminal is as it was."""
        if not self.pid:
            return
        os.close(self._pipe)
        until_ns = time.monotonic_ns() + _PATIENCE_NS
        ended, status = os.waitpid(self.pid, os.WNOHANG)
        while not ended and time.monotonic_ns() < until_ns:
            time.sleep(0.005)
            ended, status = os.waitpid(self.pid, os.WNOHANG)
        if not ended:
            os.kill(self.pid, signal.SIGKILL)
            _, status = os.waitpid(self.pid, 0)
        self.pid = 0
        if os.WIFSIGNALED(status):
            self._out.write(_LEAVE_SCREEN)
            self._out.flush()


def _live(out: TextIO, pipe: int) -> NoReturn:
    """The whole life of the child."""
    code = 1
    try:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        gc.freeze()  # what the parent made stays where both share it
        gc.enable()
        screen = _Screen(out, pipe)
        try:
            screen.draw_all()
        finally:
            screen.leave()
        code = 0
    except BaseException:  # noqa: BLE001 - nobody above could tell
        sys.excepthook(*sys.exc_info())
        sys.stderr.flush()
    finally:
        os._exit(code)


class _Screen:
    """What the child draws on, and what it draws."""

    def __init__(self, out: TextIO, pipe: int) -> None:
        self._pipe = pipe
        os.set_blocking(pipe, False)
        self._woken, wake = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(wake, False)
        _close_all_but({0, 1, 2, out.fileno(), pipe, self._woken, wake})
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        for number in (signal.SIGWINCH, signal.SIGTSTP):
            signal.signal(number, self._heard)
        self._is_to_stop = False
        self._console = Console(file=out, highlight=False, markup=False, emoji=False)
        self._live = Live(
            console=self._console, screen=True, auto_refresh=False, redirect_stdout=False, redirect_stderr=False
        )
        self._glance: Glance | None = None
        self._received = b""

    def draw_all(self) -> None:
        """Until the pipe ends."""
        while True:
            ready = select.select([self._pipe, self._woken], [], [])[0]
            if self._woken in ready:
                with contextlib.suppress(BlockingIOError):
                    os.read(self._woken, 1024)
            if self._pipe in ready and not self._receive():
                return
            if self._is_to_stop:
                self._stop()
            self._draw()

    def leave(self) -> None:
        """The terminal as it was."""
        self._live.stop()

    def _heard(self, number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGTSTP:
            self._is_to_stop = True

    def _stop(self) -> None:
        """Ctrl-Z: the shell gets its screen; goes on with `fg`."""
        self._is_to_stop = False
        self._live.stop()
        os.kill(os.getpid(), signal.SIGSTOP)

    def _draw(self) -> None:
        if self._glance is None:
            return
        width, height = self._console.size
        self._live.start()  # does nothing when it has begun
        self._live.update(dashboard(self._glance, width, height), refresh=True)

    def _receive(self) -> bool:
        """Take all that has come, and keep the last that is whole; False when the pipe has ended."""
        try:
            while block := os.read(self._pipe, 1 << 16):
                self._received += block
        except BlockingIOError:
            self._take_last()
            return True
        return False

    def _take_last(self) -> None:
        last = b""
        while len(self._received) >= _SIZE_BYTES:
            end = _SIZE_BYTES + int.from_bytes(self._received[:_SIZE_BYTES], "little")
            if len(self._received) < end:
                break
            last, self._received = self._received[_SIZE_BYTES:end], self._received[end:]
        if last:
            self._glance = pickle.loads(last)


def _close_all_but(kept: set[int]) -> None:
    low = 0
    for each in sorted(kept):
        if low < each:  # an empty range at 0 closes all
            os.closerange(low, each)
        low = each + 1
    os.closerange(low, _DESCRIPTORS_MOST)
