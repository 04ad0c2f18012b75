"""Which pair a connection belongs to: one client host and one server endpoint."""

from typing import NamedTuple


class PairKey(NamedTuple):
    """A plain tuple would be made anew wherever compiled code hands one on; this is one object."""

    client: bytes
    """Its address."""
    server: bytes
    port: int
    """The server's."""


class PairKeys:
    """The pairs of a capture, each as one tuple that all its connections share."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[bytes, PairKey] = {}

    def of(self, client_key: bytes) -> PairKey:
        """Client address, server address and port, from the key of what a client sends."""
        both = client_key[:-4] + client_key[-2:]
        known = self._known.get(both)
        if known is None:
            width = (len(client_key) - 4) // 2
            port = client_key[-2] << 8 | client_key[-1]
            known = PairKey(client_key[:width], client_key[width : 2 * width], port)
            self._known[both] = known
        return known
