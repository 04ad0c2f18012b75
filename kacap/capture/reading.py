"""One input from its first byte to its last, or to where it cannot be followed any further.

Rules: damage ends here, as a warning line that names the byte and the frame before it. After a stop, a record that
never came in full is no damage.
"""

from collections.abc import Callable, Generator, Iterator
from itertools import chain

from kacap.capture.blocks import Stop, read_blocks
from kacap.capture.kind import HEAD_BYTES, recognise
from kacap.capture.names import Source
from kacap.capture.opening import opened
from kacap.capture.unpack import MAGIC_BYTES, unpacked
from kacap.capture.window import Cut, Damage, Window
from kacap.errors import NotACaptureError
from kacap.wire.frame import Frame, SourceInfo
from kacap.wire.share import Share


class EmptyCaptureError(NotACaptureError):
    """Not one byte of a capture could be read; forgiven where another file has frames."""


def read_frames(
    source: Source,
    info: SourceInfo,
    stop: Stop,
    on_bytes: Callable[[int], None],
    block_bytes: int,
    share: Share | None = None,
) -> Generator[Frame, None, None]:
    """Yield the frames of one input, numbered from 1, and note in `info` what only its source knows.

    With `share`, segments of other jobs may be passed over.

    Raises any KacapError before the first frame, none after it.
    """
    name = source.name
    with opened(source.path, name) as descriptor:
        try:
            packed_head, packed = _with_head(read_blocks(descriptor, stop, on_bytes, block_bytes), MAGIC_BYTES)
            clear = unpacked(packed_head, packed, name)
            head, blocks = _with_head(clear, HEAD_BYTES)
        except Damage as damage:
            raise EmptyCaptureError(f"{name}: {damage}, before a single byte of a capture") from damage
        if stop.asked and len(head) < HEAD_BYTES:
            info.warnings.append(f"{name}: stopped before anything arrived")
            return
        if not head:
            what = "is empty" if clear is packed else "is compressed, and nothing came out of it"
            raise EmptyCaptureError(f"{name}: {what}; record a capture with: tcpdump -w FILE")
        window = Window(blocks)
        reader = recognise(head, name)(window, info, share)
        info.format = reader.format if info.format in {"unknown", reader.format} else "mixed"
        try:
            yield from reader.frames()
        except Damage as damage:
            if not (stop.asked and isinstance(damage, Cut)):
                info.truncated_file = True
                offset = f"byte {window.origin}" if clear is packed else f"byte {window.origin} of the unpacked data"
                info.warnings.append(
                    f"{name}: cannot be followed after frame {reader.count}, {offset}: {damage}; all before it was read"
                )
        info.warnings += [f"{name}: {note}" for note in reader.notes()]


def _with_head(blocks: Iterator[bytes], count: int) -> tuple[bytes, Iterator[bytes]]:
    """The first block, grown to `count` bytes where there are so many, and all blocks with it in front."""
    head = next(blocks, b"")
    while len(head) < count and (more := next(blocks, b"")):
        head += more
    return head, chain((head,), blocks)
