"""How long packets travel, told by the handshake: it alone is answered at once by both systems.

A client answers what it received `beyond_ns` later, as the capture point sees it: nothing where the capture was taken
at the client, the whole round trip where it was taken at the server. What a client does at once after a response is
seen so much later. Of a SYN or SYN-ACK that was sent again the last one before the answer counts (RFC 6298 section 3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from kacap.tcp.half import NEVER
from kacap.verdict.median import median_low

if TYPE_CHECKING:
    from kacap.verdict.facts import Facts

_LONGEST_NS: Final = 1_000_000_000
"""What is answered later than this was held up by something else (RFC 6298 section 2.1)."""


class Usual(NamedTuple):
    """What the handshakes of a pair usually tell; None where the capture shows none."""

    beyond_ns: int | None
    round_trip_ns: int | None


def take_usual_times(connections: list[Facts]) -> None:
    """Give the connections of one pair whose handshake was not seen the usual times of the others."""
    unknown = [
        each
        for each in connections
        if not each.packed and (each.beyond_ns is None or each.round_trip_ns is None)  # packed: its handshake was seen
    ]
    if not unknown:
        return
    beyond = [each.beyond_ns for each in connections if each.beyond_ns is not None]
    round_trips = [each.round_trip_ns for each in connections if each.round_trip_ns is not None]
    usual = Usual(median_low(beyond) if beyond else None, median_low(round_trips) if round_trips else None)
    for each in unknown:
        each.usual = usual


def between_ns(asked_ns: int, answered_ns: int) -> int:
    """From what was asked to its answer, as far as that tells the way; NEVER where either was not seen."""
    if asked_ns == NEVER:
        return NEVER
    if answered_ns == NEVER:
        return NEVER
    taken_ns = answered_ns - asked_ns
    if taken_ns < 0:  # frames of a merged file may step back in time
        return 0
    return _LONGEST_NS if taken_ns > _LONGEST_NS else taken_ns
