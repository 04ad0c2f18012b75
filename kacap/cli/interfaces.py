"""`kacap interfaces`: where `kacap live` and `kacap run` can capture."""

# ruff: noqa: PLC0415 - rooms are imported when a command runs, so that --help costs little more than typer

from typing import Annotated

import typer


def interfaces(
    as_json: Annotated[bool, typer.Option("--json", help="Write them as JSON.")] = False,
) -> None:
    """List what can be captured here, and what is missing if not.

    `any`, which captures on all of them at once, is always there.
    """
    import json

    from kacap.capture.interfaces import interfaces as find
    from kacap.capture.live_right import missing_right
    from kacap.cli.console import console
    from kacap.cli.endings import ending_well
    from kacap.cli.privilege import at_home
    from kacap.render.interfaces import document, listing
    from kacap.render.legible import Legible

    with ending_well():
        with at_home():
            found = find()
        right = missing_right()
        missing = [] if right is None else [right]
        if as_json:
            typer.echo(json.dumps(document(found, missing), indent=2))
        else:
            screen = console()
            screen.print(Legible(listing(found, missing, screen.width)))
