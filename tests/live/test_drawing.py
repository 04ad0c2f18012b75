"""The process that draws: it never holds up who reads, and leaves the terminal as it was, whatever happens."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kacap.live.drawing import Pace
from tests.live.drawer import FLOOD

ENTERS, LEAVES, SHOWS_CURSOR = b"\x1b[?1049h", b"\x1b[?1049l", b"\x1b[?25h"
PATIENCE_S = 20
MS = 1_000_000


class Terminal:
    """One of 80 × 24, with a program that draws on it."""

    def __init__(self) -> None:
        self._screen, inside = pty.openpty()
        self.resize(80, 24)
        orders, self._orders = os.pipe()
        command = [sys.executable, "-m", "tests.live.drawer", str(orders)]
        environment = {**os.environ, "TERM": "xterm"}
        for name in ("COLUMNS", "LINES", "NO_COLOR"):
            environment.pop(name, None)
        self._leader = subprocess.Popen(
            command,
            stdin=inside,
            stdout=inside,
            stderr=subprocess.PIPE,
            pass_fds=[orders],
            start_new_session=True,
            cwd=Path(__file__).parents[2],
            env=environment,
        )
        os.close(inside)
        os.close(orders)
        self.drawn = b""
        self.reader, self.drawer = map(int, self.answer())

    def resize(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._screen, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def answer(self) -> list[str]:
        """What the program says next; what it draws meanwhile is read, or the terminal would be full."""
        said = self._leader.stderr
        assert said is not None
        self.until(lambda: bool(select.select([said], [], [], 0)[0]))
        return said.readline().decode().split()

    def order(self, word: str) -> list[str]:
        """Have it done; returns the answer."""
        os.write(self._orders, f"{word}\n".encode())
        return self.answer()

    def until(self, comes: Callable[[], bool]) -> None:
        """Read what is drawn until something comes."""
        end = time.monotonic() + PATIENCE_S
        while not comes():
            assert time.monotonic() < end, f"never came; drawn: {self.drawn[-200:]!r}"
            self.read()

    def read(self) -> bool:
        """What was drawn within a moment; False when nobody has the terminal any more."""
        if not select.select([self._screen], [], [], 0.02)[0]:
            return True
        try:
            self.drawn += os.read(self._screen, 1 << 16)
        except OSError:  # Linux says EIO when the last who had it is gone
            return False
        return True

    def until_drawn(self, text: bytes) -> None:
        self.until(lambda: text in self.drawn)

    def until_gone(self, pid: int) -> None:
        self.until(lambda: not is_alive(pid))

    def close(self) -> None:
        os.close(self._orders)
        for pid in (self.reader, self.drawer):
            if is_alive(pid):
                os.kill(pid, signal.SIGKILL)
        self._leader.kill()
        self._leader.wait()
        assert self._leader.stderr is not None
        self._leader.stderr.close()
        os.close(self._screen)


def state(pid: int) -> str:
    """As in proc(5): `S`, `T`, `Z` …; empty without such a process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def is_alive(pid: int) -> bool:
    return state(pid) not in ("", "Z")


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    if not Path("/proc/self/stat").exists():
        pytest.skip("no /proc here, which tells what a process does")
    made = Terminal()
    yield made
    made.close()


def test_it_draws_and_leaves_the_terminal_as_it_was(terminal: Terminal) -> None:
    assert terminal.order("show") == ["True"]
    terminal.until_drawn(b"Ctrl-C: the report")
    assert ENTERS in terminal.drawn
    assert b"NOT REUSED" in terminal.drawn
    assert LEAVES not in terminal.drawn
    assert terminal.order("close") == ["closed"]
    assert not is_alive(terminal.drawer)
    terminal.until_drawn(LEAVES)
    assert terminal.drawn.rindex(SHOWS_CURSOR) > terminal.drawn.rindex(ENTERS)


def test_what_nothing_was_handed_to_touches_no_terminal(terminal: Terminal) -> None:
    terminal.order("close")
    terminal.read()
    assert ENTERS not in terminal.drawn


