"""`kacap explain`: the causes that a report can name."""

# ruff: noqa: PLC0415 - rooms are imported when a command runs, so that --help costs little more than typer

from typing import Annotated

import typer


def explain(
    cause_id: Annotated[str | None, typer.Argument(metavar="ID", help="A cause; without it, list all.")] = None,
) -> None:
    """Explain a cause in full.

    What it means, how it looks on the wire, how to confirm it, how to fix it.
    """
    from kacap.cli.console import console
    from kacap.cli.endings import ending_well
    from kacap.render.explain import in_full, listing
    from kacap.render.legible import Legible
    from kacap.verdict.causes import CAUSES

    with ending_well():
        screen = console()
        if cause_id is None:
            screen.print(Legible(listing(CAUSES)))
            return
        causes = {cause.id: cause for cause in CAUSES}
        cause = causes.get(cause_id.lower())
        if cause is None:
            raise _unknown(cause_id, list(causes))
        screen.print(Legible(in_full(cause, screen.width)))


def _unknown(cause_id: str, known: list[str]) -> Exception:
    from difflib import get_close_matches

    from kacap.errors import KacapError

    close = get_close_matches(cause_id.lower(), known, n=1)
    hint = f"did you mean {close[0]}?" if close else "kacap explain lists them"
    return KacapError(f"no cause is named {cause_id}; {hint}")
