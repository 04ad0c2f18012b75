"""The commands, brought together. `kacap` alone asks what it is, which is no mistake: help, and exit code 0."""

# ruff: noqa: PLC0415 - rooms are imported when a command runs, so that --help costs little more than typer

from typing import Annotated

import typer

from kacap.cli.analyze import analyze
from kacap.cli.explain import explain
from kacap.cli.interfaces import interfaces
from kacap.cli.live import live
from kacap.cli.run import run

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)
app.command()(analyze)
app.command()(live)
app.command(context_settings={"allow_interspersed_args": False})(run)
app.command()(explain)
app.command()(interfaces)


def _show_version(wanted: bool) -> None:
    if wanted:
        from kacap.core import core
        from kacap.version import __version__

        typer.echo(f"kacap {__version__} ({core()})")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def kacap(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Are my HTTP connections being reused?

    If not: who ended them, why, what does it cost, and what to change. Answered from packets alone.
    """
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
