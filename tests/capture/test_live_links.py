"""Headers that are put together again: what the kernel took apart, and what says where a frame of `any` was seen."""

import pytest

from kacap.capture.live_links import cooked, with_tag
from kacap.wire import Decoder, Segment
from kacap.wire.frame import Frame
from tests.wire.build import MAC, ethernet, ipv4, ipv6, tcp

ADDRESS = b"\x02\0\0\0\0\1\0\0"
ON_WIRE_IPV4 = int.from_bytes(b"\x08\x00", "little")
ON_WIRE_IPV6 = int.from_bytes(b"\x86\xdd", "little")


def cook(frame: bytes, kind: int, protocol: int = 0) -> bytes:
    return cooked(frame, protocol, 7, kind, 4, 6, ADDRESS)


def decoded(frame: bytes) -> object:
    return Decoder().decode(Frame(1, 0, 276, frame, 0, len(frame), len(frame)))


@pytest.mark.parametrize("kind", [1, 772])
def test_ethernet_gives_its_type_away(kind: int) -> None:
    frame = cook(ethernet(ipv4(tcp())), kind)
    assert frame[:20].hex() == f"0800 0000 00000007 {kind:04x} 04 06 0200000000010000".replace(" ", "")
    assert frame[20:] == ipv4(tcp())
    assert isinstance(decoded(frame), Segment)


@pytest.mark.parametrize(("packet", "protocol"), [(ipv4(tcp()), ON_WIRE_IPV4), (ipv6(tcp()), ON_WIRE_IPV6)])
def test_raw_ip_is_named_by_the_kernel(packet: bytes, protocol: int) -> None:
    frame = cook(packet, 65534, protocol)
    assert frame[20:] == packet
    assert isinstance(decoded(frame), Segment)


def test_tags_stay(tag: int = 0x8100) -> None:
    tagged = with_tag(ethernet(ipv4(tcp())), tag, 42)
    assert tagged == ethernet(ipv4(tcp()), 0x0800, tag)
    assert isinstance(decoded(cook(tagged, 1)), Segment)


def test_a_length_is_no_type() -> None:
    assert cook(MAC + b"\x00\x26" + b"\x42\x42\x03", 1)[:2] == b"\x00\x04"


@pytest.mark.parametrize("size", range(14))
def test_less_than_a_header(size: int) -> None:
    frame = cook(ethernet(b"")[:size], 1, ON_WIRE_IPV4)
    assert len(frame) == 20 + size
    assert isinstance(decoded(frame), str)
