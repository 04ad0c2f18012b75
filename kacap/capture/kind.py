"""What a file is, by its first bytes: one of the two formats that are read, or something that deserves a clear refusal.

Rules: the name of a file is never looked at. A refusal says what the file seems to be and what to do with it; no text
from the file is repeated.
"""

from struct import unpack_from

from kacap.capture import pcapng
from kacap.capture.pcap import VARIANTS, PcapReader
from kacap.capture.pcapng import PcapngReader
from kacap.errors import NotACaptureError

HEAD_BYTES = 12
"""Enough to choose a reader; a refusal looks at what else came with them, but no pipe is asked for more."""

Reader = type[PcapReader] | type[PcapngReader]

_CONVERT = "convert it with: editcap -F pcapng IN OUT"
_UNPACK = "unpack it first"
_RECORD = "record one with: tcpdump -w FILE"

_FOREIGN: tuple[tuple[bytes, str, str], ...] = (
    # how it begins, what it is, what to do
    (b"snoop\0\0\0", "a snoop capture (Solaris)", _CONVERT),
    (b"RTSS", "a Microsoft NetMon 1 capture", _CONVERT),
    (b"GMBU", "a Microsoft NetMon 2 capture", _CONVERT),
    (b"iptrace 1.0", "an AIX iptrace capture", _CONVERT),
    (b"iptrace 2.0", "an AIX iptrace capture", _CONVERT),
    (b"XCP\0", "a Network Associates Sniffer capture", _CONVERT),
    (b"TRSNIFF data", "a Network General Sniffer capture", _CONVERT),
    (b"\x7fver", "an OmniPeek capture", _CONVERT),
    (b"\x05VNF", "a Visual Networks capture", _CONVERT),
    (b"\xaa\xaa\xaa\xaa", "a 5Views capture", _CONVERT),
    (b"btsnoop\0", "a Bluetooth snoop log", "it holds no TCP"),
    (b"\xab\x01\x00\x1c", "a capture of an Ixia hardware port", _CONVERT),
    (b"\xac\x01\x00\x1c", "a capture of an Ixia software port", _CONVERT),
    (b"\x1c\x00\x01\xab", "a capture of an Ixia hardware port", _CONVERT),
    (b"\x1c\x00\x01\xac", "a capture of an Ixia software port", _CONVERT),
    (b"\x1f\x8b", "gzip data packed twice", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "zstd data packed twice", _UNPACK),
    (b"\x04\x22\x4d\x18", "lz4 data packed twice", _UNPACK),
    (b"\x02\x21\x4c\x18", "a legacy lz4 file", _UNPACK),
    (b"BZh", "a bzip2 file", _UNPACK),
    (b"\xfd7zXZ\0", "an xz file", _UNPACK),
    (b"PK\x03\x04", "a ZIP archive", _UNPACK),
    (b"PK\x05\x06", "an empty ZIP archive", _RECORD),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", _UNPACK),
    (b"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    (b"%PDF", "a PDF document", _RECORD),
    (b"\x7fELF", "a program (ELF)", _RECORD),
    (b"MZ", "a program (Windows)", _RECORD),
    (b"\x89PNG", "a picture (PNG)", _RECORD),
    (b"SQLite format 3\0", "an SQLite database", _RECORD),
)

_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\f\r\x1b") + b"\x7f"


def recognise(head: bytes, name: str) -> Reader:
    """The reader for a file that begins with `head`. Raises NotACaptureError, which says what it is instead."""
    if head[:4] in VARIANTS:
        return PcapReader
    if head.startswith(pcapng.SECTION_MAGIC) and (len(head) < 12 or head[8:12] in pcapng.BYTE_ORDERS):
        return PcapngReader
    what, advice = _foreign(head)
    raise NotACaptureError(f"{name}: this is {what}, not a pcap or pcapng capture; {advice}")


def _foreign(head: bytes) -> tuple[str, str]:
    for magic, what, advice in _FOREIGN:
        if head.startswith(magic):
            return what, advice
    if head[257:262] == b"ustar":
        return "a tar archive", _UNPACK
    if _is_text(head):
        return _text(head)
    if _is_erf(head):
        return "an Endace ERF capture", _CONVERT
    return f"of no kind that is known here (it begins with {head[:8].hex(' ')})", _RECORD


def _text(head: bytes) -> tuple[str, str]:
    words = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if words.startswith(b"{") and b'"log"' in words:
        return "a HAR file (a browser's log)", f"kacap reads packets: {_RECORD}"
    if words[:1] in {b"{", b"["}:
        return "JSON text", _RECORD
    if words.startswith(b"<"):
        return "XML or HTML text", _RECORD
    if words[2:3] == b":" and b" > " in words and (b" IP " in words or b" IP6 " in words):
        return "what tcpdump prints", "have the packets themselves written with: tcpdump -w FILE"
    return "text", _RECORD


def _is_text(head: bytes) -> bool:
    try:
        head.decode()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:  # a character may be cut by the end of the block
            return False
    return not any(byte in _CONTROLS for byte in head[:4096])


def _is_erf(head: bytes) -> bool:
    """ERF has no magic number: two records in a row must make sense (type, length, seconds not far apart)."""
    if len(head) < 16:
        return False
    (length,) = unpack_from(">H", head, 10)
    if not 1 <= head[8] & 0x7F <= 48 or length < 16 or len(head) < length + 16:
        return False
    seconds, next_seconds = unpack_from("<I", head, 4)[0], unpack_from("<I", head, length + 4)[0]
    return abs(int(next_seconds) - int(seconds)) < 86_400 and head[length + 8] & 0x7F == head[8] & 0x7F
