"""What is no capture is told what it is, and what to do with it."""

import gzip
import io
import tarfile
import zipfile
from pathlib import Path
from struct import pack

import pytest

from kacap.errors import CannotReadError, NotACaptureError
from tests.capture.build import read


def _zip() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writer:
        writer.writestr("a.pcap", b"")
    return archive.getvalue()


def _tar() -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as writer:
        writer.addfile(tarfile.TarInfo("a.pcap"))
    return archive.getvalue()


def _erf() -> bytes:
    return b"".join(
        pack("<II", 0, 1_700_000_000 + number) + pack(">BBHHH", 2, 4, 36, 0, 20) + bytes(20) for number in (1, 2)
    )


EDITCAP = "convert it with: editcap -F pcapng IN OUT"
REFUSED: dict[str, tuple[bytes, str, str]] = {
    "snoop": (b"snoop\0\0\0\0\0\0\x02\0\0\0\x04", "a snoop capture (Solaris)", EDITCAP),
    "netmon": (b"GMBU\0\x02" + bytes(40), "a Microsoft NetMon 2 capture", EDITCAP),
    "iptrace": (b"iptrace 2.0" + bytes(40), "an AIX iptrace capture", EDITCAP),
    "ixia": (b"\xac\x01\x00\x1c" + bytes(40), "a capture of an Ixia software port", EDITCAP),
    "erf": (_erf(), "an Endace ERF capture", EDITCAP),
    "zip": (_zip(), "a ZIP archive", "unpack it first"),
    "tar": (_tar(), "a tar archive", "unpack it first"),
    "xz": (b"\xfd7zXZ\0\0\x04", "an xz file", "unpack it first"),
    "gzip twice": (gzip.compress(gzip.compress(b"x")), "gzip data packed twice", "unpack it first"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3", "a PDF document", "tcpdump -w FILE"),
    "elf": (b"\x7fELF\x02\x01\x01" + bytes(9), "a program (ELF)", "tcpdump -w FILE"),
    "har": (b'{"log": {"version": "1.2", "entries": []}}', "a HAR file", "kacap reads packets"),
    "json": (b"\xef\xbb\xbf\n[1, 2]", "JSON text", "tcpdump -w FILE"),
    "pdml": (b'<?xml version="1.0"?><pdml>', "XML or HTML text", "tcpdump -w FILE"),
    "tcpdump's text": (
        b"12:00:00.000001 IP 192.0.2.1.80 > 192.0.2.9.51000: Flags [S.], seq 1\n",
        "what tcpdump prints",
        "tcpdump -w FILE",
    ),
    "text": ("día tras día".encode()[:-2], "text", "tcpdump -w FILE"),
    "tiny text": (b"x", "text", "tcpdump -w FILE"),
    "noise": (
        b"\x00\x81\x02\x03\x04\xff\x06\x07\x08",
        "of no kind that is known here (it begins with 00 81 02",
        "tcpdump",
    ),
    "a section without a byte order": (b"\x0a\x0d\x0d\x0a" + bytes(40), "of no kind that is known here", "tcpdump"),
    "empty": (b"", "is empty", "tcpdump -w FILE"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_refusals(tmp_path: Path, kind: str) -> None:
    content, what, advice = REFUSED[kind]
    path = tmp_path / "a.pcap"
    path.write_bytes(content)
    with pytest.raises(NotACaptureError) as refusal:
        read(path)
    message = str(refusal.value)
    assert message.startswith(f"{path}: ")
    assert what in message
    assert advice in message
    assert "\n" not in message


@pytest.mark.parametrize("kept", [4, 11])
def test_a_section_cut_before_its_byte_order_is_a_cut_capture(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "a.pcapng"
    path.write_bytes((b"\x0a\x0d\x0d\x0a" + bytes(40))[:kept])
    frames, info = read(path)
    assert (frames, info.format, info.truncated_file) == ([], "pcapng", True)


def test_names_that_cannot_be_read(tmp_path: Path) -> None:
    for name, reason in [("absent.pcap", "No such file"), ("absent*.pcap", "no file matches"), ("", "is a directory")]:
        with pytest.raises(CannotReadError, match=reason):
            read(tmp_path / name)
    with pytest.raises(CannotReadError, match="cannot be opened"):
        read("a\0b")
    with pytest.raises(CannotReadError, match="no capture was named"):
        read()


def test_a_file_that_may_not_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "a.pcap"
    path.write_bytes(b"")
    monkeypatch.setattr("kacap.capture.blocks.os.open", refuse)  # the super-user may read everything
    with pytest.raises(CannotReadError, match=r"a\.pcap: cannot be opened: Permission denied"):
        read(path)
