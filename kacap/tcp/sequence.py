"""Arithmetic on 32-bit sequence numbers, which wrap (RFC 9293 section 3.4)."""

from typing import Final

MASK: Final = 0xFFFFFFFF
_HALF: Final = 1 << 31


def distance(origin: int, target: int) -> int:
    """How far `target` lies after `origin`: negative when before, within -2**31 … 2**31 - 1."""
    return ((target - origin + _HALF) & MASK) - _HALF


def advance(seq: int, count: int) -> int:
    """The sequence number `count` bytes after `seq`."""
    return (seq + count) & MASK
