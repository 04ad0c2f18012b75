"""pcapng files (draft-ietf-opsawg-pcapng): sections of blocks, each block with its length at both ends.

Rules: a section sets the byte order and forgets the interfaces before it; a packet belongs to an interface, which gives
its link type and its clock. Enhanced packet blocks take the fast path when all about them is right; everything else
goes through `_block`, which either handles it, or raises, or leaves a sound packet block to the fast path. Unknown
blocks are skipped. Every packet block is one frame; blocks that are no packets and that Wireshark numbers all the same
use up a number, so that frame numbers agree. The two lengths of a block prove each other, so neither padding nor the
size of a packet is held against a file.
"""

from collections.abc import Iterator
from struct import Struct

from kacap.capture.window import Window
from kacap.wire.frame import Frame, SourceInfo
from kacap.wire.share import Share

SECTION_HEADER = 0x0A0D0D0A
INTERFACE_DESCRIPTION = 1
OBSOLETE_PACKET = 2
SIMPLE_PACKET = 3
INTERFACE_STATISTICS = 5
ENHANCED_PACKET = 6

NUMBERED_BLOCKS = frozenset({0x9, 0x204, 0x216, 0x221, 0xBAD, 0x40000BAD})
"""Journal export, system calls (sysdig), custom blocks: no packets, yet Wireshark gives each a frame number."""

SECTION_MAGIC = b"\x0a\x0d\x0d\x0a"
BYTE_ORDERS = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}

BLOCK_LIMIT_BYTES = 1 << 24
"""Wireshark's and libpcap's bound too; a longer block is damage."""
INTERFACES_LIMIT = 1 << 16
TIME_LIMIT_NS = (1 << 62) - 1
"""Times are kept within ± this (the years 1824 to 2115), so that each of them has a date and is a machine integer."""

_PACKET_BYTES = 32  # an enhanced or obsolete packet block without its data
_LEAST_BODY = {  # bytes of the fixed fields, with both lengths and the type
    SECTION_HEADER: 28,
    INTERFACE_DESCRIPTION: 20,
    OBSOLETE_PACKET: _PACKET_BYTES,
    SIMPLE_PACKET: 16,
    INTERFACE_STATISTICS: 24,
    ENHANCED_PACKET: _PACKET_BYTES,
}

_IF_TSRESOL, _IF_TSOFFSET, _ISB_IFDROP, _ISB_OSDROP = 9, 14, 5, 7


class Layout:
    """The fields of the blocks in one byte order."""

    __slots__ = ("dropped", "enhanced", "head", "length", "link", "obsolete", "offset", "option", "simple", "version")

    def __init__(self, order: str) -> None:
        self.head = Struct(order + "II")
        self.length = Struct(order + "I")
        self.version = Struct(order + "H")
        self.link = Struct(order + "HHI")
        self.enhanced = Struct(order + "IIIIIII")
        self.obsolete = Struct(order + "HHIIII")
        self.simple = Struct(order + "I")
        self.option = Struct(order + "HH")
        self.offset = Struct(order + "q")
        self.dropped = Struct(order + "Q")


_LAYOUTS = {order: Layout(order) for order in BYTE_ORDERS.values()}


class Interface:
    """What a packet takes from its interface. A time is `ticks * multiplier // divisor + offset_ns`."""

    __slots__ = ("divisor", "dropped_frames", "link_type", "multiplier", "offset_ns", "snaplen")

    def __init__(self, link_type: int, snaplen: int, resolution: int, offset_ns: int) -> None:
        self.link_type = link_type
        self.snaplen = snaplen
        exponent = resolution & 0x7F
        ticks_per_second = 1 << exponent if resolution & 0x80 else 10**exponent
        self.multiplier = 1_000_000_000
        self.divisor = ticks_per_second
        if self.multiplier % self.divisor == 0:
            self.multiplier //= self.divisor
            self.divisor = 1
        self.offset_ns = offset_ns
        self.dropped_frames: int | None = None

    def time_ns(self, ticks: int) -> int:
        """Nanoseconds since the epoch."""
        return ticks * self.multiplier // self.divisor + self.offset_ns


