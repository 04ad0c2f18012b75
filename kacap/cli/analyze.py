"""`kacap analyze`: judge captures that were made before, or that arrive through a pipe."""

# ruff: noqa: PLC0415 - rooms are imported when a command runs, so that --help costs little more than typer

from enum import StrEnum
from functools import partial
from ipaddress import ip_address
from typing import Annotated, TypeVar

import typer

from kacap.render.detail import Detail

_Word = TypeVar("_Word", bound=StrEnum)


class Format(StrEnum):
    """How a report is written."""

    TEXT = "text"
    JSON = "json"


def _one_of(words: type[_Word], text: str) -> _Word:
    """A word of a closed vocabulary, in small letters or capitals."""
    try:
        return words(text.lower())
    except ValueError:
        raise typer.BadParameter(f"{text!r} is none of {', '.join(words)}") from None


def _format(text: str) -> Format:
    return _one_of(Format, text)


def _detail(text: str) -> Detail:
    return _one_of(Detail, text)


def _address(text: str) -> str:
    """An IP address in its canonical form, as reports write it."""
    try:
        return str(ip_address(text))
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not an IP address") from None


def analyze(
    captures: Annotated[list[str], typer.Argument(metavar="CAPTURE", help="Files, globs, or - for standard input.")],
    port: Annotated[
        list[int] | None,
        typer.Option("--port", "-p", metavar="N", min=1, max=65535, help="Only this server port; repeatable."),
    ] = None,
    host: Annotated[
        list[str] | None, typer.Option(metavar="IP", parser=_address, help="Only this address; repeatable.")
    ] = None,
    stream: Annotated[
        list[int] | None, typer.Option(metavar="N", min=0, help="Only this tcp.stream; repeatable.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Short for --format json.")] = False,
    output_format: Annotated[
        Format | None,
        typer.Option("--format", "-f", metavar="text|json", parser=_format, help="How to write the report."),
    ] = None,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write to FILE; a name in .json means JSON.")
    ] = None,
    detail: Annotated[
        Detail | None,
        typer.Option(
            metavar="LEVEL",
            parser=_detail,
            help="summary, connections or exchanges. Default: exchanges; as text, summary when all is well.",
        ),
    ] = None,
    queries: Annotated[bool, typer.Option("--queries", help="Show the query strings of targets.")] = False,
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
    from kacap.cli.output import is_json_name, load_renderer, refuse_bad_output, show
    from kacap.cli.reading import read

    if as_json and output_format is Format.TEXT:
        raise typer.BadParameter("--json and --format text exclude each other")
    with ending_well():
        refuse_bad_output(output, captures)
        wants_json = as_json or (is_json_name(output) if output_format is None else output_format is Format.JSON)
        report, was_cut_short = read(
            captures,
            ports=port or (),
            hosts=host or (),
            streams=stream or (),
            jobs=jobs,
            meanwhile=partial(load_renderer, as_json=wants_json),
        )
        show(report, output, as_json=wants_json, detail=detail, queries=queries)
        if was_cut_short:
            raise KeyboardInterrupt
