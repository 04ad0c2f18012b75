"""Which connections a report speaks of."""

import ipaddress
from collections.abc import Collection

from kacap.verdict.pair_key import PairKey


class Wanted:
    """Narrowed to server ports, to hosts (addresses of either side), to `tcp.stream` numbers; empty means all."""

    __slots__ = ("_hosts", "_streams", "is_all", "ports")

    def __init__(self, ports: Collection[int], hosts: Collection[str], streams: Collection[int]) -> None:
        self.ports = frozenset(ports)
        self._hosts = frozenset(ipaddress.ip_address(host).packed for host in hosts)
        self._streams = frozenset(streams)
        self.is_all = not (self.ports or self._hosts or self._streams)
        """Nothing is left out."""

    def has(self, pair_key: PairKey, stream: int) -> bool:
        """Whether the report speaks of this connection."""
        client, server, port = pair_key
        if self.ports and port not in self.ports:
            return False
        if self._streams and stream not in self._streams:
            return False
        return not self._hosts or bool(self._hosts & {client, server})
