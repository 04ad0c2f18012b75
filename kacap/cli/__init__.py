"""Words → calls. Rules of this room:

- a command is a file: it reads the words, calls the rooms, and shows what they return; it computes nothing;
- the report goes to standard output, progress and diagnostics to standard error;
- what a command needs is imported when it runs, so that `--help` costs little more than typer itself;
- exit codes: 0 done, 1 a condition that was asked for failed, 2 bad usage or bad input, 130 interrupted; `run` passes
  on that of its command. What a user can mend is one line, never a traceback.
"""

import gc
import os
import sys


def main() -> None:
    """The `kacap` command."""
    # What a command makes it keeps until it ends, and it makes no cycles: to look for garbage takes a quarter of the
    # time and finds none.
    gc.disable()
    _have_output()
    from kacap.cli.app import app  # noqa: PLC0415 - importing this package stays free
    from kacap.cli.leaving import leave  # noqa: PLC0415

    try:
        app(prog_name="kacap")
    except SystemExit as ended:
        leave(ended.code)
        raise


def _have_output() -> None:
    """What was closed (`>&-`) is not wanted; its number must not become that of a socket or a file."""
    for name, number in (("stdout", 1), ("stderr", 2)):
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, os.O_WRONLY)
            if descriptor != number:
                os.dup2(descriptor, number)
                os.close(descriptor)
            setattr(sys, name, os.fdopen(number, "w", encoding="utf-8"))
