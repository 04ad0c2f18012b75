"""The decoder against scapy's and dpkt's own reading of frames that scapy built."""

from collections.abc import Callable

import dpkt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.layers.inet import IP, TCP, IPOption_NOP
from scapy.layers.inet6 import IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrHopByHop
from scapy.layers.l2 import CookedLinux, CookedLinuxV2, Dot1AD, Dot1Q, Ether
from scapy.packet import Packet, Raw

from kacap.wire import Decoder, Segment
from tests.wire.build import frame

LINKS: dict[int, list[Callable[[], Packet]]] = {
    1: [
        lambda: Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02"),
        lambda: Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / Dot1Q(vlan=7),
        lambda: Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / Dot1AD(vlan=7) / Dot1Q(vlan=8),
    ],
    113: [CookedLinux],
    276: [CookedLinuxV2],
}
LINK_CLASSES = {1: Ether, 113: CookedLinux, 276: CookedLinuxV2}
EXTENSION_CHAINS: list[list[Callable[[], Packet]]] = [
    [],
    [IPv6ExtHdrHopByHop],
    [IPv6ExtHdrHopByHop, IPv6ExtHdrDestOpt],
]
ADDRESSES4 = st.ip_addresses(v=4).map(str)
ADDRESSES6 = st.ip_addresses(v=6).map(str)
PORT = st.integers(0, 65535)
WORD = st.integers(0, 2**32 - 1)
TCP_OPTIONS = st.sampled_from([[], [("MSS", 1460)], [("NOP", None), ("NOP", None), ("Timestamp", (1, 2))]])


@st.composite
def packets(draw: st.DrawFn) -> tuple[int, bytes]:
    link_type = draw(st.sampled_from(sorted(LINKS)))
    packet = draw(st.sampled_from(LINKS[link_type]))()
    if draw(st.booleans()):
        options = [IPOption_NOP() for _ in range(draw(st.integers(0, 40)))]
        packet /= IP(src=draw(ADDRESSES4), dst=draw(ADDRESSES4), id=draw(PORT), options=options)
    else:
        packet /= IPv6(src=draw(ADDRESSES6), dst=draw(ADDRESSES6))
        for header in draw(st.sampled_from(EXTENSION_CHAINS)):
            packet /= header()
    packet /= TCP(
        sport=draw(PORT),
        dport=draw(PORT),
        seq=draw(WORD),
        ack=draw(WORD),
        window=draw(PORT),
        flags=draw(st.integers(0, 255)),
        options=draw(TCP_OPTIONS),
    )
    return link_type, bytes(packet / Raw(draw(st.binary(max_size=40))))


def decoded(link_type: int, data: bytes) -> Segment:
    segment = Decoder().decode(frame(data, link_type))
    assert isinstance(segment, Segment)
    return segment


@settings(max_examples=150, deadline=None)
@given(packets())
def test_equals_scapy(built: tuple[int, bytes]) -> None:
    link_type, data = built
    segment = decoded(link_type, data)
    packet = LINK_CLASSES[link_type](data)
    layer = packet[TCP]
    ip = packet[IP] if IP in packet else packet[IPv6]
    addresses = bytes(ip)[12:20] if IP in packet else bytes(ip)[8:40]
    assert segment.key == addresses + layer.sport.to_bytes(2, "big") + layer.dport.to_bytes(2, "big")
    assert (segment.seq, segment.ack, segment.window) == (layer.seq, layer.ack, layer.window)
    assert segment.flags == int(layer.flags) & 0x3F
    assert segment.ip_id == (ip.id if IP in packet else -1)
    assert segment.data[segment.start : segment.end] == bytes(layer.payload)
    assert segment.length == len(layer.payload)


@settings(max_examples=150, deadline=None)
@given(packets())
def test_equals_dpkt(built: tuple[int, bytes]) -> None:
    link_type, data = built
    segment = decoded(link_type, data)
    classes = {1: dpkt.ethernet.Ethernet, 113: dpkt.sll.SLL, 276: dpkt.sll2.SLL2}
    ip = classes[link_type](data).data
    layer = ip.data
    assert segment.key == ip.src + ip.dst + layer.sport.to_bytes(2, "big") + layer.dport.to_bytes(2, "big")
    assert (segment.seq, segment.ack, segment.window) == (layer.seq, layer.ack, layer.win)
    assert segment.flags == layer.flags & 0x3F
    assert segment.data[segment.start : segment.end] == layer.data


def test_the_oracles_see_what_is_generated() -> None:
    """A generator that made no TCP would let every comparison above pass for the wrong reason."""
    data = bytes(LINKS[1][1]() / IP(src="192.0.2.1", dst="192.0.2.2") / TCP(sport=1, dport=2) / Raw(b"abc"))
    assert decoded(1, data).length == 3
    with pytest.raises(AssertionError):
        decoded(1, data[:-30])
