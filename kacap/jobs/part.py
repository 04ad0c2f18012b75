"""What another job follows: connections for the first to judge; nothing is concluded here."""

from kacap.analyzer import Analyzer
from kacap.http.dialogue import Dialogue
from kacap.http.exchanges import Exchanges
from kacap.keeping.standing import dialogue_of
from kacap.tcp.packed import packed_stream
from kacap.tcp.sink import Listener
from kacap.wire.share import Share


class Part(Analyzer):
    """An analyzer that never comes to a report: of a connection that is over it keeps its record and what was said."""

    def __init__(self, share: Share) -> None:
        super().__init__(share=share)
        self.packed: dict[int, tuple[bytes, Exchanges | Dialogue]] = {}
        """By `stream`: the record, and all that was said; of a plain dialogue its exchanges are all."""

    def dns_of(self, stream: int) -> int | None:
        """What the DNS look-up for a connection took."""
        return self.resolving.took_ns(stream)

    def _over(self, listener: Listener, record: bytes) -> None:
        dialogue = dialogue_of(listener)
        self.packed[packed_stream(record)] = record, dialogue.exchanges if dialogue.plain else dialogue

    def _woken(self, stream: int) -> Dialogue:
        said = self.packed.pop(stream)[1]
        return Dialogue(said) if isinstance(said, Exchanges) else said
