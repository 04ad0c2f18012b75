"""What is wrong: why, the proof, the fix, the cost. Errors and warnings in full, a note on one line."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from kacap.render.clock import clock_of
from kacap.render.endpoint import host
from kacap.render.escape import safe
from kacap.render.joined import Joined
from kacap.render.quantity import counted, duration, share
from kacap.render.style import DIM, SEVERITY, STRONG
from kacap.report.model import Finding, Pair, Remedy, Report

_LABEL_COLUMNS = 7
_PROOFS_SHOWN = 4
_FIXES_SHOWN = 4
_FILTER_LIMIT = 300


def findings(report: Report) -> Iterator[RenderableType]:
    """Each error and warning in full; then the notes."""
    pairs = {(pair.client, pair.server): pair for pair in report.pairs}
    for finding in report.findings:
        if finding.severity != "note":
            # The cost is the pair's: it is told once, with the first finding there.
            yield _in_full(finding, pairs.pop((finding.client, finding.server), None), report)
    notes = [finding for finding in report.findings if finding.severity == "note"]
    if notes:
        yield _notes(notes)


def _in_full(finding: Finding, pair: Pair | None, report: Report) -> RenderableType:
    grid = _grid()
    grid.add_row(
        Text(finding.severity, style=SEVERITY[finding.severity]),
        Group(Text(safe(finding.title), style=STRONG), Joined(_particulars(finding, len(report.pairs)))),
    )
    rows: tuple[tuple[str, RenderableType | None], ...] = (
        ("Why", Text(safe(finding.explanation)) if finding.explanation else None),
        ("Proof", _proof(finding, report)),
        ("Fix", _fix(finding.remedies)),
        ("Cost", _cost(pair, report)),
        ("Filter", _filter(finding)),
        ("More", Text(f"kacap explain {safe(finding.id, 60)}", style=DIM)),
    )
    for label, content in rows:
        if content is not None:
            grid.add_row(Text(label, style="cyan"), content)
    return grid


def _grid() -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(width=_LABEL_COLUMNS, no_wrap=True)
    grid.add_column(overflow="fold")
    return grid


def _particulars(finding: Finding, pairs: int) -> list[str]:
    said = [finding.certainty, f"{finding.decided_by} decided", counted(finding.count, "connection")]
    if pairs != 1:
        said.append(f"{safe(finding.client, 60)} → {safe(finding.server, 60)}")
    return said


def _proof(finding: Finding, report: Report) -> RenderableType | None:
    if not finding.evidence:
        return None
    shown = finding.evidence[:_PROOFS_SHOWN]
    clock = clock_of(report)
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column(justify="right", no_wrap=True, style=DIM)
    grid.add_column(overflow="fold")
    for one in shown:
        grid.add_row(Text(f"#{one.frame}"), Text(f"{clock.at(one.time_ns)} s"), Text(safe(one.text)))
    return _and_more(grid, len(finding.evidence) - len(shown), "--json has all")


def _fix(remedies: Sequence[Remedy]) -> RenderableType | None:
    if not remedies:
        return None
    shown = remedies[:_FIXES_SHOWN]
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(max_width=18, overflow="fold")
    grid.add_column(overflow="fold")
    for remedy in shown:
        grid.add_row(Text(safe(remedy.stack, 40), style=STRONG), Text(safe(remedy.text)))
    return _and_more(grid, len(remedies) - len(shown), "kacap explain has all")


def _and_more(shown: RenderableType, left: int, where: str) -> RenderableType:
    return Group(shown, Text(f"… and {left:,} more: {where}", style=DIM)) if left else shown


def _cost(pair: Pair | None, report: Report) -> RenderableType | None:
    if pair is None or not pair.avoidable_connections:
        return None
    cost = f"{counted(pair.avoidable_connections, 'avoidable handshake')}, {duration(pair.handshake_cost_ns)}"
    waited_ns = _waited_ns(pair, report)
    if 0 < pair.handshake_cost_ns <= waited_ns:
        cost += f" ({share(pair.handshake_cost_ns / waited_ns)} of the time that the client spent waiting)"
    return Text(cost)


def _waited_ns(pair: Pair, report: Report) -> int:
    """All connecting, sending, waiting and receiving of this pair's exchanges."""
    total_ns = 0
    for connection in report.connections:
        if connection.server == pair.server and host(connection.client) == pair.client:
            for exchange in connection.exchanges:
                timings = exchange.timings
                for part_ns in (timings.connect_ns, timings.send_ns, timings.wait_ns, timings.receive_ns):
                    total_ns += part_ns or 0
    return total_ns


def _filter(finding: Finding) -> RenderableType | None:
    if len(finding.filter) > _FILTER_LIMIT:
        return Text(f"{counted(len(finding.streams), 'stream')}; --json has the display filter", style=DIM)
    return Text(safe(finding.filter)) if finding.filter else None


def _notes(notes: Sequence[Finding]) -> RenderableType:
    grid = _grid()
    for note in notes:
        line = Text(safe(note.title))
        line.append(f"  {safe(note.server, 60)} · {counted(note.count, 'connection')} · {safe(note.id, 60)}", style=DIM)
        grid.add_row(Text("note", style=SEVERITY["note"]), line)
    return grid
