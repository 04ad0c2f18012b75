"""Frames → a pcap file with nanoseconds (magic a1b23c4d), as they come.

Rules:
- Whole records are handed to the system at the latest `LATEST_NS` of capture time after they came, and whenever `flush`
  is called: who calls it each second loses no more than that to a SIGKILL.
- A pcap file has one link type: that of the first frame, which is that of all frames of one live capture.
- What fails after the file was opened (a full disk) ends the saving, not the capture: a warning line, and a file that
  ends with a whole record.
- Such a file holds all that was said, cookies and passwords too: a new one is for its owner alone.
"""

import os
from struct import Struct
from typing import Final

from kacap.capture.live_links import ETHERNET
from kacap.errors import CannotSaveError
from kacap.wire.frame import Frame

LATEST_NS: Final = 500_000_000
PENDING_BYTES: Final = 1 << 18
_LONGEST_RECORD: Final = 1 << 18
_FILE_HEADER: Final = Struct("=IHHiIII")
_RECORD_HEADER: Final = Struct("=4I")
_MAGIC: Final = 0xA1B23C4D
_OWNER_ONLY: Final = 0o600


class Saving:
    """A file that frames are saved to; an older one of that name is overwritten. Raises CannotSaveError."""

    def __init__(self, path: str, warnings: list[str]) -> None:
        self._path = path
        self._warnings = warnings
        try:
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _OWNER_ONLY)
        except (OSError, ValueError) as error:
            raise CannotSaveError(f"{path}: cannot be written: {getattr(error, 'strerror', error)}") from error
        self._pending = bytearray()
        self._since_ns = 0
        self._written_bytes = 0
        self.failed = False
        """The file could not be written any further."""

    def add(self, frame: Frame) -> None:
        """Take a copy of the frame."""
        if self.failed:
            return
        if not self._pending:
            self._since_ns = frame.time_ns
            if not self._written_bytes:
                self._pending += _header(frame.link_type)
        seconds, nanoseconds = divmod(frame.time_ns, 1_000_000_000)
        self._pending += _RECORD_HEADER.pack(seconds, nanoseconds, frame.end - frame.start, frame.wire_bytes)
        self._pending += frame.data[frame.start : frame.end]
        if len(self._pending) >= PENDING_BYTES or frame.time_ns - self._since_ns >= LATEST_NS:
            self.flush()

    def flush(self) -> None:
        """Hand what waits to the system; a failure is a warning line, once."""
        if self.failed or not self._pending:
            return
        rest = memoryview(self._pending)
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
            self._written_bytes += len(self._pending)
        except OSError as error:
            self._give_up(error)
        self._pending = bytearray()

    def close(self) -> None:
        """Write what waits, and end the file. One without frames is a capture all the same."""
        if not self._written_bytes and not self._pending:
            self._pending += _header(ETHERNET)
        self.flush()
        os.close(self._file)

    def _give_up(self, problem: OSError) -> None:
        self.failed = True
        self._warnings.append(
            f"{self._path}: cannot be written any further: {problem.strerror}; what was saved before stays, and the "
            "capture goes on"
        )
        try:
            os.ftruncate(self._file, self._written_bytes)
        except OSError as error:  # a pipe
            self._warnings.append(f"{self._path}: its last record is cut off: {error.strerror}")


def _header(link_type: int) -> bytes:
    return _FILE_HEADER.pack(_MAGIC, 2, 4, 0, 0, _LONGEST_RECORD, link_type)
