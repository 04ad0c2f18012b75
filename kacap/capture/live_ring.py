"""The memory that the kernel and this process share: frames come in blocks, and a frame costs no system call.

A frame taken from the ring costs some 0.5 µs, with its time and length; one from scapy's recv_raw 3.5 µs, one from the
same socket through recvmsg_into 3.9 µs: each is a system call, and ancillary data in objects of their own.

Rules (packet(7), PACKET_MMAP with TPACKET_V3):
- The kernel hands over a block when it is full, or `LATEST_MS` after it began; it is copied once, given back at once,
  and its frames are windows of that copy, as those of a file are.
- A frame that is larger than a block is cut there, and says how long it was.
- The blocks are the buffer: while this process does other things, `RING_BYTES` may arrive, and on a quiet interface a
  block each `LATEST_MS`. Where memory is short, half of that is asked for, down to `LEAST_BYTES`.
"""

import mmap
from errno import ENOMEM
from socket import socket
from struct import Struct
from typing import Final

BLOCK_BYTES: Final = 1 << 18
RING_BYTES: Final = 1 << 26
LEAST_BYTES: Final = 1 << 20
LATEST_MS: Final = 20

SOL_PACKET: Final = 263
_PACKET_RX_RING, _PACKET_STATISTICS, _PACKET_VERSION = 5, 6, 10
_TPACKET_V3: Final = 2
_REQUEST: Final = Struct("=7I")
_STATISTICS: Final = Struct("=3I")
_FRAME_BYTES: Final = 1 << 11
"""Only divides the block, where frames lie one behind the other."""
_WORDS_PER_BLOCK: Final = BLOCK_BYTES // 4
_STATUS, _BYTES_IN_USE = 2, 5
"""Which words of a block say whose it is, and where its last frame ends."""
_OURS: Final = 1

HEAD: Final = Struct("=12x2I").unpack_from
"""Of a block: how many frames, and where the first is."""
FRAME: Final = Struct("=6I2H4xIH").unpack_from
"""Of a frame, which follows: bytes to the next, seconds, nanoseconds, bytes here, bytes on the wire, status, where it
begins, where its IP begins, VLAN tag, type of that tag."""
SENDER: Final = Struct("=48x2xHiHBB8s").unpack_from
"""Of its struct sockaddr_ll: protocol as on the wire, interface, kind, direction, bytes of address, address."""
IS_TAGGED: Final = 1 << 4
HAS_TAG_TYPE: Final = 1 << 6


class Ring:
    """The blocks of one packet socket, in turn."""

    def __init__(self, tap: socket, ring_bytes: int = RING_BYTES) -> None:
        """Ask the kernel for the blocks; what the socket has queued so far is thrown away. Raises OSError."""
        self._tap = tap
        self._blocks = set_up(tap, ring_bytes // BLOCK_BYTES)
        self._memory = mmap.mmap(tap.fileno(), self._blocks * BLOCK_BYTES)
        self._bytes = memoryview(self._memory)
        self._words = self._bytes.cast("I")
        self._next = 0
        self.count_drops()  # those of the time before

    def take(self) -> bytes | None:
        """The next block that is ours, or None."""
        first = self._next * _WORDS_PER_BLOCK
        if not self._words[first + _STATUS] & _OURS:
            return None
        at = self._next * BLOCK_BYTES
        block = bytes(self._bytes[at : at + self._words[first + _BYTES_IN_USE]])
        self._words[first + _STATUS] = 0
        self._next = (self._next + 1) % self._blocks
        return block

    def count_drops(self) -> int:
        """Frames that found no room since the last call."""
        counts = self._tap.getsockopt(SOL_PACKET, _PACKET_STATISTICS, _STATISTICS.size)
        drops: int = _STATISTICS.unpack(counts)[1]
        return drops

    def close(self) -> None:
        """Give the memory back; the socket is closed by whom it belongs to."""
        self._words.release()
        self._bytes.release()
        self._memory.close()


def set_up(tap: socket, blocks: int) -> int:
    """How many blocks there are, after all. The kernel empties the queue of the socket when it makes them."""
    tap.setsockopt(SOL_PACKET, _PACKET_VERSION, _TPACKET_V3)
    while True:
        size = blocks * BLOCK_BYTES
        try:
            request = _REQUEST.pack(BLOCK_BYTES, blocks, _FRAME_BYTES, size // _FRAME_BYTES, LATEST_MS, 0, 0)
            tap.setsockopt(SOL_PACKET, _PACKET_RX_RING, request)
        except OSError as error:
            if error.errno != ENOMEM or size <= LEAST_BYTES:
                raise
            blocks //= 2
        else:
            return blocks
