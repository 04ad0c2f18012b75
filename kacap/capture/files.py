"""Several files and pipes as one capture.

Rules: files are merged in order of time and opened when their turn comes, so a ring of hundreds of files needs no more
of them open than overlap. Inside one file the order stays as it is, even where time steps backwards; ties go by the
order of the arguments. An empty file among others is a warning. Of several files every frame is handed out: each takes
part in the merging.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from heapq import heappop, heappush, heapreplace

from kacap.capture.blocks import BLOCK_BYTES, Stop
from kacap.capture.names import Source, find_sources
from kacap.capture.reading import EmptyCaptureError, read_frames
from kacap.wire.frame import Frame, SourceInfo
from kacap.wire.share import Share

PEEK_BYTES = 1 << 16

Progress = Callable[[int, int | None], None]
"""Hears, once a block, the bytes read so far (as they lie on disk) and their total; None when a pipe has no total."""


class CaptureFiles:
    """The frames of one or more captures, to be iterated once.

    A name that cannot be found raises CannotReadError here. Opening and recognising happen in the iteration, which may
    raise any KacapError before its first frame, and from a file that is opened later.
    """

    info: SourceInfo

    def __init__(
        self, paths: Sequence[str], *, on_progress: Progress | None = None, share: Share | None = None
    ) -> None:
        self.info = SourceInfo(sources=list(paths))
        self._stop = Stop()
        self._sources = find_sources(paths, self.info.warnings)
        self._on_progress = on_progress
        self._share = share
        sizes = [source.size_bytes for source in self._sources if source.size_bytes is not None]
        self._total_bytes = sum(sizes) if len(sizes) == len(self._sources) else None
        self._done_bytes = 0

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames, numbered from 1 over all files, as Wireshark does for the merged capture."""
        if len(self._sources) == 1:
            return self._frames(self._sources[0], self._share)
        return self._merged()

    def stop(self) -> None:
        """End soon and keep what was read; may be called from a signal handler."""
        self._stop.asked = True

    def _merged(self) -> Iterator[Frame]:
        waiting: list[tuple[int, int, Source]] = []
        heads: list[tuple[int, int, Frame, Iterator[Frame]]] = []
        empty: list[EmptyCaptureError] = []
        for order, source in enumerate(self._sources):
            try:
                if source.size_bytes is None:
                    self._begin(heads, order, source)
                else:
                    waiting.append((self._first_time_ns(source), order, source))
            except EmptyCaptureError as error:
                empty.append(error)
        if len(empty) == len(self._sources):
            raise empty[0]
        self.info.warnings += map(str, empty)
        waiting.sort(key=lambda place: place[:2], reverse=True)
        number = 0
        while heads or (waiting and not self._stop.asked):
            if waiting and not self._stop.asked and (not heads or waiting[-1][:2] < heads[0][:2]):
                _, order, source = waiting.pop()
                self._begin(heads, order, source)
                continue
            _, order, frame, frames = heads[0]
            number += 1
            frame.number = number
            yield frame
            following = next(frames, None)
            if following is None:
                heappop(heads)
            else:
                heapreplace(heads, (following.time_ns, order, following, frames))

    def _begin(self, heads: list[tuple[int, int, Frame, Iterator[Frame]]], order: int, source: Source) -> None:
        """Open an input and put its first frame among the others'."""
        frames = self._frames(source)
        first = next(frames, None)
        if first is not None:
            heappush(heads, (first.time_ns, order, first, frames))
        elif not self._stop.asked:
            self.info.warnings.append(f"{source.name}: holds no frames")

    def _first_time_ns(self, source: Source) -> int:
        """Where a file stands among the others; one without a frame comes first, where it does nothing but warn."""
        with closing(read_frames(source, SourceInfo(), self._stop, lambda _: None, PEEK_BYTES)) as frames:
            first = next(frames, None)
            return 0 if first is None else first.time_ns

    def _frames(self, source: Source, share: Share | None = None) -> Iterator[Frame]:
        return read_frames(source, self.info, self._stop, self._count_bytes, BLOCK_BYTES, share)

    def _count_bytes(self, block_bytes: int) -> None:
        self._done_bytes += block_bytes
        if self._on_progress is not None:
            self._on_progress(self._done_bytes, self._total_bytes)


def open_capture(
    paths: Sequence[str], *, on_progress: Progress | None = None, share: Share | None = None
) -> CaptureFiles:
    """The frames of files, globs, FIFOs and standard input (`-`), merged in order of time. Raises CannotReadError.

    With `share`, segments of other jobs may be passed over, and are counted there.
    """
    return CaptureFiles(paths, on_progress=on_progress, share=share)
