"""Where a source-routed IPv6 packet is going in the end."""

from typing import Final

_ADDRESS_BYTES: Final = 16
_HEADER_BYTES: Final = 8
_FIRST_IS_FINAL: Final = frozenset({2, 4})
"""Routing types whose list begins with the final address: Mobile IPv6 (RFC 6275), segment routing (RFC 8754)."""
_LAST_IS_FINAL: Final = 0
"""RFC 2460 source routes: the list ends with it."""


def final_destination(addresses: bytes, data: bytes, at: int, end: int) -> bytes:
    """`addresses` (source and destination, 32 bytes) with the destination that TCP knows (RFC 8200 section 8.1).

    While segments are left in the routing header at `at`, the packet's own destination is only the next hop.
    """
    size = (data[at + 1] + 1) << 3
    kind, segments_left = data[at + 2], data[at + 3]
    if not segments_left or size < _HEADER_BYTES + _ADDRESS_BYTES or at + size > end:
        return addresses
    if kind in _FIRST_IS_FINAL:
        first = at + _HEADER_BYTES
    elif kind == _LAST_IS_FINAL:
        first = at + size - _ADDRESS_BYTES
    else:
        return addresses
    return addresses[:_ADDRESS_BYTES] + data[first : first + _ADDRESS_BYTES]
