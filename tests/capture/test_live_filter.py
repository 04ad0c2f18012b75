"""What the kernel lets in: every frame of a table is sent on a wire, and the kernel itself says which it took."""

from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from struct import pack

import pytest

from kacap.capture.live import LiveCapture
from kacap.capture.live_filter import MOST_PORTS, kernel_filter
from kacap.errors import CannotCaptureError
from tests.capture.network import PORT, cable, ip, own_network, seen
from tests.wire.build import ethernet, extension, fragment6, icmp, ipv4, ipv6, tcp, udp

IPV6 = 0x86DD
ANSWER = tcp()[2:4] + tcp()[:2] + tcp()[4:]
OTHER = pack(">HH", 50123, 4711) + tcp()[4:]
LATER = 0x2000 | 100
QUOTED = ipv4(OTHER)[:40]
QUOTED6 = ipv6(OTHER)[:80]

FRAMES: dict[str, tuple[bool, bytes]] = {
    # name: let in for PORT, frame
    "request": (True, ethernet(ipv4(tcp()))),
    "answer": (True, ethernet(ipv4(ANSWER))),
    "other port": (False, ethernet(ipv4(OTHER))),
    "options": (True, ethernet(ipv4(tcp(), options=bytes(12)))),
    "other port behind options": (False, ethernet(ipv4(OTHER, options=bytes(12)))),
    "port number in the options": (False, ethernet(ipv4(OTHER, options=pack(">HH", PORT, PORT) * 2))),
    "first fragment": (True, ethernet(ipv4(tcp(), fragment=0x2000))),
    "later fragment": (True, ethernet(ipv4(b"x" * 80, fragment=LATER))),
    "later fragment of UDP": (False, ethernet(ipv4(b"x" * 80, 17, fragment=LATER))),
    "IPv6": (True, ethernet(ipv6(tcp()), IPV6)),
    "IPv6, answer": (True, ethernet(ipv6(ANSWER), IPV6)),
    "IPv6, other port": (False, ethernet(ipv6(OTHER), IPV6)),
    "IPv6, fragment": (True, ethernet(ipv6(fragment6(6, 0, True, tcp()), 44), IPV6)),
    "IPv6, fragment of UDP": (False, ethernet(ipv6(fragment6(17, 0, True, tcp()), 44), IPV6)),
    "IPv6, options": (False, ethernet(ipv6(extension(6, tcp()), 0), IPV6)),
    "tagged": (True, ethernet(ipv4(tcp()), 0x0800, 0x8100)),
    "tagged, other port": (False, ethernet(ipv4(OTHER), 0x0800, 0x8100)),
    "tagged twice": (True, ethernet(ipv4(tcp()), 0x0800, 0x88A8, 0x8100)),
    "tagged IPv6": (True, ethernet(ipv6(tcp()), IPV6, 0x8100)),
    "tagged twice, IPv6, other port": (False, ethernet(ipv6(OTHER), IPV6, 0x88A8, 0x8100)),
    "DNS answer": (True, ethernet(ipv4(udp(b"x", 40000, 53), 17))),
    "DNS question": (True, ethernet(ipv4(udp(b"x", 53), 17))),
    "DNS on IPv6": (True, ethernet(ipv6(udp(b"x", 40000, 53), 17), IPV6)),
    "UDP on the port": (False, ethernet(ipv4(udp(b"x", PORT, PORT), 17))),
    "unreachable": (True, ethernet(ipv4(icmp(3, 1, QUOTED), 1))),
    "unreachable, about UDP": (False, ethernet(ipv4(icmp(3, 3, ipv4(udp(b"x", 9), 17)), 1))),
    "ping": (False, ethernet(ipv4(icmp(8, 0, QUOTED), 1))),
    "IPv6, too big": (True, ethernet(ipv6(icmp(2, 0, QUOTED6), 58), IPV6)),
    "IPv6, neighbour": (False, ethernet(ipv6(icmp(135, 0, QUOTED6), 58), IPV6)),
    "ARP": (False, ethernet(bytes(28), 0x0806)),
    "cut in the port": (False, ethernet(ipv4(tcp()))[:35]),
    "nothing but Ethernet": (False, ethernet(b"")),
}


@pytest.fixture(scope="module")
def send() -> Iterator[Callable[[bytes], None]]:
    with own_network(), cable() as sender:
        yield sender


