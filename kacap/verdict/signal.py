"""Who said that a connection ends, and with which exchange."""

from kacap.http.exchanges import Exchanges
from kacap.http.message import Exchange
from kacap.verdict.words import Side


class Signal:
    """The statement that a connection will end."""

    __slots__ = ("_exchanges", "cause", "index", "side")

    def __init__(self, side: Side, cause: str, exchanges: Exchanges, index: int) -> None:
        self.side = side
        self.cause = cause
        self.index = index
        """The place of the exchange with which the connection ends."""
        self._exchanges = exchanges

    @property
    def exchange(self) -> Exchange:
        """The exchange with which the connection ends."""
        return self._exchanges.at(self.index)


def last_signal(exchanges: Exchanges) -> Signal | None:
    """What was said in the last exchange that was answered, or in the requests that wait behind it.

    Earlier statements were overruled by the next answer on the same connection.
    """
    last = len(exchanges) - 1
    if last < 0 or exchanges.persists(last):
        return None
    for index in range(max(0, exchanges.answered_until() - 1), last + 1):
        said = exchanges.signal(index)
        if said is not None:
            return Signal(Side.CLIENT if said[0] == "client" else Side.SERVER, said[1], exchanges, index)
    return None
