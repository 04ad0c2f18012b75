"""One step inwards: what every link layer and tunnel outside the fast path is reduced to.

A handler reads one header at `data[at:end]` and says which table decodes what is inside, and where. `wire` is where the
layer ends on the wire: it lies behind `end` when the snapshot length cut the frame. Both only ever shrink inwards, so
that no inner length can claim what an outer one did not carry.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from kacap.wire.segment import Skipped

LINK: Final = 0
ETHERTYPE: Final = 1
LLC: Final = 2
"""802.2; the code says nothing."""
PPP: Final = 3
IP: Final = 4
"""IPv4 or IPv6, by the version in the first four bits; the code says nothing."""
IP_PROTOCOL: Final = 5
UDP_PORT: Final = 6


class Step(NamedTuple):
    """The next layer: its table, its code there, and the window of its bytes."""

    table: int
    code: int
    at: int
    end: int
    wire: int


Handler = Callable[[bytes, int, int, int], Step | Skipped]


class Layer(NamedTuple):
    """A row of a table; `name` is what `undecodable-<name>` will say."""

    name: str
    handler: Handler


def inside(table: int, code: int, at: int, end: int, wire: int) -> Step:
    """A step to `at`, which may lie behind what was captured: then the window is empty."""
    return Step(table, code, at, end if end > at else at, wire if wire > at else at)


def limited(table: int, code: int, at: int, size: int, end: int, wire: int) -> Step:
    """A step to `size` bytes at `at`, where the header says how long its payload is."""
    stop = at + size
    return inside(table, code, at, min(end, stop), min(wire, stop))
