"""The bar: only for a person, only after a second, and gone at the end."""

import io
import sys

import pytest

from kacap.cli import progress
from kacap.cli.progress import ReadingBar


class Terminal(io.StringIO):
    """Standard error that a person watches, or not."""

    def __init__(self, *, watched: bool) -> None:
        super().__init__()
        self._watched = watched

    def isatty(self) -> bool:
        return self._watched


def shown_after(
    seconds: float, monkeypatch: pytest.MonkeyPatch, *, watched: bool = True, total: int | None = 100
) -> str:
    now = [1000.0]
    screen = Terminal(watched=watched)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(progress, "monotonic", lambda: now[0])
    with ReadingBar() as bar:
        now[0] += seconds
        bar(50, total)
        bar(60, total)
    return screen.getvalue()


def test_nothing_within_the_first_second(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown_after(0.99, monkeypatch) == ""


@pytest.mark.parametrize("total", [100, None])
def test_a_bar_that_is_erased(monkeypatch: pytest.MonkeyPatch, total: int | None) -> None:
    shown = shown_after(1.01, monkeypatch, total=total)
    assert "reading" in shown
    assert "60" not in shown, "the second call came within a tenth of a second"
    last_text, erase = shown.rindex("reading"), shown.rindex("\x1b[2K")
    assert last_text < erase


def test_nothing_where_nobody_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown_after(60, monkeypatch, watched=False) == ""
