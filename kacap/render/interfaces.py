"""What can be captured here, and what stands in the way."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.text import Text

from kacap.render.escape import safe
from kacap.render.quantity import UNKNOWN
from kacap.render.style import CAUTION
from kacap.render.table import Column, fitted

if TYPE_CHECKING:
    from kacap.capture.interfaces import Interface

_ADDRESS_COLUMNS = 20


def listing(found: "Sequence[Interface]", missing: Sequence[str], width: int) -> RenderableType:
    """A table of interfaces, and a line for each thing that is missing for all of them."""
    return Group(*_parts(found, missing, width))


def document(found: "Sequence[Interface]", missing: Sequence[str]) -> dict[str, Any]:
    """The same as plain dicts and lists."""
    return {
        "interfaces": [
            {
                "name": each.name,
                "up": each.is_up,
                "addresses": list(each.addresses),
                "link_type": each.link_type,
                "can_be_captured": each.obstacle is None and not missing,
                "obstacle": each.obstacle,
            }
            for each in found
        ],
        "missing": list(missing),
    }


def _parts(found: "Sequence[Interface]", missing: Sequence[str], width: int) -> Iterator[RenderableType]:
    yield fitted(
        [
            Column("interface", [safe(each.name, 40) for each in found]),
            Column("state", ["up" if each.is_up else "down" for each in found]),
            Column("link type", [each.link_type or UNKNOWN for each in found], rank=1),
            Column(
                "addresses",
                [", ".join(each.addresses) or UNKNOWN for each in found],
                shrinks_to=_ADDRESS_COLUMNS,
            ),
            Column("can be captured", [_can_be_captured(each, missing) for each in found]),
        ],
        width,
    )
    obstacles = [f"{safe(each.name, 40)}: {safe(each.obstacle, 200)}" for each in found if each.obstacle is not None]
    if obstacles or missing:
        yield Text()
    for line in obstacles:
        yield Text(line)
    for line in missing:
        yield Text(f"missing: {safe(line, 600)}", style=CAUTION)


def _can_be_captured(each: "Interface", missing: Sequence[str]) -> str:
    return "no" if missing or each.obstacle is not None else "yes"
