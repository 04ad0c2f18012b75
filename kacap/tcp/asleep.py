"""The records of packed connections, by the port of their client.

Nearly all ports tell one connection: a record stands at its port, and needs neither an entry of a table nor a key
beside it. Where several clients, or servers, share a port, its records stand in a table of their own.
"""

from typing import Final

from kacap.tcp.packed import KEY_AT, packed_key

_PORTS: Final = 0x10000


class Asleep:
    """Finds records by the key of their client's half (as `Segment.key`, 12 or 36 bytes)."""

    __slots__ = ("_at_port",)

    def __init__(self) -> None:
        self._at_port: list[bytes | dict[bytes, bytes] | None] = [None] * _PORTS

    def find(self, key: bytes) -> bytes | None:
        """The record whose client sends with this key."""
        found = self._at_port[_port_of(key)]
        if found is None:
            return None
        if isinstance(found, dict):
            return found.get(key)
        return found if len(found) == KEY_AT + len(key) and found.endswith(key) else None

    def add(self, key: bytes, record: bytes) -> None:
        """Keep a record; there is none of this key."""
        port = _port_of(key)
        found = self._at_port[port]
        if found is None:
            self._at_port[port] = record
        elif isinstance(found, dict):
            found[key] = record
        else:
            self._at_port[port] = {packed_key(found): found, key: record}

    def remove(self, key: bytes) -> None:
        """Forget the record of this key, which is there."""
        port = _port_of(key)
        found = self._at_port[port]
        if not isinstance(found, dict):
            self._at_port[port] = None
            return
        del found[key]
        if not found:
            self._at_port[port] = None


def _port_of(key: bytes) -> int:
    at = len(key) - 4
    return key[at] << 8 | key[at + 1]