def test_reading_never_waits_for_it(terminal: Terminal) -> None:
    os.kill(terminal.drawer, signal.SIGSTOP)
    terminal.until(lambda: state(terminal.drawer) == "T")
    taken, took_s = terminal.order("flood")
    assert 0 < int(taken) < FLOOD
    assert float(took_s) < 5
    os.kill(terminal.drawer, signal.SIGCONT)
    terminal.until_drawn(b"NOT REUSED")
    terminal.until(lambda: terminal.order("show") == ["True"])
    assert terminal.order("close") == ["closed"]


def test_of_a_stopped_one_the_terminal_is_restored(terminal: Terminal) -> None:
    terminal.order("show")
    terminal.until_drawn(b"Ctrl-C")
    os.kill(terminal.drawer, signal.SIGSTOP)
    assert terminal.order("close") == ["closed"]
    terminal.until_drawn(LEAVES)
    assert not is_alive(terminal.drawer)


def test_a_killed_parent_leaves_a_good_terminal(terminal: Terminal) -> None:
    terminal.order("show")
    terminal.until_drawn(b"Ctrl-C")
    os.kill(terminal.reader, signal.SIGKILL)
    terminal.until_drawn(LEAVES)
    terminal.until_drawn(SHOWS_CURSOR)
    terminal.until_gone(terminal.drawer)


def test_a_killed_child_is_no_harm(terminal: Terminal) -> None:
    terminal.order("show")
    terminal.until_drawn(b"Ctrl-C")
    os.kill(terminal.drawer, signal.SIGKILL)
    terminal.until_gone(terminal.drawer)
    assert terminal.order("show") == ["False"]
    assert terminal.order("close") == ["closed"]
    terminal.until_drawn(LEAVES)
    terminal.until_drawn(SHOWS_CURSOR)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGQUIT])
def test_signals_are_for_the_parent(terminal: Terminal, number: signal.Signals) -> None:
    terminal.order("show")
    terminal.until_drawn(b"Ctrl-C")
    os.kill(terminal.drawer, number)
    terminal.drawn = b""
    assert terminal.order("show") == ["True"]
    terminal.until_drawn(b"Ctrl-C")
    assert LEAVES not in terminal.drawn


def test_another_size_is_drawn_at_once(terminal: Terminal) -> None:
    terminal.order("show")
    terminal.until_drawn(b"Ctrl-C")
    assert b"needed" not in terminal.drawn
    terminal.resize(160, 50)
    terminal.until_drawn(b"needed")


def test_the_shell_gets_its_screen_back_for_a_while(terminal: Terminal) -> None:
    terminal.order("show")
    terminal.until_drawn(b"Ctrl-C")
    os.kill(terminal.drawer, signal.SIGTSTP)
    terminal.until(lambda: state(terminal.drawer) == "T")
    terminal.until_drawn(LEAVES)
    terminal.drawn = b""
    os.kill(terminal.drawer, signal.SIGCONT)
    terminal.until_drawn(ENTERS)
    terminal.until_drawn(b"Ctrl-C")


def test_it_holds_no_socket_and_no_file(terminal: Terminal) -> None:
    terminal.order("show")
    terminal.until_drawn(b"Ctrl-C")
    held = [str(each.readlink()) for each in Path(f"/proc/{terminal.drawer}/fd").iterdir()]
    assert not [name for name in held if name.startswith("socket:")]
    files = {name for name in held if not name.startswith(("pipe:", "/dev/pts/"))}
    assert files <= {"/dev/null"}


# ---- when to look


def test_four_times_a_second() -> None:
    pace = Pace()
    looks = 0
    for now_ms in range(1000, 3000):
        if pace.due(now_ms * MS):
            looks += 1
            pace.looked(now_ms * MS)
    assert looks == 8


def test_less_often_where_a_look_takes_long() -> None:
    pace = Pace()
    assert pace.due(1000 * MS)
    pace.looked(1100 * MS)
    assert not pace.due(2999 * MS)
    assert pace.due(3000 * MS)


def test_one_long_break_does_not_stop_it_for_long() -> None:
    pace = Pace()
    assert pace.due(1000 * MS)
    pace.looked(3_600_000 * MS)
    assert pace.due(3_600_000 * MS + 250 * MS)
