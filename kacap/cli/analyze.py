"""`kacap analyze`: judge captures that were made before, or that arrive through a pipe."""

# ruff: noqa: PLC0415 - rooms are imported when a command runs, so that --help costs little more than typer

from functools import partial
from typing import Annotated

import typer

from kacap.cli.options import AsJson, Level, Output, OutputFormat, Ports, Queries, address


def analyze(
    captures: Annotated[list[str], typer.Argument(metavar="CAPTURE", help="Files, globs, or - for standard input.")],
    port: Ports = None,
    host: Annotated[
        list[str] | None, typer.Option(metavar="IP", parser=address, help="Only this address; repeatable.")
    ] = None,
    stream: Annotated[
        list[int] | None, typer.Option(metavar="N", min=0, help="Only this tcp.stream; repeatable.")
    ] = None,
    as_json: AsJson = False,
    output_format: OutputFormat = None,
    output: Output = None,
    detail: Level = None,
    queries: Queries = False,
    jobs: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            help="Processes that share the work on files. Default: one per processor for large files.",
        ),
    ] = None,
) -> None:
    """Judge captures: pcap, pcapng, also compressed.

    \b
    kacap analyze trace.pcap
    kacap analyze --port 8880 --json day*.pcap.gz
    ssh web tcpdump -U -w - port 8880 | kacap analyze -
    """
    from kacap.cli.endings import ending_well
    from kacap.cli.output import how_to_write, load_renderer, refuse_bad_output, show
    from kacap.cli.reading import read

    how = how_to_write(as_json, output_format, output, detail, queries)
    with ending_well():
        refuse_bad_output(output, captures)
        report, was_cut_short = read(
            captures,
            ports=port or (),
            hosts=host or (),
            streams=stream or (),
            jobs=jobs,
            meanwhile=partial(load_renderer, how),
        )
        show(report, how)
        if was_cut_short:
            raise KeyboardInterrupt
