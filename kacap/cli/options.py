"""The words that commands have in common: an option that several of them take stands here once."""

from enum import StrEnum
from ipaddress import ip_address
from typing import Annotated, TypeVar

import typer

from kacap.render.detail import Detail

_Word = TypeVar("_Word", bound=StrEnum)


class Format(StrEnum):
    """How a report is written."""

    TEXT = "text"
    JSON = "json"
    NDJSON = "ndjson"
    """A line of JSON for each connection, and a last one for the rest of the report."""


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


def address(text: str) -> str:
    """An IP address in its canonical form, as reports write it. Raises typer.BadParameter."""
    try:
        return str(ip_address(text))
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not an IP address") from None


# ---- what is judged

Ports = Annotated[
    list[int] | None,
    typer.Option("--port", "-p", metavar="N", min=1, max=65535, help="Only this server port; repeatable."),
]

# ---- what is captured

Interface = Annotated[
    str, typer.Option("--interface", "-i", metavar="IFACE", help="One of `kacap interfaces`, or any: all at once.")
]
KernelFilter = Annotated[
    str | None, typer.Option("--filter", metavar="BPF", help="Only what this filter lets pass, as tcpdump's.")
]
SaveTo = Annotated[
    str | None, typer.Option("--write", "-w", metavar="FILE", help="Save what is captured, as pcap, to FILE.")
]
Keep = Annotated[
    int,
    typer.Option(metavar="N", min=0, help="Ended connections to keep in full; older ones become exact counts."),
]

# ---- how the report is written

AsJson = Annotated[bool, typer.Option("--json", help="Short for --format json.")]
OutputFormat = Annotated[
    Format | None,
    typer.Option("--format", "-f", metavar="text|json|ndjson", parser=_format, help="How to write the report."),
]
Output = Annotated[
    str | None, typer.Option("--output", "-o", metavar="FILE", help="Write to FILE; a name in .json means JSON.")
]
Level = Annotated[
    Detail | None,
    typer.Option(
        "--detail",
        metavar="LEVEL",
        parser=_detail,
        help="summary, connections or exchanges. Default: exchanges; as text, summary when all is well.",
    ),
]
Queries = Annotated[bool, typer.Option("--queries", help="Show the query strings of targets.")]
