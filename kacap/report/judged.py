"""All connections of a report: what was ruled on them, and a row of each for whoever asks."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kacap.report.lazy import Rows
from kacap.verdict.ending import ended
from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.pair_key import PairKey
from kacap.verdict.rules import Ruling

if TYPE_CHECKING:
    from kacap.report.connection import Connection


class Connections(Rows["Connection"]):
    """The connections in order of `stream`, each with its ruling and its pair."""

    __slots__ = ("_facts", "_in_order", "_pairs", "_rulings")

    def __init__(
        self,
        facts: list[Facts],
        pairs: Mapping[PairKey, PairFacts],
        rulings: Mapping[PairKey, Sequence[Ruling | None]],
    ) -> None:
        """The rulings of a pair stand in the order of its connections, which is that of `facts`."""
        self._facts = facts
        self._pairs = pairs
        self._rulings = rulings
        self._in_order: list[Ruling | None] | None = None

    def __len__(self) -> int:
        return len(self._facts)

    def row(self, at: int) -> "Connection":
        from kacap.report.rows import connection_row  # noqa: PLC0415 - a summary builds no row

        if self._in_order is None:
            following = {key: iter(of_pair) for key, of_pair in self._rulings.items()}
            self._in_order = [next(following[facts.pair_key]) for facts in self._facts]
        facts = self._facts[at]
        end = ended(facts, self._in_order[at])
        return connection_row(facts, end, self._pairs[facts.pair_key].idle_available(facts))
