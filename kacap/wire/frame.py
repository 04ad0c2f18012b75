"""A frame, and the facts about its source: all that the world hands to the core."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_extensions import i64


class Frame:
    """One captured link-layer frame.

    The bytes are a window `data[start:end]` of a block that many frames share, so that reading a file copies nothing
    per frame. A reader has one frame and moves it on: it is valid until the next is asked for, its `copy` for good.
    """

    __slots__ = ("data", "end", "link_type", "number", "start", "time_ns", "wire_bytes")

    def __init__(
        self, number: int, time_ns: int, link_type: int, data: bytes, start: int, end: int, wire_bytes: int
    ) -> None:
        self.number: i64 = number
        """1-based over the whole capture, as Wireshark counts."""
        self.time_ns: i64 = time_ns
        """Nanoseconds since the Unix epoch, from the capture, never from this machine's clock."""
        self.link_type: i64 = link_type
        """LINKTYPE_ number of the tcpdump registry."""
        self.data = data
        self.start: i64 = start
        self.end: i64 = end
        self.wire_bytes: i64 = wire_bytes
        """Length on the wire; larger than `end - start` when the snapshot length cut the frame."""

    def copy(self) -> "Frame":
        """A frame that stays as it is; it keeps its whole block alive."""
        return Frame(self.number, self.time_ns, self.link_type, self.data, self.start, self.end, self.wire_bytes)


@dataclass(slots=True)
class SourceInfo:
    """What only the source knows; complete once its frames have been read."""

    sources: list[str] = field(default_factory=list)
    """Names as the user gave them (`-` for standard input, an interface name when live)."""
    format: str = "unknown"
    """`pcap`, `pcapng` or `live`; `mixed` for several files of different formats."""
    dropped_frames: int | None = None
    """Frames that the kernel or the capture program says it lost; None when nobody said."""
    truncated_file: bool = False
    """A file ended in the middle of a record, or was damaged: all before that point was read."""
    warnings: list[str] = field(default_factory=list)
    """One clear line each; may hold raw text from the file, escaped by the renderer."""
