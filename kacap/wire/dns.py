"""What a DNS message asked and which addresses it answered (RFC 1035).

Question names are read by `dpkt.dns.unpack_name`, which follows only pointers that go backwards. The records are walked
here: dpkt refuses a whole message for one record of a type it does not know (HTTPS, RRSIG) or one TXT that is not
UTF-8, and it follows the pointers of every owner name, which a hostile message can make quadratic.
"""

import struct
from typing import NamedTuple

_HEADER_BYTES = 12
_MAX_QUESTIONS = 4
_MAX_ANSWERS = 64
_ADDRESS_BYTES = {1: 4, 28: 16}
"""Record type A and AAAA."""
_CLASS_IN = 1


class DnsMessage(NamedTuple):
    """One DNS query or response."""

    id: int
    is_response: bool
    names: tuple[str, ...]
    """The names asked, lower case, without the root dot. Text from the packet: escape before showing."""
    addresses: tuple[bytes, ...]
    """4 or 16 bytes each: all A and AAAA records of the answer section."""


def read_dns(payload: bytes) -> DnsMessage | None:
    """The message in a UDP payload; None when it is not DNS, or damaged before the end of its questions.

    Answers behind damage or a cut are left out. At most 4 questions and 64 answers are read.
    """
    if len(payload) < _HEADER_BYTES:
        return None
    number, flags, questions, answers = struct.unpack_from(">HHHH", payload)
    if questions > _MAX_QUESTIONS:
        return None
    names = []
    at = _HEADER_BYTES
    for _ in range(questions):
        name, at = _read_name(payload, at)
        if name is None or at + 4 > len(payload):
            return None
        names.append(name.lower())
        at += 4
    addresses = _read_addresses(payload, at, min(answers, _MAX_ANSWERS))
    return DnsMessage(number, flags & 0x8000 != 0, tuple(names), addresses)


def _read_name(payload: bytes, at: int) -> tuple[str | None, int]:
    # dpkt is imported on first need.
    from dpkt.dns import unpack_name  # noqa: PLC0415
    from dpkt.dpkt import UnpackError  # noqa: PLC0415

    try:
        name, after = unpack_name(payload, at)
    except (UnpackError, struct.error, IndexError, UnicodeError):
        return None, at
    return str(name), int(after)


def _read_addresses(payload: bytes, at: int, count: int) -> tuple[bytes, ...]:
    addresses = []
    for _ in range(count):
        at = _after_name(payload, at)
        if at + 10 > len(payload):
            break
        kind, family, _ttl, size = struct.unpack_from(">HHIH", payload, at)
        at += 10
        if at + size > len(payload):
            break
        if family == _CLASS_IN and size == _ADDRESS_BYTES.get(kind):
            addresses.append(payload[at : at + size])
        at += size
    return tuple(addresses)


def _after_name(payload: bytes, at: int) -> int:
    """The offset behind a name, whose pointer is not followed; past the end when the name is cut."""
    while at < len(payload):
        size = payload[at]
        if size == 0:
            return at + 1
        if size >= 0xC0:
            return at + 2
        at += size + 1
    return at + 1
