"""The screen, or the file that is written as if it were one."""

import os
import sys
from typing import TextIO

from rich.console import Console

_PLAIN_COLUMNS = 100
"""Of text that goes to no terminal, unless COLUMNS says otherwise."""


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Rich would exit with 1; `ending_well` knows better."""
        raise BrokenPipeError


def console(out: TextIO | None = None) -> Console:
    """A console that takes nothing in a text for markup; on standard output unless told otherwise."""
    out = out or sys.stdout
    is_known = out.isatty() or os.environ.get("COLUMNS", "").isdigit()
    columns = None if is_known else _PLAIN_COLUMNS
    return _Console(file=out, width=columns, highlight=False, emoji=False, markup=False)
