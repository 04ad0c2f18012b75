"""Where a report goes."""

# ruff: noqa: PLC0415 - rooms are imported when a command runs, so that --help costs little more than typer

import glob
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from kacap.errors import KacapError
from kacap.render.detail import Detail

if TYPE_CHECKING:
    from kacap.report.model import Report


class CannotWriteError(KacapError):
    """The report has no place to go."""


def is_json_name(output: str | None) -> bool:
    """A file whose name says that JSON is wanted."""
    return output is not None and output.lower().endswith(".json")


def refuse_bad_output(output: str | None, captures: Sequence[str]) -> None:
    """Raise CannotWriteError, before any work is done, where `output` is an input or can be seen to be no good."""
    if output is None:
        return
    if not output:
        raise CannotWriteError("the name of the output file is empty")
    path = Path(output)
    if path.is_dir():
        raise CannotWriteError(f"{output} is a directory; name a file to write to")
    if not os.access(path if path.exists() else path.absolute().parent, os.W_OK):
        raise CannotWriteError(f"cannot write {output}: no such directory, or no permission")
    inputs = [name for capture in captures for name in (capture, *glob.glob(capture))]  # noqa: PTH207 - as given
    if any(Path(name).exists() and path.exists() and path.samefile(name) for name in inputs):
        raise CannotWriteError(f"{output} is a capture to be read: writing there would destroy it")


def load_renderer(*, as_json: bool) -> None:
    """What `show` will need: to load it takes a while, which other processes may use."""
    if as_json:
        import kacap.render.json
    else:
        import kacap.cli.console
        import kacap.render.terminal  # noqa: F401


def show(report: "Report", output: str | None, *, as_json: bool, detail: Detail | None, queries: bool) -> None:
    """Write the report to the file `output`, or to standard output. Raises CannotWriteError, BrokenPipeError."""
    if output is None:
        _write(report, sys.stdout, as_json=as_json, detail=detail, queries=queries)
        return
    try:
        with Path(output).open("w", encoding="utf-8") as out:
            _write(report, out, as_json=as_json, detail=detail, queries=queries)
    except OSError as error:
        raise CannotWriteError(f"cannot write {output}: {error.strerror}") from error


def _write(report: "Report", out: TextIO, *, as_json: bool, detail: Detail | None, queries: bool) -> None:
    if as_json:
        from kacap.render.json import write

        write(report, out, detail=detail or Detail.EXCHANGES, queries=queries)
    else:
        from kacap.cli.console import console
        from kacap.render.terminal import print_report

        print_report(report, console(out), detail=detail, queries=queries)
