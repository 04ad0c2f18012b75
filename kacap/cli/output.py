"""Where a report goes."""

# ruff: noqa: PLC0415 - rooms are imported when a command runs, so that --help costs little more than typer

import glob
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

import typer

from kacap.cli.options import Format
from kacap.errors import KacapError
from kacap.render.detail import Detail

if TYPE_CHECKING:
    from kacap.report.model import Report


_SUFFIXES = {".json": Format.JSON, ".ndjson": Format.NDJSON}
"""What the name of a file says about what is wanted in it."""


class CannotWriteError(KacapError):
    """The report has no place to go."""


def refuse_bad_output(output: str | None, captures: Sequence[str]) -> None:
    """Raise CannotWriteError, before any work is done, where `output` is an input or can be seen to be no good."""
    if output is None:
        return
    if not output:
        raise CannotWriteError("the name of the output file is empty")
    path = Path(output)
    if os.path.isdir(output):  # noqa: PTH112 - in a directory that nobody shows us, Path would raise
        raise CannotWriteError(f"{output} is a directory; name a file to write to")
    exists = os.path.exists(output)  # noqa: PTH110
    if not os.access(path if exists else path.absolute().parent, os.W_OK):
        raise CannotWriteError(f"cannot write {output}: no such directory, or no permission")
    inputs = [name for capture in captures for name in (capture, *glob.glob(capture))]  # noqa: PTH207 - as given
    if any(Path(name).exists() and path.exists() and path.samefile(name) for name in inputs):
        raise CannotWriteError(f"{output} is a capture to be read: writing there would destroy it")


class How(NamedTuple):
    """How a report is written, and where: what the options say of it together."""

    output: str | None
    """A file; None: standard output."""
    format: Format
    detail: Detail | None
    queries: bool

    @property
    def json_detail(self) -> Detail:
        """How much JSON tells."""
        return self.detail or Detail.EXCHANGES


def how_to_write(
    as_json: bool, output_format: Format | None, output: str | None, detail: Detail | None, queries: bool
) -> How:
    """What the options mean together. Raises typer.BadParameter where they exclude each other."""
    if as_json and output_format not in (None, Format.JSON):
        raise typer.BadParameter(f"--json and --format {output_format} exclude each other")
    chosen = output_format or (Format.JSON if as_json else _format_of_name(output))
    return How(output, chosen, detail, queries)


def _format_of_name(output: str | None) -> Format:
    name = (output or "").lower()
    return next((kind for suffix, kind in _SUFFIXES.items() if name.endswith(suffix)), Format.TEXT)


def load_renderer(how: How) -> None:
    """What `show` will need: to load it takes a while, which other processes may use."""
    if how.format is Format.TEXT:
        import kacap.cli.console
        import kacap.render.terminal
    else:
        import kacap.render.json
        import kacap.render.ndjson  # noqa: F401


@contextmanager
def opened(output: str | None) -> Iterator[TextIO]:
    """The file `output`, or standard output. Raises CannotWriteError, also for what fails while it is written."""
    if output is None:
        yield sys.stdout
        return
    try:
        with Path(output).open("w", encoding="utf-8") as out:
            yield out
    except OSError as error:
        raise CannotWriteError(f"cannot write {output}: {error.strerror}") from error


def show(report: "Report", how: How) -> None:
    """Write the report. Raises CannotWriteError, BrokenPipeError."""
    with opened(how.output) as out:
        if how.format is Format.TEXT:
            from kacap.cli.console import console
            from kacap.render.terminal import print_report

            print_report(report, console(out), detail=how.detail, queries=how.queries)
        elif how.format is Format.JSON:
            from kacap.render.json import write

            write(report, out, detail=how.json_detail, queries=how.queries)
        else:
            from kacap.render.ndjson import write_all

            write_all(report, out, detail=how.json_detail, queries=how.queries)
