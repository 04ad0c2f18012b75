"""`kacap live`: judge what arrives on an interface, while it arrives."""

# ruff: noqa: PLC0415 - rooms are imported when a command runs, so that --help costs little more than typer

import gc
from math import isfinite
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


def _finite(seconds: float | None) -> float | None:
    """`nan` is neither more nor less than anything: it would be no end."""
    if seconds is not None and not isfinite(seconds):
        raise typer.BadParameter(f"{seconds} is no number of seconds")
    return seconds


def live(
    interface: Interface = "any",
    port: Ports = None,
    kernel_filter: KernelFilter = None,
    write: SaveTo = None,
    duration: Annotated[
        float | None, typer.Option(metavar="SECONDS", min=0, callback=_finite, help="End after so many seconds.")
    ] = None,
    count: Annotated[int | None, typer.Option(metavar="N", min=1, help="End after so many frames.")] = None,
    keep: Keep = KEEP,
    as_json: AsJson = False,
    output_format: OutputFormat = None,
    output: Output = None,
    detail: Level = None,
    queries: Queries = False,
) -> None:
    """Judge what arrives on an interface, while it arrives.

    Without --port and --filter it looks at every TCP port. Ctrl-C ends it with the report, a second Ctrl-C without. On
    a terminal it shows the moment; with --format ndjson it prints a line for each connection as it ends, and at last
    one with the rest of the report.

    \b
    sudo kacap live -i eth0 --port 8880
    sudo kacap live --port 8880 --duration 60 --json
    sudo kacap live --port 8880 -w trace.pcap --format ndjson | jq .end.reason
    """
    from contextlib import ExitStack, closing

    from kacap.cli.endings import ending_well
    from kacap.cli.interrupt import Interrupt
    from kacap.cli.loading import load_all
    from kacap.cli.output import how_to_write
    from kacap.cli.privilege import drop_privileges
    from kacap.cli.watching import ENDINGS, What, watch_and_show
    from kacap.live.watch import Watch

    def read(watch: Watch) -> None:
        until_written.enter_context(Interrupt(watch.stop, ENDINGS))
        watch.until_end(duration_s=duration, frames=count)
        watch.catch_up()

    gc.enable()  # it may run for days
    how = how_to_write(as_json, output_format, output, detail, queries)
    what = What(interface, port or (), kernel_filter, write, keep)
    with ending_well(), closing(what.open()) as tap, ExitStack() as until_written:
        load_all()
        drop_privileges()
        watch_and_show(tap, what, how, read, draws=True)
