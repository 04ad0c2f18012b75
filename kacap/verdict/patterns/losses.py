"""What a side sent again and again, and the other never acknowledged."""

from typing import Final

from kacap.tcp.half import UNKNOWN, Half
from kacap.tcp.sequence import distance
from kacap.verdict.facts import Facts

_RESENT_AT_LEAST: Final = 3
_RESENT_FOR_NS: Final = 1_000_000_000


def end_of(half: Half) -> int:
    """The number behind its last byte."""
    return half.fin_seq if half.fin_seq != UNKNOWN else half.next_seq


def unacknowledged(half: Half) -> bool:
    """Whether it sent bytes that the other side never acknowledged."""
    peer = half.peer
    return peer.ack != UNKNOWN and distance(peer.ack, end_of(half)) > 0


def loser(facts: Facts) -> Half | None:
    """The side that sent the same again and again until the connection was closed, and got no acknowledgement."""
    if facts.packed:
        return None
    for half in (facts.client, facts.server):
        resent = half.resent_ns
        if len(resent) < _RESENT_AT_LEAST or not unacknowledged(half):
            continue
        before = [time_ns for time_ns in resent if time_ns <= facts.first_close_ns]
        if len(before) >= _RESENT_AT_LEAST and before[-1] - before[0] >= _RESENT_FOR_NS:
            return half
    return None
