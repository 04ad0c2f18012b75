"""The report on a screen: the verdict first, then why, proof and remedy; tables after; last what was read.

All text that comes from a capture passes `escape.safe` and is wrapped in `rich.text.Text`, never in markup. What does
not help the reader act is left out: a healthy capture is three lines and a table of pairs.
"""

# ruff: noqa: PLC0415 - a summary has no table of connections

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType

from kacap.render.detail import Detail
from kacap.render.facts import facts, warnings
from kacap.render.findings import findings
from kacap.render.headline import headline
from kacap.render.legible import Legible
from kacap.render.pairs import pairs
from kacap.render.unrecognised import unrecognised
from kacap.report.model import Report


def print_report(report: Report, console: Console, *, detail: Detail | None = None, queries: bool = False) -> None:
    """Print all that is worth saying of `report`.

    `detail` None chooses: all that is short enough to read, and of a healthy capture the summary alone. `queries` shows
    the query strings of targets.
    """
    level = detail or (Detail.SUMMARY if is_healthy(report) else Detail.EXCHANGES)
    between = False
    for part in _parts(report, console.width, level, queries):
        if between:
            console.print()
        console.print(Legible(part), highlight=False, emoji=False, markup=False)
        between = True


def is_healthy(report: Report) -> bool:
    """Nothing to mend: connections are reused and no finding is more than a note."""
    return report.summary.verdict == "reused" and all(finding.severity == "note" for finding in report.findings)


def _parts(report: Report, width: int, detail: Detail, queries: bool) -> Iterator[RenderableType]:
    """Blocks, to be set apart by empty lines."""
    healthy = is_healthy(report)
    yield Group(headline(report), facts(report)) if healthy else headline(report)
    yield from findings(report, notes=not healthy or detail != Detail.SUMMARY)
    yield from unrecognised(report)
    tables: list[RenderableType | None] = [pairs(report, width)]
    if detail != Detail.SUMMARY:
        from kacap.render.connections import connections
        from kacap.render.lanes import lanes

        tables += [connections(report, width), lanes(report, width)]
    if detail == Detail.EXCHANGES:
        from kacap.render.exchanges import exchanges

        tables.append(exchanges(report, width, queries=queries))
    yield from (table for table in tables if table is not None)
    cautions = warnings(report)
    if cautions is not None:
        yield cautions
    if not healthy:
        yield facts(report)
