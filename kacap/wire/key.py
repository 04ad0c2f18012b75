"""The key of one direction of a 4-tuple: source, destination, source port, destination port, in network order.

12 bytes for IPv4, 36 for IPv6.
"""

from typing import Final

from librt.strings import BytesWriter, read_i16_le, read_i32_le, read_i64_be, write_i16_le, write_i32_le
from mypy_extensions import i64

NO_PORTS: Final = -1
"""In place of ports that were not read as a number."""

_LOW: Final = 0xFFFFFFFF


def numbers_of(key: bytes) -> tuple[i64, i64]:
    """Both addresses as one signed number, and both ports as one; of IPv6 none, and NO_PORTS."""
    if len(key) != 12:
        return 0, NO_PORTS
    return read_i64_be(key, 0), read_i64_be(key, 4) & _LOW


def reverse(key: bytes) -> bytes:
    """The key of the other direction."""
    if len(key) == 12:
        writer = BytesWriter()
        write_i32_le(writer, read_i32_le(key, 4))
        write_i32_le(writer, read_i32_le(key, 0))
        write_i16_le(writer, read_i16_le(key, 10))
        write_i16_le(writer, read_i16_le(key, 8))
        return writer.getvalue()
    return key[16:32] + key[:16] + key[34:] + key[32:34]
