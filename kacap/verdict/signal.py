"""Who said that a connection ends, and with which exchange."""

from typing import Final

from kacap.http.exchanges import Exchanges
from kacap.verdict.words import Side


class Signal:
    """The statement that a connection will end."""

    __slots__ = ("cause", "index", "side")

    def __init__(self, side: Side, cause: str, index: int) -> None:
        self.side = side
        self.cause = cause
        self.index = index
        """The place of the exchange with which the connection ends."""


_FIRST: Final[dict[str, Signal]] = {}
"""The signals of the first exchange, by cause: most connections that end so have no other, and all share these."""


def last_signal(exchanges: Exchanges) -> Signal | None:
    """What was said in the last exchange that was answered, or in the requests that wait behind it.

    Earlier statements were overruled by the next answer on the same connection.
    """
    last = len(exchanges) - 1
    if last < 0 or exchanges.persists(last):
        return None
    first = max(0, exchanges.answered_until() - 1) if last else 0
    for index in range(first, last + 1):
        said = exchanges.signal(index)
        if said is not None:
            return _signal(Side.CLIENT if said[0] == "client" else Side.SERVER, said[1], index)
    return None


def _signal(side: Side, cause: str, index: int) -> Signal:
    if index:
        return Signal(side, cause, index)
    known = _FIRST.get(cause)
    if known is None:
        known = _FIRST[cause] = Signal(side, cause, 0)
    return known
