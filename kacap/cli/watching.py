"""What arrives on an interface into one report, for the commands that capture."""

# ruff: noqa: PLC0415 - what shows the moment, or writes lines, is loaded where it is wanted

import os
import signal
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

from kacap.capture.live import LiveCapture
from kacap.capture.saving import Saving
from kacap.cli.options import Format
from kacap.cli.output import CannotWriteError, How, opened, refuse_bad_output, show
from kacap.cli.privilege import at_home
from kacap.live.watch import Watch
from kacap.report.model import Report

if TYPE_CHECKING:
    from kacap.report.connection import Connection

ENDINGS = (signal.SIGINT, signal.SIGTERM)
"""What ends a capture with its report."""

OnPause = Callable[[Watch], None]


class What(NamedTuple):
    """What is captured and kept: what the options say of it together."""

    interface: str
    ports: Collection[int]
    kernel_filter: str | None
    write: str | None
    keep: int

    def open(self) -> LiveCapture:
        """The socket, which hears from here on. Raises KacapError."""
        with at_home():
            return LiveCapture(self.interface, ports=self.ports, kernel_filter=self.kernel_filter)


def watch_and_show(
    tap: LiveCapture, what: What, how: How, read: Callable[[Watch], None], *, draws: bool = False
) -> Report:
    """Have `read` read the tap, and write the report. `draws`: show the moment meanwhile, where the screen is free.

    Files are opened before `read` is called. Raises KacapError for those that cannot be written, BrokenPipeError.
    """
    refuse_bad_output(how.output, [])
    if what.write == "-":
        raise CannotWriteError("-w needs the name of a file: standard output is for the report")
    if how.output is not None and what.write is not None and _is_same(how.output, what.write):
        raise CannotWriteError(f"{how.output}: the report and what is captured cannot go to the same file")
    with (
        nullcontext() if what.write is None else closing(Saving(what.write, tap.info.warnings)) as saving,
        nullcontext() if how.format is not Format.NDJSON else opened(how.output) as lines,
    ):
        on_end = None if lines is None else _writer(lines, how)
        is_drawn = draws and _is_screen_free(how)
        if draws and not is_drawn:
            _tell_what(what)
        with _shown_on(lines, draws=is_drawn) as on_pause:
            watch = Watch(tap, ports=what.ports, keep=what.keep, saver=saving, on_end=on_end, on_pause=on_pause)
            read(watch)
        report = watch.report()
        if lines is not None:
            from kacap.render.ndjson import write_rest

            write_rest(report, lines)
    if lines is None:
        show(report, how)
    return report


def _writer(lines: TextIO, how: How) -> Callable[["Connection"], None]:
    from kacap.render.ndjson import write_connection

    return lambda connection: write_connection(connection, lines, detail=how.json_detail, queries=how.queries)


@contextmanager
def _shown_on(lines: TextIO | None, *, draws: bool) -> Iterator[OnPause | None]:
    """What to do when all was read: let go of the lines that were written, or show the moment."""
    if lines is not None:
        yield lambda _: lines.flush()
    elif draws:
        from kacap.live.drawing import Drawing

        with Drawing(sys.stdout) as drawing:

            def draw(watch: Watch) -> None:
                if drawing.due():
                    drawing.show(watch.glance())

            yield draw
    else:
        yield None


def _tell_what(what: What) -> None:
    """One line for a person who would see nothing."""
    if sys.stderr.isatty():
        ports = " and ".join(map(str, what.ports)) or ("as the filter says" if what.kernel_filter else "all")
        sys.stderr.write(f"kacap: capturing on {what.interface}, ports: {ports}; Ctrl-C ends it with the report\n")


def _is_same(one: str, other: str) -> bool:
    """Whether they name one file, which need not exist yet; a link of either kind is another name."""
    paths = Path(one), Path(other)
    if all(path.exists() for path in paths):
        return paths[0].samefile(paths[1])
    return paths[0].resolve() == paths[1].resolve()


def _is_screen_free(how: How) -> bool:
    """A person looks, and nothing else is on the way to the screen."""
    is_terminal = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    return is_terminal and (how.format is Format.TEXT or how.output is not None)
