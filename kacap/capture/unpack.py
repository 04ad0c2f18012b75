"""Compressed captures: recognised by content, unpacked block by block.

Rules: no call may return more than `BLOCK_BYTES`, whatever it is fed, so that a bomb costs time and no memory (zstd
adds its window, 128 MiB at most). What came out before a cut or a damage is kept. Several compressed members one after
another are one run of bytes. zstandard does not tell whether its last frame was finished: such a cut shows in the
record that it cuts.
"""

import zlib
from collections.abc import Callable, Iterator

from kacap.capture.blocks import BLOCK_BYTES
from kacap.capture.window import Cut, Damage
from kacap.errors import MissingExtraError

MAGIC_BYTES = 4

Unpacker = Callable[[Iterator[bytes]], Iterator[bytes]]


def unpacked(head: bytes, blocks: Iterator[bytes], name: str) -> Iterator[bytes]:
    """`blocks` (which begin with `head`) in clear, themselves when they are. Raises MissingExtraError at once."""
    for magic, kind, unpacker in _UNPACKERS:
        if head.startswith(magic):
            try:
                return unpacker(blocks)
            except ImportError as error:
                raise MissingExtraError(
                    f"{name}: is compressed with {kind}, which needs a package: pip install 'kacap[{kind}]'"
                ) from error
    return blocks


def _gunzip(blocks: Iterator[bytes]) -> Iterator[bytes]:
    member = zlib.decompressobj(zlib.MAX_WBITS | 16)
    for block in blocks:
        while block:
            if member.eof:
                block = block.lstrip(b"\0")  # gzip allows zero padding after a member (tapes, some writers)
                if not block:
                    break
                member = zlib.decompressobj(zlib.MAX_WBITS | 16)
            try:
                clear = member.decompress(block, BLOCK_BYTES)
            except zlib.error as error:
                raise Damage(f"the gzip data is damaged ({error})") from error
            if clear:
                yield clear
            block = member.unused_data if member.eof else member.unconsumed_tail
    if not member.eof:
        if clear := member.flush():
            yield clear
        raise Cut("the gzip data is cut off")


def _unlz4(blocks: Iterator[bytes]) -> Iterator[bytes]:
    from lz4.frame import LZ4FrameDecompressor  # noqa: PLC0415 - an extra

    def clear_blocks() -> Iterator[bytes]:
        member = LZ4FrameDecompressor()
        for block in blocks:
            while block or not member.needs_input:
                if member.eof:
                    member = LZ4FrameDecompressor()
                try:
                    clear = member.decompress(block, BLOCK_BYTES)
                except RuntimeError as error:
                    raise Damage(f"the lz4 data is damaged ({error})") from error
                if clear:
                    yield clear
                block = (member.unused_data or b"") if member.eof else b""
                if member.eof and not block:
                    break
        if not member.eof:
            raise Cut("the lz4 data is cut off")

    return clear_blocks()


def _unzstd(blocks: Iterator[bytes]) -> Iterator[bytes]:
    from zstandard import ZstdDecompressor, ZstdError  # noqa: PLC0415 - an extra

    class Packed:
        """What zstandard reads from."""

        def read(self, _size: int = -1) -> bytes:
            return next(blocks, b"")

    def clear_blocks() -> Iterator[bytes]:
        reader = ZstdDecompressor().stream_reader(Packed(), read_across_frames=True)  # type: ignore[arg-type]
        try:
            while clear := reader.read1(BLOCK_BYTES):
                yield clear
        except ZstdError as error:
            raise Damage(f"the zstd data is damaged ({error})") from error

    return clear_blocks()


_UNPACKERS: tuple[tuple[bytes, str, Unpacker], ...] = (
    (b"\x1f\x8b", "gzip", _gunzip),
    (b"\x28\xb5\x2f\xfd", "zstd", _unzstd),
    (b"\x04\x22\x4d\x18", "lz4", _unlz4),
)