class PcapngReader:
    """The frames of one pcapng file, numbered from 1; with `share`, without those that it passes over."""

    format = "pcapng"

    __slots__ = (
        "_info",
        "_interfaces",
        "_layout",
        "_share",
        "_time_ns",
        "_timeless",
        "_times_moved",
        "_window",
        "count",
    )

    def __init__(self, window: Window, info: SourceInfo, share: Share | None = None) -> None:
        self._window = window
        self._share = share
        self._info = info
        self._interfaces: list[Interface] = []
        self._layout = _LAYOUTS["<"]
        self._time_ns = 0
        self._timeless = self._times_moved = 0
        self.count = 0
        """The number of the last frame before the block at hand; of the last one once `frames` has ended."""

    def frames(self) -> Iterator[Frame]:
        """Yield every whole packet. Raises Damage where the file cannot be followed any further."""
        window = self._window
        interfaces = self._interfaces
        data = b""
        pos = 0
        frame = Frame(0, 0, 0, data, 0, 0, 0)
        share = self._share
        while True:
            size = len(data)
            frame.data = data
            known = len(interfaces)
            number = self.count
            time_ns = self._time_ns
            unpack = self._layout.enhanced.unpack_from
            unpack_length = self._layout.length.unpack_from
            while size - pos >= _PACKET_BYTES:
                kind, length, interface_id, high, low, captured, wire = unpack(data, pos)
                following = pos + length
                if (
                    kind != ENHANCED_PACKET
                    or following > size
                    or captured > length - _PACKET_BYTES
                    or interface_id >= known
                    or unpack_length(data, following - 4)[0] != length
                ):
                    break
                interface = interfaces[interface_id]
                time_ns = ((high << 32) | low) * interface.multiplier // interface.divisor + interface.offset_ns
                if time_ns >= TIME_LIMIT_NS or time_ns < -TIME_LIMIT_NS:
                    time_ns = self._odd_time_ns(interface, high, low)
                number += 1
                if share is not None and share.passes(data, pos + 28, captured, interface.link_type, number, time_ns):
                    pos = following
                    continue
                frame.number = number
                frame.time_ns = time_ns
                frame.link_type = interface.link_type
                frame.start = pos + 28
                frame.end = pos + 28 + captured
                frame.wire_bytes = wire if wire > captured else captured
                yield frame
                pos = following
            self.count = number
            self._time_ns = time_ns
            pos = window.need(pos, 12)
            if pos < 0:
                return
            kind, length = self._head(pos)
            pos = window.need(pos, length)
            data = window.data
            if self._layout.length.unpack_from(data, pos + length - 4)[0] != length:
                raise window.damage(pos, "the two lengths of a block differ")
            rare = self._block(kind, data, pos, length)
            if rare is not None:
                self.count = rare.number
                self._time_ns = rare.time_ns
                yield rare
            if kind != ENHANCED_PACKET:
                pos += length

    def notes(self) -> list[str]:
        """What a reader of the report should know about the times."""
        notes = []
        if self._timeless:
            notes.append(f"{self._timeless} simple packet blocks carry no time: each got the time of the frame before")
        if self._times_moved:
            notes.append(
                f"{self._times_moved} frames have a time outside of the years 1824 to 2115: moved to the nearest date"
            )
        return notes

    def _head(self, pos: int) -> tuple[int, int]:
        """Type and checked length of the block at `pos`; a section sets the byte order first."""
        window = self._window
        if window.data[pos : pos + 4] == SECTION_MAGIC:
            order = BYTE_ORDERS.get(window.data[pos + 8 : pos + 12])
            if order is None:
                raise window.damage(pos, "a section without a byte order")
            self._layout = _LAYOUTS[order]
        kind, length = self._layout.head.unpack_from(window.data, pos)
        if length < _LEAST_BODY.get(kind, 12) or length > BLOCK_LIMIT_BYTES:
            raise window.damage(pos, f"a block of type {kind:#x} claims {length} bytes")
        return kind, length

    def _block(self, kind: int, data: bytes, pos: int, length: int) -> Frame | None:
        """Handle the whole block `data[pos:pos + length]`; a frame when it is a packet of the two rare kinds."""
        if kind == ENHANCED_PACKET:
            _, _, interface_id, _, _, captured, _ = self._layout.enhanced.unpack_from(data, pos)
            self._interface(pos, interface_id)
            self._check_captured(pos, captured, length - _PACKET_BYTES)
        elif kind == INTERFACE_DESCRIPTION:
            self._describe_interface(data, pos, length)
        elif kind == OBSOLETE_PACKET:
            interface_id, _, high, low, captured, wire = self._layout.obsolete.unpack_from(data, pos + 8)
            interface = self._interface(pos, interface_id)
            self._check_captured(pos, captured, length - _PACKET_BYTES)
            time_ns = interface.time_ns((high << 32) | low)
            if time_ns >= TIME_LIMIT_NS or time_ns < -TIME_LIMIT_NS:
                time_ns = self._odd_time_ns(interface, high, low)
            start = pos + 28
            wire = max(wire, captured)
            return Frame(self.count + 1, time_ns, interface.link_type, data, start, start + captured, wire)
        elif kind == SIMPLE_PACKET:
            (wire,) = self._layout.simple.unpack_from(data, pos + 8)
            interface = self._interface(pos, 0)
            captured = min(wire, interface.snaplen or wire)
            self._check_captured(pos, captured, length - 16)
            self._timeless += 1
            start = pos + 12
            return Frame(self.count + 1, self._time_ns, interface.link_type, data, start, start + captured, wire)
        elif kind == INTERFACE_STATISTICS:
            self._count_dropped(data, pos, length)
        elif kind in NUMBERED_BLOCKS:
            self.count += 1
        elif kind == SECTION_HEADER:
            (major,) = self._layout.version.unpack_from(data, pos + 12)
            if major != 1:
                raise self._window.damage(pos, f"a section of pcapng version {major}, only version 1 is known")
            self._interfaces.clear()
        return None

    def _interface(self, pos: int, interface_id: int) -> Interface:
        if interface_id >= len(self._interfaces):
            raise self._window.damage(pos, f"a packet of interface {interface_id}, which was never described")
        return self._interfaces[interface_id]

    def _check_captured(self, pos: int, captured: int, room: int) -> None:
        if captured > room:
            raise self._window.damage(pos, f"a packet claims {captured} captured bytes in a block with {room}")

    def _describe_interface(self, data: bytes, pos: int, length: int) -> None:
        link_type, _, snaplen = self._layout.link.unpack_from(data, pos + 8)
        resolution = 6
        offset_ns = 0
        for code, start, size in self._options(data, pos + 16, pos + length - 4):
            if code == _IF_TSRESOL and size == 1:
                resolution = data[start]
            elif code == _IF_TSOFFSET and size == 8:
                offset_ns = self._layout.offset.unpack_from(data, start)[0] * 1_000_000_000
        if len(self._interfaces) == INTERFACES_LIMIT:
            raise self._window.damage(pos, f"a section with more than {INTERFACES_LIMIT} interfaces")
        self._interfaces.append(Interface(link_type, snaplen, resolution, offset_ns))

    def _count_dropped(self, data: bytes, pos: int, length: int) -> None:
        """Counters run from the start of the capture: the latest block of an interface replaces those before it."""
        (interface_id,) = self._layout.length.unpack_from(data, pos + 8)
        if interface_id >= len(self._interfaces):
            return
        interface = self._interfaces[interface_id]
        dropped = [
            self._layout.dropped.unpack_from(data, start)[0]
            for code, start, size in self._options(data, pos + 20, pos + length - 4)
            if code in {_ISB_IFDROP, _ISB_OSDROP} and size == 8
        ]
        if dropped:
            self._info.dropped_frames = (
                (self._info.dropped_frames or 0) - (interface.dropped_frames or 0) + sum(dropped)
            )
            interface.dropped_frames = sum(dropped)

    def _options(self, data: bytes, pos: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Code, start and size of each option; one that overruns its block ends the list."""
        while end - pos >= 4:
            code, size = self._layout.option.unpack_from(data, pos)
            pos += 4
            if code == 0 or pos + size > end:
                return
            yield code, pos, size
            pos += size + -size % 4

    def _odd_time_ns(self, interface: Interface, high: int, low: int) -> int:
        """Some writers store a time before the epoch as a negative number; anything else moves to the nearest date."""
        ticks = (high << 32) | low
        time_ns = interface.time_ns(ticks - (1 << 64) if high >> 31 else ticks)
        if -TIME_LIMIT_NS <= time_ns < TIME_LIMIT_NS:
            return time_ns
        self._times_moved += 1
        return min(max(time_ns, -TIME_LIMIT_NS), TIME_LIMIT_NS - 1)
