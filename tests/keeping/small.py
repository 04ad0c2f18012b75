"""Analyses that look at every frame and judge in rounds of a few, so that a small capture shows what days do."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from kacap.analyzer import Analyzer
from kacap.keeping import moment, rounds, standing
from kacap.report import fold, model
from kacap.wire.frame import Frame, SourceInfo


@contextmanager
def rounds_of(connections: int, settled_ms: int = 0, exchanges: int = 2, look_ns: int = 1) -> Iterator[None]:
    """Within it, a look at each frame, or so often, and what is over for so long leaves."""
    with (
        patch.object(rounds, "LOOK_FRAMES", 1),
        patch.object(moment, "LOOK_NS", look_ns),
        patch.object(rounds, "ROUND", connections),
        patch.object(rounds, "BESIDE", connections),
        patch.object(rounds, "SETTLED_NS", settled_ms * 1_000_000),
        patch.object(rounds, "EXCHANGES_KEPT", exchanges),
        patch.object(standing, "FEW", connections),
        patch.object(fold, "ROUND", connections),
    ):
        yield


def analyzed(frames: Iterable[Frame], **options: Any) -> tuple[model.Report, Analyzer]:
    """The report, and who made it."""
    analyzer = Analyzer(**options)
    analyzer.feed_all(frames)
    return analyzer.finish(SourceInfo()), analyzer


def folded(analyzer: Analyzer) -> int:
    """How many connections are not listed."""
    assert analyzer.keeping is not None
    return analyzer.keeping.fold.connections


COUNTS = (
    "verdict",
    "connections",
    "opened",
    "exchanges",
    "reused_exchanges",
    "needed_connections",
    "avoidable_connections",
    "reuse_rate",
)


def counts(report: model.Report) -> dict[str, list[object]]:
    """What is counted exactly: of the whole, and of each pair."""
    found = {"all": [getattr(report.summary, name) for name in COUNTS]}
    for pair in report.pairs:
        found[f"{pair.client} {pair.server}"] = [getattr(pair, name) for name in (*COUNTS, "peak_open")]
    return found
