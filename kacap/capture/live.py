"""A network interface → frames, while they happen.

Rules of the tap:
- scapy opens the raw socket (L2ListenSocket: every protocol, both directions) and is not asked again: nothing is
  dissected. Opening is the only step that needs a right.
- Frames are read from the ring that the kernel shares (`live_ring`), not one by one.
- What the socket saw before its filter was in place is thrown away with the queue that it waited in.
- Times are the kernel's, in nanoseconds. What the kernel had no room for is counted in `info.dropped_frames`.
- An interface that goes down is a warning line; one that is gone ends the capture, with a warning line.

How the parts meet: `interfaces` (which one) → `live_socket` (opened, with the filter of `live_filter` and
`live_expression`; or `live_right` says what is missing) → `live_ring` (blocks) → `live_links` (whole frames again).
"""

import os
import select
import time
from collections.abc import Collection, Iterator
from socket import SO_ERROR, SOL_SOCKET, if_nametoindex
from typing import Final

from kacap.capture.interfaces import ANY, find_interface, need_linux
from kacap.capture.live_expression import libpcap_is_here
from kacap.capture.live_links import KINDS, SLL2, VLAN, cooked, with_tag
from kacap.capture.live_ring import FRAME, HAS_TAG_TYPE, HEAD, IS_TAGGED, LATEST_MS, RING_BYTES, SENDER, Ring
from kacap.capture.live_socket import open_tap
from kacap.errors import CannotCaptureError
from kacap.wire.frame import Frame, SourceInfo

_LAST_BLOCK_S: Final = 4 * LATEST_MS / 1000
"""How long after its interface is gone the kernel may still hand over a block."""


class LiveCapture:
    """The frames of one interface, or of all (`any`), as they pass.

    `ports` (of TCP) and `kernel_filter` (an expression of pcap-filter(7)) choose what the kernel hands over; without
    them it is all. Raises CannotCaptureError when it cannot be opened.
    """

    info: SourceInfo

    def __init__(
        self,
        interface: str,
        *,
        ports: Collection[int] = (),
        kernel_filter: str | None = None,
        ring_bytes: int = RING_BYTES,
    ) -> None:
        need_linux()
        self.info = SourceInfo(sources=[interface], format="live", dropped_frames=0)
        self.ended = False
        """The interface is gone: no frame will come any more."""
        self._any = interface == ANY
        one = None if self._any else find_interface(interface)
        self._name = interface
        self._index = 0 if one is None else one.index
        self._gone_at_s: float | None = None
        self._tap = open_tap(one, ports, kernel_filter)
        try:
            self._ring = Ring(self._tap, ring_bytes)
        except OSError as error:
            self._tap.close()
            raise CannotCaptureError(f"{interface}: the kernel gives no ring of frames: {error.strerror}") from error
        self._poll = select.poll()
        self._poll.register(self._tap, select.POLLIN)
        self._frame = Frame(0, 0, SLL2 if one is None else KINDS[one.kind], b"", 0, 0, 0)
        if ports and not libpcap_is_here():
            self.info.warnings.append(
                f"{interface}: libpcap is not here: the kernel filters by port alone, with kacap's own program"
            )

    def frames(self, wait_s: float) -> Iterator[Frame]:
        """Wait at most `wait_s` for frames, yield those of one block, and end.

        It is always the same `Frame`, valid until the next. What of a block was not asked for does not come again.
        A frame may be `LATEST_MS` late.
        """
        block = self._ring.take() or self._waited_for(wait_s)
        self.count_drops()
        if block is None:
            return
        frame = self._frame
        count, at = HEAD(block)
        for _ in range(count):
            step, seconds, nanoseconds, captured, wire, status, start, _, tag, tag_type = FRAME(block, at)
            frame.number += 1
            frame.time_ns = seconds * 1_000_000_000 + nanoseconds
            start += at
            end = start + captured
            if self._any or status & IS_TAGGED:
                data = block[start:end]
                if status & IS_TAGGED:
                    data = with_tag(data, tag_type if status & HAS_TAG_TYPE else VLAN, tag)
                if self._any:
                    data = cooked(data, *SENDER(block, at))
                frame.data = data
                frame.start = 0
                frame.end = len(data)
                frame.wire_bytes = wire - captured + len(data)
            else:
                frame.data = block
                frame.start = start
                frame.end = end
                frame.wire_bytes = wire
            yield frame
            at += step

    def count_drops(self) -> int:
        """Frames that the kernel had no room for since the capture began; also in `info`."""
        drops = (self.info.dropped_frames or 0) + self._ring.count_drops()
        self.info.dropped_frames = drops
        return drops

    def fileno(self) -> int:
        """To wait for frames together with other things."""
        return self._tap.fileno()

    def close(self) -> None:
        """End the capture, for good; `info` stays."""
        self._ring.close()
        self._tap.close()

    def _waited_for(self, wait_s: float) -> bytes | None:
        for _, event in self._poll.poll(wait_s * 1000):
            if event & select.POLLERR:
                self._look_after()
        block = self._ring.take()
        if block is None and self._gone_at_s is not None and time.monotonic() - self._gone_at_s > _LAST_BLOCK_S:
            self.ended = True
        return block

    def _look_after(self) -> None:
        """The kernel reports trouble: is the interface down, or gone?"""
        code = self._tap.getsockopt(SOL_SOCKET, SO_ERROR)  # which clears it
        if not code:
            return
        if self._is_here():
            self._warn(f"{self._name}: went down ({os.strerror(code)}); frames may be missing until it was up again")
        elif self._gone_at_s is None:
            self._gone_at_s = time.monotonic()
            self._warn(f"{self._name}: is gone ({os.strerror(code)}); the capture ended there, all before it was read")

    def _is_here(self) -> bool:
        try:
            return self._any or if_nametoindex(self._name) == self._index
        except OSError:
            return False

    def _warn(self, line: str) -> None:
        if line not in self.info.warnings:
            self.info.warnings.append(line)
