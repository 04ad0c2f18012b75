"""`kacap run`: judge what a command puts on the network, from its start to its end."""

# ruff: noqa: PLC0415 - rooms are imported when a command runs, so that --help costs little more than typer

import gc
import signal
import sys
from typing import Annotated

import typer

from kacap.cli.options import (
    AsJson,
    Interface,
    Keep,
    KernelFilter,
    Level,
    Output,
    OutputFormat,
    Ports,
    Queries,
    SaveTo,
)
from kacap.live import KEEP

WASTE = 1
"""The exit code where the command did well, and the report did not."""


def run(
    command: Annotated[list[str], typer.Argument(metavar="COMMAND...", help="What to run, with its arguments.")],
    port: Ports = None,
    interface: Interface = "any",
    kernel_filter: KernelFilter = None,
    write: SaveTo = None,
    fail_on_waste: Annotated[
        bool, typer.Option("--fail-on-waste", help="Exit with 1 when connections were avoidable.")
    ] = False,
    keep: Keep = KEEP,
    as_json: AsJson = False,
    output_format: OutputFormat = None,
    output: Output = None,
    detail: Level = None,
    queries: Queries = False,
) -> None:
    """Judge what happens on the network while a command runs.

    The capture is ready before the command starts, and ends after it, with what is still in flight. Through sudo, the
    command runs as the user who called. Its input and output are its own; the report follows it. The exit code is that
    of the command: 127 when it is not found, 128 + n when signal n ended it.

    \b
    sudo kacap run --port 8880 -- python client.py
    sudo kacap run --port 8880 --fail-on-waste -o report.json -- pytest tests/
    """
    from contextlib import ExitStack, closing

    from kacap.cli.command import Command
    from kacap.cli.endings import ending_well
    from kacap.cli.interrupt import Interrupt
    from kacap.cli.loading import load_all
    from kacap.cli.output import how_to_write
    from kacap.cli.privilege import drop_privileges, forbid_new_privileges
    from kacap.cli.watching import What, watch_and_show
    from kacap.errors import KacapError
    from kacap.live.watch import Watch

    def read(watch: Watch) -> None:
        # Ctrl-C goes to the command as well: it decides whether to end, and a second one ends kacap too.
        until_written.enter_context(Interrupt(lambda: None))
        until_written.enter_context(Interrupt(started.terminate, (signal.SIGTERM,)))
        started.start(user)
        try:
            if user is not None:
                forbid_new_privileges()
            watch.until_end(is_over=started.is_over)
        except (KacapError, OSError):  # nobody takes the lines any more: the command goes on all the same
            ended.append(started.wait())
            raise
        ended.append(started.wait())
        watch.settle()
        if how.output is None and sys.stdout.isatty():
            typer.echo()

    gc.enable()  # the command may run for days
    started = Command(command)
    ended: list[int] = []
    how = how_to_write(as_json, output_format, output, detail, queries)
    what = What(interface, port or (), kernel_filter, write, keep)
    with ending_well(), closing(what.open()) as tap, ExitStack() as until_written:
        load_all()
        user = drop_privileges(no_new_privileges=False)  # the command may call sudo itself
        report = watch_and_show(tap, what, how, read)
        if fail_on_waste and ended == [0] and report.summary.avoidable_connections:
            raise typer.Exit(WASTE)
    raise typer.Exit(ended[0])
