"""What is wrong. A cause is told once, at the pair where most connections show it, however many pairs share it."""

from collections.abc import Iterable, Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from kacap.render.clock import clock_of
from kacap.render.cost import costs, key_of
from kacap.render.escape import safe
from kacap.render.finding import in_full
from kacap.render.labelled import grid
from kacap.render.quantity import counted
from kacap.render.style import DIM, SEVERITY
from kacap.report.model import Finding, Report

FULL_SHOWN = 6


def findings(report: Report) -> Iterator[RenderableType]:
    """Errors and warnings in full, each cause once; then a line for each note."""
    grave = _by_cause(finding for finding in report.findings if finding.severity != "note")
    yield from _in_full(grave[:FULL_SHOWN], report)
    if len(grave) > FULL_SHOWN:
        yield Text(_the_rest(grave[FULL_SHOWN:]), style=DIM)
    notes = _by_cause(finding for finding in report.findings if finding.severity == "note")
    if notes:
        yield _notes(notes)


def _by_cause(findings: Iterable[Finding]) -> list[list[Finding]]:
    """The findings of each cause, the one with the most connections first; causes in the order of the report."""
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.id, finding.decided_by, finding.severity), []).append(finding)
    return [sorted(group, key=lambda finding: -finding.count) for group in groups.values()]


def _in_full(groups: Sequence[Sequence[Finding]], report: Report) -> Iterator[RenderableType]:
    worst = [group[0] for group in groups]
    wanted = {(finding.client, finding.server) for finding in worst}
    costs_left = dict(costs(report, [pair for pair in report.pairs if key_of(pair) in wanted]))
    clock = clock_of(report)
    for finding, (_, *others) in zip(worst, groups, strict=True):
        yield in_full(
            finding,
            clock,
            # The cost is the pair's: it is told once, with the first finding there that speaks of reuse.
            cost=costs_left.pop((finding.client, finding.server), None) if finding.severity == "warning" else None,
            names_pair=len(report.pairs) != 1,
            elsewhere=_elsewhere(others),
        )


def _elsewhere(others: Sequence[Finding]) -> str:
    if not others:
        return ""
    return f"… and the same at {counted(len(others), 'other pair')} ({_connections(others)}); --json has all"


def _the_rest(groups: Sequence[Sequence[Finding]]) -> str:
    every = [finding for group in groups for finding in group]
    return f"… and {counted(len(every), 'more finding')} ({_connections(every)}); --json has all"


def _connections(findings: Iterable[Finding]) -> str:
    return counted(sum(finding.count for finding in findings), "connection")


def _notes(notes: Sequence[Sequence[Finding]]) -> RenderableType:
    table = grid()
    for group in notes:
        first = group[0]
        where = safe(first.server, 60) if len(group) == 1 else counted(len(group), "pair")
        line = Text(safe(first.title))
        line.append(f"  {where} · {_connections(group)} · {safe(first.id, 60)}", style=DIM)
        table.add_row(Text("note", style=SEVERITY["note"]), line)
    return table
