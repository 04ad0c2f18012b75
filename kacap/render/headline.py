"""The answer: one verdict, one sentence, and the figures behind it. Where no exchange was seen, the sentence is all."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from kacap.render.escape import safe
from kacap.render.joined import Joined
from kacap.render.quantity import counted, share
from kacap.render.style import STRONG, VERDICT, spoken
from kacap.report.model import Report, Summary


def headline(report: Report) -> RenderableType:
    """`NOT REUSED  100 connections for 100 requests; 5 would have done`, and under it the rate."""
    summary = report.summary
    answer = Text(safe(summary.headline), style=STRONG)
    if summary.verdict == "no-opportunity" and not summary.exchanges:
        # To speak of a missed opportunity first would hide that there was nothing to judge.
        return Group(answer, Joined([f"verdict: {spoken(summary.verdict)}"]))
    figures = _figures(summary)
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(
        Text(spoken(summary.verdict).upper(), style=VERDICT[summary.verdict]),
        Group(answer, Joined(figures)) if figures else answer,
    )
    return grid


def _figures(summary: Summary) -> list[str]:
    if summary.reuse_rate is None:
        return []
    possible = summary.exchanges - summary.needed_connections
    said = [f"{summary.reused_exchanges:,} of {counted(possible, 'possible reuse')} ({share(summary.reuse_rate)})"]
    if summary.avoidable_connections:
        said.append(counted(summary.avoidable_connections, "avoidable connection"))
    return said
