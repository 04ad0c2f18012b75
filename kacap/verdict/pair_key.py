"""Which pair a connection belongs to: one client host and one server endpoint."""

PairKey = tuple[bytes, bytes, int]
"""Client address, server address, server port."""


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
            known = client_key[:width], client_key[width : 2 * width], client_key[-2] << 8 | client_key[-1]
            self._known[both] = known
        return known
