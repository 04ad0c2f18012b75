"""The answer: one verdict, one sentence, and the figures behind it. Where no exchange was seen, the sentence is all."""

from itertools import islice

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from kacap.render.escape import safe
from kacap.render.joined import Joined
from kacap.render.quantity import counted, duration, share
from kacap.render.style import STRONG, VERDICT, spoken
from kacap.report.model import Report, Summary

_CAUSES_SHOWN = 5


def headline(report: Report) -> RenderableType:
    """`NOT REUSED  100 connections for 100 requests; 5 would have done`, and under it the rate and the causes."""
    summary = report.summary
    answer = Text(safe(summary.headline), style=STRONG)
    if summary.verdict == "no-opportunity" and not summary.exchanges:
        # To speak of a missed opportunity first would hide that there was nothing to judge.
        return Group(answer, Joined([f"verdict: {spoken(summary.verdict)}"]))
    lines: list[RenderableType] = [answer]
    lines += [Joined(facts, before) for before, facts in (("", _figures(summary)), ("why: ", _causes(report))) if facts]
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(
        Text(spoken(summary.verdict).upper(), style=VERDICT[summary.verdict]),
        Group(*lines),
    )
    return grid


def _causes(report: Report) -> list[str]:
    """`keepalive-race (3)`, the gravest first, where there are several: each is told in full further down."""
    counts: dict[str, int] = {}
    for finding in report.findings:
        if finding.severity != "note":
            counts[finding.id] = counts.get(finding.id, 0) + finding.count
    if len(counts) < 2:
        return []
    said = [f"{safe(cause, 60)} ({count:,})" for cause, count in islice(counts.items(), _CAUSES_SHOWN)]
    left = len(counts) - len(said)
    return [*said, f"and {left} more"] if left else said


def _figures(summary: Summary) -> list[str]:
    if summary.reuse_rate is None:
        return []
    possible = summary.exchanges - summary.needed_connections
    reuses = f"{summary.reused_exchanges:,} of {counted(possible, 'possible reuse')} ({share(summary.reuse_rate)})"
    if summary.cost.saved_ns:
        reuses += f", saving {duration(summary.cost.saved_ns)}"
    said = [reuses]
    if summary.avoidable_connections:
        said.append(counted(summary.avoidable_connections, "avoidable connection"))
    return said
