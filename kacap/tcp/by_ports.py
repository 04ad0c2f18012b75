"""Plain connections of IPv4, found by numbers: it costs no key and no hash.

The sum of its two ports, which is the same in both directions, gives each a place. Those of one client are seldom so
many at a time that two fall to one place; then the later one is not taken.
"""

from typing import Final

from kacap.tcp.plain import Plain
from kacap.wire.key import NO_PORTS, numbers_of

LAST_PLACE: Final = 0x3FFF
"""So few that all of them stay near the processor, and can be looked through."""


class ByPorts:
    """The plain connections of a table, each at its place."""

    __slots__ = ("at",)

    def __init__(self) -> None:
        self.at: list[Plain | None] = [None] * (LAST_PLACE + 1)
        """By the last bits of the sum of the ports."""

    def add(self, plain: Plain) -> bool:
        """Take a connection; False where another one has its place, or it has none."""
        place = _place_of(plain.ports)
        if plain.ports == NO_PORTS or self.at[place] is not None:
            return False
        self.at[place] = plain
        return True

    def remove(self, plain: Plain) -> bool:
        """Let go of a connection; False where it is not here."""
        place = _place_of(plain.ports)
        if self.at[place] is not plain:
            return False
        self.at[place] = None
        return True

    def has(self, plain: Plain) -> bool:
        """Whether it is here."""
        return self.at[_place_of(plain.ports)] is plain

    def find(self, key: bytes) -> Plain | None:
        """The connection of which this is one direction (as `Segment.key`)."""
        addresses, ports = numbers_of(key)
        plain = self.at[_place_of(ports)]
        if plain is None or ports == NO_PORTS:
            return None
        if (addresses == plain.addresses and ports == plain.ports) or (
            addresses == plain.back_addresses and ports == plain.back_ports
        ):
            return plain
        return None

    def all(self) -> list[Plain]:
        """All of them, in order of their numbers."""
        return sorted([plain for plain in self.at if plain is not None], key=_stream_of)


def _place_of(ports: int) -> int:
    return (ports + (ports >> 16)) & LAST_PLACE


def _stream_of(plain: Plain) -> int:
    return plain.stream
