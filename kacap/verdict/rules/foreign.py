"""Whether a RST was written by another than the side that it names: it came from another distance.

Each router takes one from the time to live of a packet, and stacks begin at one of few numbers. So the number of hops
is told by the packet, and that of a side's packets hardly changes.
"""

from kacap.tcp.half import UNKNOWN, Half

_INITIAL_TTLS = (64, 128, 255)
_OTHER_PATH_HOPS = 2
"""Routes change by a hop now and then; a sender that stands elsewhere is further off."""


def is_foreign(half: Half) -> bool:
    """Whether the RST of a side came from another distance than all else that it sent.

    Stacks that start their RST at another time to live are still as many hops away.
    """
    if half.rst_frame == UNKNOWN or half.rst_ttl <= 0 or half.ttl <= 0:
        return False
    return abs(_hops(half.rst_ttl) - _hops(half.ttl)) >= _OTHER_PATH_HOPS


def _hops(ttl: int) -> int:
    return next(initial for initial in _INITIAL_TTLS if ttl <= initial) - ttl