def let_in(tap: LiveCapture, send: Callable[[bytes], None]) -> set[str]:
    names = {frame: name for name, (_, frame) in FRAMES.items()}
    assert len(names) == len(FRAMES)
    for frame in names:
        send(frame)
    return {names[frame.data[frame.start : frame.end]] for frame in seen(tap)}


def wanted() -> set[str]:
    return {name for name, (is_wanted, _) in FRAMES.items() if is_wanted}


@pytest.mark.parametrize(
    "ports", [[PORT], [1, PORT, 65535], range(PORT - 200, PORT + 1)], ids=["one", "three", "very many"]
)
def test_a_port_and_what_goes_with_it(send: Callable[[bytes], None], ports: Collection[int]) -> None:
    with closing(LiveCapture("near", ports=ports)) as tap:
        assert let_in(tap, send) == wanted()


def test_more_ports_than_the_kernel_would_take(send: Callable[[bytes], None]) -> None:
    with closing(LiveCapture("near", ports=range(1, MOST_PORTS + 2))) as tap:
        more = {name for name in FRAMES if "other port" in name or name == "port number in the options"}
        assert let_in(tap, send) == wanted() | more | {"cut in the port"}


def test_no_filter_takes_all(send: Callable[[bytes], None]) -> None:
    with closing(LiveCapture("near")) as tap:
        assert let_in(tap, send) == set(FRAMES)


def test_an_expression_narrows_the_ports(send: Callable[[bytes], None]) -> None:
    with closing(LiveCapture("near", ports=[PORT], kernel_filter="ip6")) as tap:
        assert let_in(tap, send) == {name for name in wanted() if "IPv6" in name}


def test_an_expression_alone_sees_behind_a_tag(send: Callable[[bytes], None]) -> None:
    with closing(LiveCapture("near", kernel_filter="udp port 53 or (ip6 and tcp)")) as tap:
        expected = {"DNS answer", "DNS question", "DNS on IPv6", "IPv6", "IPv6, answer", "IPv6, other port"}
        expected |= {"tagged IPv6", "tagged twice, IPv6, other port", "IPv6, fragment"}
        assert let_in(tap, send) == expected


def test_an_expression_may_ask_for_the_tag(send: Callable[[bytes], None]) -> None:
    """The kernel has taken it out of the frame by then."""
    with closing(LiveCapture("near", kernel_filter="vlan 42 and tcp")) as tap:
        assert let_in(tap, send) == {"tagged", "tagged, other port", "tagged IPv6"}
    with closing(LiveCapture("any", kernel_filter="ip6 and tcp and not vlan")) as tap:
        for name in ("tagged IPv6", "IPv6"):
            send(FRAMES[name][1])
        assert len(seen(tap)) == 2
    for expression, problem in (("vlan x", "not understood"), ("vlan 9999", "not understood: VLAN tag 9999")):
        with pytest.raises(CannotCaptureError, match=problem):
            LiveCapture("near", kernel_filter=expression)


def test_a_tag_cannot_be_asked_for_without_loopback(send: Callable[[bytes], None]) -> None:
    ip("link set lo down")
    try:
        with pytest.raises(CannotCaptureError, match="says vlan, which needs lo: "):
            LiveCapture("near", kernel_filter="vlan")
    finally:
        ip("link set lo up")


def test_an_empty_expression_takes_all(send: Callable[[bytes], None]) -> None:
    with closing(LiveCapture("near", kernel_filter="")) as tap:
        assert let_in(tap, send) == set(FRAMES)


def test_an_expression_that_one_link_type_has_not(send: Callable[[bytes], None]) -> None:
    """On `any` there are interfaces without Ethernet, which an address of Ethernet cannot be asked of."""
    with closing(LiveCapture("any", kernel_filter="ether src 02:00:00:00:00:02 and tcp")) as tap:
        send(ethernet(ipv4(tcp())))
        assert len(seen(tap)) == 2
    with pytest.raises(CannotCaptureError, match="not understood"):
        kernel_filter([65534], (), "ether src 02:00:00:00:00:02")


def test_a_program_that_the_kernel_would_not_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kacap.capture.live_filter.MOST_INSTRUCTIONS", 20)
    with pytest.raises(CannotCaptureError, match=r"the filter is too long: .* the kernel takes 20"):
        kernel_filter([1], (), "tcp portrange 1000-1010 and host 192.0.2.1")
