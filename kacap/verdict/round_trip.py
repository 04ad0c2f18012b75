"""How long packets travel, told by the handshake: it alone is answered at once by both systems.

A client answers what it received `beyond_ns` later, as the capture point sees it: nothing where the capture was taken
at the client, the whole round trip where it was taken at the server. What a client does at once after a response is
seen so much later. Of a SYN or SYN-ACK that was sent again the last one before the answer counts (RFC 6298 section 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from kacap.tcp.connection import Connection
from kacap.tcp.half import NEVER, Half
from kacap.verdict.median import median_low

if TYPE_CHECKING:
    from kacap.verdict.facts import Facts

_LONGEST_NS: Final = 1_000_000_000
"""What is answered later than this was held up by something else (RFC 6298 section 2.1)."""


def measure_beyond_ns(connection: Connection, client: Half) -> int:
    """From the SYN-ACK to the ACK of it; NEVER where the capture does not show both."""
    return _between_ns(client.peer.last_syn_time_ns, connection.ack_time_ns)


def measure_round_trip_ns(connection: Connection, client: Half, beyond_ns: int) -> int:
    """From the capture point to the server and back, and to the client and back; NEVER without the whole handshake."""
    if beyond_ns == NEVER:
        return NEVER
    before_ns = _between_ns(client.last_syn_time_ns, connection.syn_ack_time_ns)
    return NEVER if before_ns == NEVER else before_ns + beyond_ns


def take_usual_times(connections: Sequence[Facts]) -> None:
    """Give the connections of one pair whose handshake was not seen the usual times of the others."""
    unknown = [each for each in connections if each.beyond_ns is None or each.round_trip_ns is None]
    if not unknown:
        return
    beyond = [each.beyond_ns for each in connections if each.beyond_ns is not None]
    round_trips = [each.round_trip_ns for each in connections if each.round_trip_ns is not None]
    usual_beyond_ns = median_low(beyond) if beyond else None
    usual_round_trip_ns = median_low(round_trips) if round_trips else None
    for each in unknown:
        if each.beyond_ns is None:
            each.beyond_ns = usual_beyond_ns
        if each.round_trip_ns is None:
            each.round_trip_ns = usual_round_trip_ns


def _between_ns(asked_ns: int, answered_ns: int) -> int:
    if asked_ns == NEVER:
        return NEVER
    if answered_ns == NEVER:
        return NEVER
    return min(max(0, answered_ns - asked_ns), _LONGEST_NS)  # Frames of a merged file may step back in time.
