"""The time to live is that of the IP header next to the TCP header, on the fast path and on all others."""

from struct import pack

import pytest

from kacap.wire import Decoder, Segment
from tests.wire.build import ethernet, extension, frame, ipv4, ipv6, tcp
from tests.wire.samples import PLAIN

V4, V6 = bytearray(ipv4(tcp())), bytearray(ipv6(tcp()))
V4[8], V6[7] = 51, 52
OTHERS = {
    "ethernet": (1, ethernet(bytes(V4)), 51),
    "ethernet ipv6": (1, ethernet(bytes(V6), 0x86DD), 52),
    "802.1q": (1, ethernet(bytes(V4), 0x0800, 0x8100), 51),
    "raw": (101, bytes(V4), 51),
    "raw ipv6": (101, bytes(V6), 52),
    "ip in ip": (1, ethernet(ipv4(bytes(V4), 4)), 51),
    "behind an extension header": (1, ethernet(ipv6(extension(6, tcp()), 0), 0x86DD), 64),
    "loopback": (0, pack("<I", 2) + bytes(V4), 51),
}


@pytest.mark.parametrize(("link_type", "data", "ttl"), OTHERS.values(), ids=OTHERS.keys())
def test_time_to_live(link_type: int, data: bytes, ttl: int) -> None:
    segment = Decoder().decode(frame(data, link_type))
    assert isinstance(segment, Segment)
    assert segment.ttl == ttl


@pytest.mark.parametrize("sample", PLAIN, ids=lambda sample: sample.name)
def test_every_plain_link(sample: tuple[str, int, bytes, int]) -> None:
    segment = Decoder().decode(frame(sample[2], sample[1]))
    assert isinstance(segment, Segment)
    assert segment.ttl == 64
