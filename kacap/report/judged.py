"""All connections of a report: what was ruled on them, and a row of each for whoever asks."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kacap.report.lazy import Rows
from kacap.verdict.ending import ended
from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.rules import Ruling

if TYPE_CHECKING:
    from kacap.report.connection import Connection


class Connections(Rows["Connection"]):
    """The connections in order of `stream`, each with its ruling and its pair."""

    __slots__ = ("_facts", "_pairs", "_rulings")

    def __init__(self, facts: Sequence[Facts], rulings: Sequence[Ruling | None], pairs: Sequence[PairFacts]) -> None:
        """Three sequences of one length and in one order."""
        self._facts = facts
        self._rulings = rulings
        self._pairs = pairs

    def __len__(self) -> int:
        return len(self._facts)

    def row(self, at: int) -> "Connection":
        from kacap.report.rows import connection_row  # noqa: PLC0415 - a summary builds no row

        facts = self._facts[at]
        return connection_row(facts, ended(facts, self._rulings[at]), self._pairs[at].idle_available(facts))
