"""Which pair a connection belongs to: one client host and one server endpoint."""

from typing import Final, NamedTuple

from librt.strings import read_i64_le
from mypy_extensions import i64

_KEY_BYTES_OF_IPV4: Final = 12


MAX_KNOWN: Final = 1 << 16
"""Pairs remembered."""


class PairKey(NamedTuple):
    """Client address, server address, server port."""

    client: bytes
    server: bytes
    port: int


class PairKeys:
    """The pairs of a capture, each as one object that all its connections share."""

    __slots__ = ("_hosts", "_known", "_last", "_port")

    def __init__(self) -> None:
        self._known: dict[bytes, PairKey] = {}
        self._last: PairKey | None = None
        """The last pair of IPv4, found again by its hosts as one number: its connections come one after the other."""
        self._hosts: i64 = 0
        self._port = 0

    def of(self, client_key: bytes) -> PairKey:
        """Client address, server address and port, from the key of what a client sends."""
        if len(client_key) != _KEY_BYTES_OF_IPV4:
            return self._of(client_key)
        hosts, port = read_i64_le(client_key, 0), client_key[-2] << 8 | client_key[-1]
        if self._last is None or hosts != self._hosts or port != self._port:
            self._last = self._of(client_key)
            self._hosts, self._port = hosts, port
        return self._last

    def _of(self, client_key: bytes) -> PairKey:
        both = client_key[:-4] + client_key[-2:]
        known = self._known.get(both)
        if known is None:
            if len(self._known) >= MAX_KNOWN:  # equal keys of two objects are one pair all the same
                self._known.clear()
            width = (len(client_key) - 4) // 2
            port = client_key[-2] << 8 | client_key[-1]
            known = PairKey(client_key[:width], client_key[width : 2 * width], port)
            self._known[both] = known
        return known
