"""The TCP header that an ICMP error quotes (RFC 792, RFC 4443 section 3)."""

from struct import Struct
from typing import Final

from kacap.wire import protocols as p
from kacap.wire.frame import Frame
from kacap.wire.quoted import NUMBERED_BYTES, Quoted

_ERRORS: Final = {1: frozenset({3, 4, 5, 11, 12}), 58: frozenset({1, 2, 3, 4})}
"""Types that quote the packet they complain about, for ICMP and ICMPv6."""
_UNREACHABLE: Final = {1: 3, 58: 1}
_FRAGMENTATION_NEEDED: Final = 4
"""The code of an ICMP "unreachable" that a smaller packet gets round; ICMPv6 has a type of its own for it."""
_ERROR_HEADER_BYTES: Final = 8
_MAX_EXTENSIONS: Final = 8
_TCP: Final = Struct(">4xI4xH").unpack_from


def quoted_by(frame: Frame, data: bytes, protocol: int, at: int, end: int) -> Quoted | None:
    """The header quoted by the ICMP (protocol 1) or ICMPv6 (58) message at `data[at:end]`, if it quotes TCP.

    None also when fewer than 16 bytes of it are quoted, and for a fragment behind the first.
    """
    if end <= at or data[at] not in _ERRORS[protocol]:
        return None
    unreachable = data[at] == _UNREACHABLE[protocol]
    at += _ERROR_HEADER_BYTES
    if end - at < 20:
        return None
    if protocol == 1:
        addresses = data[at + 12 : at + 20]
        inner = data[at + 9]
        unreachable = unreachable and data[at - _ERROR_HEADER_BYTES + 1] != _FRAGMENTATION_NEEDED
        header = (data[at] & 0x0F) << 2
        fragment_offset = data[at + 6] << 8 & 0x1F00 | data[at + 7]
        if data[at] >> 4 != 4 or header < 20 or fragment_offset:
            return None
        at += header
    else:
        if end - at < 40 or data[at] >> 4 != 6:
            return None
        addresses = data[at + 8 : at + 40]
        inner = data[at + 6]
        at += 40
        for _ in range(_MAX_EXTENSIONS):
            if inner not in p.EXTENSIONS or end - at < 8:
                break
            inner, words = data[at], data[at + 1]
            at += (words + 1) << 3
    if inner != p.TCP or end - at < NUMBERED_BYTES:
        return None
    seq, offset_flags = _TCP(data, at)
    key = addresses + data[at : at + 4]
    return Quoted(frame.number, frame.time_ns, key, seq, offset_flags & 0x3F, p.IP_WORDS[protocol], unreachable)
