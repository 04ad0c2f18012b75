"""One finding in full: what happened, the proof, what to change, what else it could be, how to make sure, the cost."""

import re
from collections.abc import Collection, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from kacap.render.clock import Clock
from kacap.render.escape import safe
from kacap.render.joined import Joined
from kacap.render.labelled import add_known, grid
from kacap.render.quantity import counted
from kacap.render.style import DIM, SEVERITY, STRONG
from kacap.render.unbroken import Unbroken
from kacap.report.model import Evidence, Finding, Remedy

_PROOFS_SHOWN = 3
FIXES_SHOWN = 3
_FILTER_LIMIT = 300
_FIGURES = re.compile(r"[0-9.]+ ?(?:ns|µs|ms|s)?")
_LOOK_ALIKES = " Looks the same: "
"""Within an explanation: from here on it tells what else it could be."""


def in_full(
    finding: Finding,
    clock: Clock,
    *,
    cost: RenderableType | None,
    decider: str,
    names_pair: bool,
    elsewhere: str,
    told: Collection[Remedy] = (),
) -> RenderableType:
    """The finding, and on a last line where else it was seen. Where there is but one pair it need not be named.

    `told` are remedies that stand further up: they are not said again.
    """
    table = grid()
    table.add_row(
        Text(finding.severity, style=SEVERITY[finding.severity]),
        Group(Text(safe(finding.title), style=STRONG), Joined(_particulars(finding, decider, names_pair=names_pair))),
    )
    why, _, look_alikes = finding.explanation.partition(_LOOK_ALIKES)
    rows: tuple[tuple[str, RenderableType | None], ...] = (
        ("Why", Text(safe(why)) if why else None),
        ("Proof", _proof(finding.evidence, clock)),
        ("Fix", _fix(finding.remedies, told)),
        ("Or", Text(safe(look_alikes)) if look_alikes else None),
        ("Confirm", Unbroken(safe(finding.confirm)) if finding.confirm else None),
        ("Cost", cost),
        ("Filter", filter_or_count(finding.filter, len(finding.streams), "--json has the display filter")),
        ("More", Text(f"kacap explain {safe(finding.id, 60)}", style=DIM)),
        ("", Text(elsewhere, style=DIM) if elsewhere else None),
    )
    add_known(table, rows)
    return table


def filter_or_count(display_filter: str, streams: int, where: str) -> RenderableType | None:
    """A display filter; where it is too long to type or to paste, how many streams it names."""
    if len(display_filter) > _FILTER_LIMIT:
        return Text(f"{counted(streams, 'stream')}; {where}", style=DIM)
    return Text(safe(display_filter)) if display_filter else None


def _particulars(finding: Finding, decider: str, *, names_pair: bool) -> list[str]:
    said = [finding.certainty, f"{decider} decided", counted(finding.count, "connection")]
    if names_pair:
        said.append(f"{safe(finding.client, 60)} → {safe(finding.server, 60)}")
    return said


def _proof(evidence: Sequence[Evidence], clock: Clock) -> RenderableType | None:
    if not evidence:
        return None
    shown = evidence[: _worth_showing(evidence)]
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(justify="right", no_wrap=True, style=DIM)
    table.add_column(overflow="fold")
    for one in shown:
        table.add_row(Text(f"#{one.frame}"), Text(f"{clock.at(one.time_ns)} s"), Text(safe(one.text)))
    new = sum(_kind(one) not in set(map(_kind, shown)) for one in evidence)
    return _and_more(table, len(evidence) - len(shown) if new else 0, "--json has all")


def _worth_showing(evidence: Sequence[Evidence]) -> int:
    """How many of the first: two at least, and then up to where the next connection begins to show the same."""
    kinds: set[str] = set()
    for number, one in enumerate(evidence[:_PROOFS_SHOWN]):
        if number >= 2 and _kind(one) in kinds:
            return number
        kinds.add(_kind(one))
    return _PROOFS_SHOWN


def _kind(evidence: Evidence) -> str:
    """What it shows, without its figures."""
    return _FIGURES.sub("", evidence.text)


def _fix(remedies: Sequence[Remedy], told: Collection[Remedy]) -> RenderableType | None:
    if not remedies:
        return None
    shown = remedies[:FIXES_SHOWN]
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(max_width=22, overflow="fold")
    table.add_column(overflow="fold")
    for remedy in shown:
        text = Text("as above", style=DIM) if remedy in told else Unbroken(safe(remedy.text))
        table.add_row(Text(safe(remedy.stack, 40), style=STRONG), text)
    return _and_more(table, len(remedies) - len(shown), "kacap explain has all")


def _and_more(shown: RenderableType, left: int, where: str) -> RenderableType:
    return Group(shown, Text(f"… and {left:,} more: {where}", style=DIM)) if left else shown
