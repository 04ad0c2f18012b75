"""How much memory the ring takes, and what happens where there is less."""

import socket
from errno import EINVAL, ENOMEM
from struct import unpack
from typing import cast

import pytest

from kacap.capture import live_ring
from kacap.capture.live import LiveCapture
from kacap.capture.live_ring import BLOCK_BYTES, LEAST_BYTES, RING_BYTES
from kacap.errors import CannotCaptureError
from tests.capture.network import network

__all__ = ["network"]


class PoorKernel:
    """A socket whose kernel has so many blocks and no more."""

    def __init__(self, blocks: int, code: int = ENOMEM) -> None:
        self.blocks = blocks
        self.code = code
        self.asked: list[int] = []

    def setsockopt(self, _level: int, option: int, value: int | bytes) -> None:
        if option == 5 and isinstance(value, bytes):
            block_bytes, blocks, frame_bytes, frames, *_ = unpack("=7I", value)
            assert block_bytes * blocks == frame_bytes * frames
            self.asked.append(blocks)
            if blocks > self.blocks:
                raise OSError(self.code, "refused")


def test_half_is_asked_for_where_memory_is_short() -> None:
    kernel = PoorKernel(100)
    assert live_ring.set_up(cast("socket.socket", kernel), RING_BYTES // BLOCK_BYTES) == 64
    assert kernel.asked == [256, 128, 64]


@pytest.mark.parametrize(("code", "last"), [(ENOMEM, LEAST_BYTES), (EINVAL, RING_BYTES)])
def test_there_is_a_least(code: int, last: int) -> None:
    kernel = PoorKernel(0, code)
    with pytest.raises(OSError, match="refused"):
        live_ring.set_up(cast("socket.socket", kernel), RING_BYTES // BLOCK_BYTES)
    assert kernel.asked[-1] * BLOCK_BYTES == last


@pytest.mark.usefixtures("network")
def test_no_ring_is_one_line() -> None:
    with pytest.raises(CannotCaptureError, match="lo: the kernel gives no ring of frames: Invalid argument"):
        LiveCapture("lo", ring_bytes=BLOCK_BYTES // 2)
