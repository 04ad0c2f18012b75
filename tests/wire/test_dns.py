"""DNS messages: what was asked, which addresses came back, and that no message hurts."""

import time
from struct import pack

import dpkt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.layers.dns import DNS, DNSQR, DNSRR

from kacap.wire import Datagram, Decoder
from kacap.wire.dns import DnsMessage, read_dns
from tests.wire.build import CLIENT, CLIENT6, SERVER, SERVER6, ethernet, frame, ipv4, ipv6, udp

HANGS_AFTER_S = 20
"""A guard against what never ends, not a measurement."""

NAME = b"\x03www\x07Example\x03org\x00"
QUESTION = NAME + pack(">HH", 1, 1)
A = bytes([192, 0, 2, 1])
AAAA = bytes.fromhex("20010db8000000000000000000000001")


def header(questions: int, answers: int, flags: int = 0x8180) -> bytes:
    return pack(">HHHHHH", 0x1234, flags, questions, answers, 0, 0)


def record(kind: int, data: bytes, owner: bytes = b"\xc0\x0c", family: int = 1) -> bytes:
    return owner + pack(">HHIH", kind, family, 60, len(data)) + data


READ = [
    ("query", header(1, 0, 0x0100) + QUESTION, DnsMessage(0x1234, False, ("www.example.org",), ())),
    ("a", header(1, 1) + QUESTION + record(1, A), DnsMessage(0x1234, True, ("www.example.org",), (A,))),
    (
        "cname, then both families",
        header(1, 3) + QUESTION + record(5, b"\x03cdn\xc0\x10") + record(1, A, NAME) + record(28, AAAA),
        DnsMessage(0x1234, True, ("www.example.org",), (A, AAAA)),
    ),
    (
        "a type that dpkt does not know",
        header(1, 2) + QUESTION + record(65, b"\x00\x01\x00") + record(1, A),
        DnsMessage(0x1234, True, ("www.example.org",), (A,)),
    ),
    (
        "answers cut",
        header(1, 2) + QUESTION + record(1, A) + record(1, A)[:-1],
        DnsMessage(0x1234, True, ("www.example.org",), (A,)),
    ),
    (
        "another class",
        header(1, 1) + QUESTION + record(1, A, family=3),
        DnsMessage(0x1234, True, ("www.example.org",), ()),
    ),
    (
        "address of a wrong size",
        header(1, 1) + QUESTION + record(1, AAAA),
        DnsMessage(0x1234, True, ("www.example.org",), ()),
    ),
    ("no question", header(0, 1) + record(1, A, b"\x00"), DnsMessage(0x1234, True, (), (A,))),
]


@pytest.mark.parametrize(("payload", "message"), [row[1:] for row in READ], ids=[row[0] for row in READ])
def test_read(payload: bytes, message: DnsMessage) -> None:
    assert read_dns(payload) == message


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        bytes(11),
        header(1, 0),
        header(1, 0) + QUESTION[:-1],
        header(1, 0) + b"\xc0\x0c\x00\x01\x00\x01",
        header(1, 0) + b"\xc0",
        header(1, 0) + b"\x05ab",
        header(1, 0) + b"\x02\xff\xfe\x00\x00\x01\x00\x01",
        header(65535, 0) + QUESTION * 10,
    ],
)
def test_not_dns(payload: bytes) -> None:
    assert read_dns(payload) is None


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 4), st.integers(0, 65535))
def test_never_raises(rest: bytes, questions: int, answers: int) -> None:
    for payload in (rest, header(questions, answers) + rest, header(1, answers) + QUESTION + rest):
        message = read_dns(payload)
        assert message is None or all(len(address) in (4, 16) for address in message.addresses)


def test_pointers_to_pointers_cost_little() -> None:
    chain = b"".join(pack(">H", 0xC000 | (12 + 2 * max(index - 1, 0))) for index in range(8000))
    payload = header(4, 65535) + chain + (b"\xff\xfd" + bytes(10)) * 4000
    began = time.perf_counter()
    read_dns(payload)
    assert time.perf_counter() - began < HANGS_AFTER_S


@settings(max_examples=60, deadline=None)
@given(st.ip_addresses(v=4), st.ip_addresses(v=6), st.integers(0, 65535))
def test_equals_dpkt_on_what_scapy_built(a: object, aaaa: object, number: int) -> None:
    built = DNS(
        id=number,
        qr=1,
        qd=DNSQR(qname="www.example.org"),
        an=DNSRR(rrname="www.example.org", type="A", rdata=str(a))
        / DNSRR(rrname="b.org", type="AAAA", rdata=str(aaaa)),
        ancount=2,
    )
    payload = bytes(built)
    message = read_dns(payload)
    oracle = dpkt.dns.DNS(payload)
    assert message is not None
    assert (message.id, message.is_response) == (oracle.id, bool(oracle.qr))
    assert message.names == tuple(question.name for question in oracle.qd)
    assert message.addresses == (oracle.an[0].rdata, oracle.an[1].rdata)


@pytest.mark.parametrize("ports", [(53, 40000), (40000, 53), (53, 4789), (4789, 53)])
def test_datagrams_of_the_dns_port(ports: tuple[int, int]) -> None:
    source_port, port = ports
    data = ethernet(ipv4(udp(b"payload", port, source_port), 17)) + b"padding"
    datagram = Decoder().decode(frame(data, number=3, time_ns=4))
    assert isinstance(datagram, Datagram)
    assert (datagram.frame, datagram.time_ns, datagram.payload) == (3, 4, b"payload")
    assert (datagram.source, datagram.destination) == (CLIENT, SERVER)
    assert (datagram.source_port, datagram.destination_port) == (source_port, port)


def test_a_datagram_over_ipv6() -> None:
    datagram = Decoder().decode(frame(ethernet(ipv6(udp(b"x", 53), 17), 0x86DD)))
    assert isinstance(datagram, Datagram)
    assert (datagram.source, datagram.destination, datagram.payload) == (CLIENT6, SERVER6, b"x")
