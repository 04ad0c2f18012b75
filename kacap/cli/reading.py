"""All frames of the captures into one report."""

import os
import stat
import sys
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from kacap.capture import open_capture
from kacap.cli.interrupt import Interrupt
from kacap.cli.progress import ReadingBar
from kacap.errors import CannotReadError
from kacap.jobs.count import jobs_for
from kacap.jobs.run import Analysis
from kacap.report.model import Report


def read(
    captures: Sequence[str],
    *,
    ports: Collection[int],
    hosts: Collection[str],
    streams: Collection[int],
    jobs: int | None = None,
    meanwhile: Callable[[], None] = lambda: None,
) -> tuple[Report, bool]:
    """The report, and whether Ctrl-C cut it short. What comes through a pipe has no other end: that is not cut short.

    `jobs` is how many processes share the work on files; None: as many as there are processors, where that pays.
    `meanwhile` is done while the others work: they have their part to send when all have read.

    Raises KacapError when a capture cannot be read, KeyboardInterrupt at the second Ctrl-C.
    """
    if "" in captures:
        raise CannotReadError("the name of a capture is empty; is a shell variable not set?")
    count = jobs_for(captures, jobs)
    with Analysis(captures, count, ports=ports, hosts=hosts, streams=streams) as analysis:
        if analysis.share is not None:
            meanwhile()
        with ReadingBar() as bar:
            source = open_capture(captures, on_progress=bar, share=analysis.share)
            with Interrupt(source.stop) as interrupt:
                analysis.feed_all(source)
        was_cut_short = interrupt.came and not any(map(_is_endless, captures))
        if was_cut_short:
            source.info.warnings.append("reading was interrupted: this is a report of what was read until then")
        return analysis.finish(source.info), was_cut_short


def _is_endless(capture: str) -> bool:
    """A pipe, not a file."""
    facts = os.fstat(sys.stdin.fileno()) if capture == "-" else Path(capture).stat() if Path(capture).exists() else None
    return facts is not None and not stat.S_ISREG(facts.st_mode)
