"""Analyses by one job and by several, held against each other in a process without threads, which alone may be forked.

    python -m tests.jobs.alike CASE FILE...

prints as JSON what a case found for its files.
"""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any
from unittest.mock import patch

import kacap
from kacap.analyzer import Analyzer
from kacap.capture import open_capture
from kacap.errors import CannotReadError, KacapError
from kacap.jobs import crew, run
from kacap.jobs.merge import messages
from kacap.jobs.part import Part
from kacap.jobs.run import Analysis
from kacap.render.json import document
from kacap.report.model import Report


def text_of(report: Report) -> str:
    return json.dumps(document(report))


def told(captures: Sequence[str], jobs: int) -> str:
    """The report, or the refusal."""
    try:
        return text_of(kacap.analyze(captures, jobs=jobs))
    except KacapError as refusal:
        return str(refusal)


class Together:
    """Counts how often several jobs came to a report, and how often one had to read again."""

    def __init__(self) -> None:
        self.together = self.alone = 0
        self._before = Analysis._together

    def __enter__(self) -> "Together":
        counted = self

        def count(analysis: Analysis, source: Any) -> Report | None:
            report = counted._before(analysis, source)
            counted.together += report is not None
            counted.alone += report is None
            return report

        Analysis._together = count  # type: ignore[method-assign, assignment]
        return self

    def __exit__(self, *_: object) -> None:
        Analysis._together = self._before  # type: ignore[method-assign]


def each(files: Sequence[str]) -> dict[str, Any]:
    """Every file by itself."""
    different: list[str] = []
    with Together() as counted:
        for file in files:
            one = told([file], 1)
            different += [f"{file} by {jobs}" for jobs in (2, 3) if told([file], jobs) != one]
    return {"different": different, "together": counted.together, "alone": counted.alone}


def merged(files: Sequence[str]) -> dict[str, Any]:
    """All files as one capture."""
    with Together() as counted:
        one = told(files, 1)
        different = [jobs for jobs in (2, 3) if told(files, jobs) != one]
    return {"different": different, "together": counted.together, "alone": counted.alone}


def limited(files: Sequence[str]) -> dict[str, Any]:
    """One job would have come to a limit that none of several comes to."""
    with patch("kacap.jobs.run.may_differ", lambda _: True):
        return merged(files)


def refused(files: Sequence[str]) -> dict[str, Any]:
    """The others cannot read the capture."""

    def fails(_: object) -> Iterator[Any]:
        raise CannotReadError("gone")

    with patch.object(crew, "open_capture", fails):
        return merged(files)


def broken_off(files: Sequence[str]) -> dict[str, Any]:
    """The others end in the middle of their part."""
    before = messages

    def half(analyzer: Part) -> Iterator[bytes]:
        yield next(before(analyzer))
        raise RuntimeError

    with patch.object(crew, "messages", half):
        return merged(files)


def killed(files: Sequence[str]) -> dict[str, Any]:
    """The others are killed."""

    def dies(_: object) -> Iterator[bytes]:
        os.kill(os.getpid(), signal.SIGKILL)
        yield b""

    with patch.object(crew, "messages", dies):
        return {"told": told(files, 2)}


def stopped(files: Sequence[str]) -> dict[str, Any]:
    """Reading is stopped after some frames, before the others or behind them."""
    analyzer, info = Analyzer(), open_capture(files).info
    analyzer.feed_all(islice(open_capture(files), 100))
    one = text_of(analyzer.finish(info))
    reports = []
    for step in (1 << 16, 50):
        with Together() as counted, patch.object(crew, "_STEP", step), Analysis(files, 2) as analysis:
            analysis.feed_all(islice(open_capture(files), 100))
            reports.append(text_of(analysis.finish(open_capture(files).info)))
    return {"different": [report for report in reports if report != one], "alone": counted.alone}


CASES: dict[str, Callable[[Sequence[str]], dict[str, Any]]] = {
    case.__name__: case for case in (each, merged, limited, refused, broken_off, killed, stopped)
}

if __name__ == "__main__":
    assert run.Analysis is Analysis
    print(json.dumps(CASES[sys.argv[1]](sys.argv[2:])))
