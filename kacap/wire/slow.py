"""The slow path: tables from a layer's number to what decodes it. Imported when the first frame needs it.

This is the one place of the room where exceptions are caught: exactly those that reading a short or damaged header
raises, here or in dpkt.
"""

import struct
from collections.abc import Mapping
from typing import Final

from dpkt.dpkt import UnpackError

from kacap.wire import headers, links
from kacap.wire import protocols as p
from kacap.wire.segment import Skipped
from kacap.wire.step import ETHERTYPE, IP_PROTOCOL, LINK, LLC, PPP, UDP_PORT, Layer, Step
from kacap.wire.tunnels import UDP_PORTS

MAX_LLC_BYTES: Final = 1500
"""An ethertype up to here is the length of an 802.3 frame."""

TABLES: Final[Mapping[int, Mapping[int, Layer]]] = {
    LINK: links.LINKS | headers.LINKS,
    ETHERTYPE: links.ETHERTYPES | headers.ETHERTYPES,
    LLC: {0: Layer("llc", links.llc)},
    PPP: {0: headers.PPP_LAYER},
    IP_PROTOCOL: headers.IP_PROTOCOLS,
    UDP_PORT: UDP_PORTS,
}


def step_into(table: int, code: int, data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """One header inwards, or the reason why not."""
    if table == ETHERTYPE and code <= MAX_LLC_BYTES:
        return links.ieee8023(code, at, end, wire)
    layer = TABLES[table].get(code)
    if layer is None:
        return _unknown(table, code)
    try:
        step = layer.handler(data, at, end, wire)
    except (UnpackError, struct.error, IndexError, ValueError):
        return Skipped(f"undecodable-{layer.name}")
    if isinstance(step, Step) and step.at > end:
        return Skipped(f"undecodable-{layer.name}")
    return step


def _unknown(table: int, code: int) -> Skipped:
    if table == LINK:
        return Skipped(f"link-type-{code}-not-supported")
    return p.OTHER_ETHERTYPE if table == ETHERTYPE else p.OTHER_IP_PROTOCOL
