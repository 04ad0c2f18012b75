"""What is wrong. A cause is told once, at the pair where most connections show it, however many pairs share it.

The gravest are told in full, with what to change; the others have a line each, and so have notes.
"""

from collections.abc import Iterable, Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from kacap.render.clock import clock_of
from kacap.render.cost import cost_of
from kacap.render.escape import safe
from kacap.render.finding import FIXES_SHOWN, in_full
from kacap.render.labelled import grid
from kacap.render.quantity import counted
from kacap.render.style import DIM, SEVERITY
from kacap.report.model import Finding, Remedy, Report

FULL_SHOWN = 5
LINES_SHOWN = 20

_NOT_OF_REUSE = "connect-failed"
"""The one cause that is grave and costs no connection."""


def findings(report: Report, *, notes: bool = True) -> Iterator[RenderableType]:
    """Errors and warnings, those of many connections first; then the notes, where wanted."""
    grave = _by_cause(finding for finding in report.findings if finding.severity != "note")
    yield from _in_full(grave[:FULL_SHOWN], report)
    slight = _by_cause(finding for finding in report.findings if finding.severity == "note" and notes)
    lines = [*grave[FULL_SHOWN:], *slight]
    if lines:
        yield _lines(lines, names_pair=len(report.pairs) != 1)


def _by_cause(findings: Iterable[Finding]) -> list[list[Finding]]:
    """The findings of each cause, the one with the most connections first.

    Causes stand as the report has them, the gravest first; among equals, the one with the most connections in all.
    """
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.id, finding.decided_by, finding.severity), []).append(finding)
    ordered = [sorted(group, key=lambda finding: -finding.count) for group in groups.values()]
    return sorted(ordered, key=lambda group: (group[0].severity != "error", -sum(each.count for each in group)))


def _in_full(groups: Sequence[Sequence[Finding]], report: Report) -> Iterator[RenderableType]:
    worst = [group[0] for group in groups]
    wanted = {(finding.client, finding.server) for finding in worst}
    pairs = {key: pair for pair in report.pairs if (key := (pair.client, pair.server)) in wanted}
    clock = clock_of(report)
    told: dict[tuple[str, str], set[Remedy]] = {}
    for finding, (_, *others) in zip(worst, groups, strict=True):
        # The cost is the pair's: it is told once, with the first finding there that speaks of reuse.
        pair = None if finding.id == _NOT_OF_REUSE else pairs.pop((finding.client, finding.server), None)
        yield in_full(
            finding,
            clock,
            cost=None if pair is None else cost_of(pair),
            decider=_decider(finding, report),
            names_pair=len(report.pairs) != 1,
            elsewhere=_elsewhere(others),
            told=frozenset(told.setdefault((finding.client, finding.server), set())),
        )
        told[finding.client, finding.server].update(finding.remedies[:FIXES_SHOWN])


def _decider(finding: Finding, report: Report) -> str:
    """Who decided, and that it is the proxy between two hops of the capture."""
    is_proxy = {
        "client": any(pair.behind and (pair.client, pair.server) == _ends(finding) for pair in report.pairs),
        "server": any(pair.behind == finding.server for pair in report.pairs),
    }
    return f"{finding.decided_by} (the proxy)" if is_proxy.get(finding.decided_by) else finding.decided_by


def _ends(finding: Finding) -> tuple[str, str]:
    return finding.client, finding.server


def _elsewhere(others: Sequence[Finding]) -> str:
    if not others:
        return ""
    return f"… and the same at {counted(len(others), 'other pair')} ({_connections(others)}); --json has all"


def _connections(findings: Iterable[Finding]) -> str:
    return counted(sum(finding.count for finding in findings), "connection")


def _lines(groups: Sequence[Sequence[Finding]], *, names_pair: bool) -> RenderableType:
    table = grid()
    for group in groups[:LINES_SHOWN]:
        first = group[0]
        said = [_connections(group), safe(first.id, 60)]
        if names_pair:
            said.insert(0, safe(first.server, 60) if len(group) == 1 else counted(len(group), "pair"))
        line = Text(safe(first.title))
        line.append(f"  {' · '.join(said)}", style=DIM)
        table.add_row(Text(first.severity, style=SEVERITY[first.severity]), line)
    left = [finding for group in groups[LINES_SHOWN:] for finding in group]
    if left:
        more = f"… and {counted(len(left), 'more finding')} ({_connections(left)}); --json has all"
        table.add_row(Text(""), Text(more, style=DIM))
    return table
