"""Colour is for terminals, and NO_COLOR is honoured there."""

import os
import pty
import re
import subprocess

from tests.cli.command import COMMAND, NOT_REUSED, environment

_COLOUR = re.compile(rb"\x1b\[(?:[0-9;]*;)?3[0-7]m")


def on_a_terminal(**variables: str) -> bytes:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, "analyze", str(NOT_REUSED)], stdout=theirs, env=environment(TERM="xterm-256color", **variables)
    ):
        os.close(theirs)
        shown = b""
        while block := _read(ours):
            shown += block
    os.close(ours)
    return shown


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # EIO: so Linux says that nobody has the other end open
        return b""


def test_colour_on_a_terminal_unless_no_color() -> None:
    assert _COLOUR.search(on_a_terminal())
    plain = on_a_terminal(NO_COLOR="1")
    assert b"NOT REUSED" in plain
    assert not _COLOUR.search(plain)
