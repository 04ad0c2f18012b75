"""All tools on one capture, in turn, round after round."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.bench import tools
from tests.bench.folders import HOME
from tests.bench.results import Measured, Runs
from tests.bench.run import Usage, measure
from tests.bench.tools import LONG_SECONDS, Kacap, Tool


def contest(
    capture: Path, kacaps: Sequence[Kacap], others: Sequence[Tool], rounds: int, say: Callable[[str], None]
) -> Measured:
    """Measure every tool on a capture; raises BenchError when one fails on it."""
    frames, connections, exchanges = kacaps[0].counts(capture)
    own = [tool for kacap in kacaps for tool in kacap.summaries()]
    contestants = [*others[:1], *own, *others[1:]]  # beside the copy that they are compared with
    usages: dict[str, list[Usage]] = {tool.name: [] for tool in contestants}
    peaks: dict[str, int] = {}
    for tool in contestants:
        say(f"{capture.stem}: memory of {tool.name}")
        peaks[tool.name] = _once(tool, capture, watch=True).peak_bytes
    for number in range(rounds):
        for tool in contestants:
            before = usages[tool.name]
            if not (tool.is_slow and before and before[-1].seconds > LONG_SECONDS):
                say(f"{capture.stem}: round {number + 1} of {rounds}: {tool.name}")
                before.append(_once(tool, capture, watch=False))
    return Measured(
        frames,
        connections,
        exchanges,
        capture.stat().st_size,
        {name: _runs(each, peaks[name]) for name, each in usages.items()},
    )


def _once(tool: Tool, capture: Path, *, watch: bool) -> Usage:
    """One run, in an empty folder that is removed with all that the tool wrote."""
    with tempfile.TemporaryDirectory(prefix="scratch-", dir=HOME) as scratch:
        command = tool.command(capture.absolute(), Path(scratch))
        return measure(command, tools.environment(tool.variables), Path(scratch), watch=watch)


def _runs(usages: Sequence[Usage], peak_bytes: int) -> Runs:
    return Runs(
        [round(usage.seconds, 4) for usage in usages],
        [round(usage.cpu_seconds, 4) for usage in usages],
        peak_bytes,
    )
