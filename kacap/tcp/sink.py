"""Where ordered bytes go. The tcp room calls, a room above it listens.

Rules: chunks and gaps of one half arrive in sequence order and do not overlap; `end` comes at most once, after the last
byte that precedes the FIN; `finish` comes exactly once, last, whatever else happened. A byte that one side acknowledged
is delivered before the bytes that this side sent together with that acknowledgement, however the capture ordered them.

A connection that is plain speaks to its `Listener`; once it is not, each half speaks to its own `Sink`.
"""

from typing import Final

from mypy_extensions import mypyc_attr


@mypyc_attr(allow_interpreted_subclasses=True)
class Sink:
    """Takes the bytes of one half and forgets them; rooms that care override what they need."""

    __slots__ = ()

    def chunk(self, data: bytes, start: int, end: int, unseen: int, frame: int, time_ns: int) -> None:
        """Payload `data[start:end]` of one segment, then `unseen` bytes that the snapshot length cut off."""

    def gap(self, length: int, frame: int, time_ns: int) -> None:
        """`length` bytes that the capture never saw; `frame` is where that became known."""

    def end(self, frame: int, time_ns: int) -> None:
        """The FIN: this side sends nothing more."""

    def finish(self) -> None:
        """The capture, or the 4-tuple's life, is over."""


FORGETS: Final = Sink()
"""For halves that nobody listens to."""


@mypyc_attr(allow_interpreted_subclasses=True)
class Listener:
    """Takes the bytes of both halves of one connection; the first is the one whose segment came first."""

    __slots__ = ("first_sink", "second_sink")

    def __init__(self, first_sink: Sink = FORGETS, second_sink: Sink = FORGETS) -> None:
        self.first_sink = first_sink
        self.second_sink = second_sink

    def chunk(self, is_first: bool, data: bytes, start: int, end: int, unseen: int, frame: int, time_ns: int) -> None:
        """As `Sink.chunk`, of the first half or the second."""
        sink = self.first_sink if is_first else self.second_sink
        sink.chunk(data, start, end, unseen, frame, time_ns)

    def end(self, is_first: bool, frame: int, time_ns: int) -> None:
        """As `Sink.end`."""
        sink = self.first_sink if is_first else self.second_sink
        sink.end(frame, time_ns)

    def finish(self) -> None:
        """As `Sink.finish`, for both."""
        self.first_sink.finish()
        self.second_sink.finish()

    def divide(self) -> None:
        """From here on the halves speak to `first_sink` and `second_sink`."""


DEAF: Final = Listener()
"""For connections that nobody listens to."""
