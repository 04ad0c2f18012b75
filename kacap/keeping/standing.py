"""The connections that are open, as a judge of others sees them at this moment; they go on as if nobody had looked.

What was made of one is kept until its next segment: most that are open are idle.
"""

from collections.abc import Sequence
from typing import Protocol

from kacap.http.dialogue import Dialogue
from kacap.tcp.connection import Connection
from kacap.tcp.grown import copied
from kacap.tcp.plain import Plain
from kacap.tcp.sink import Listener
from kacap.verdict.facts import Facts
from kacap.verdict.pair_key import PairKey, PairKeys
from kacap.verdict.present import requester

FEW = 64
"""So many are looked at whatever their pair, and whenever they were opened."""


class Judge(Protocol):
    """The analyzer, as seen from here."""

    def facts_of(self, connection: Connection, dialogue: Dialogue) -> Facts:
        """A connection that is over, or that is looked at as it is."""

    def is_wanted(self, facts: Facts) -> bool:
        """Whether the report speaks of it."""

    def ended(self, facts: Facts) -> None:
        """A connection is over, as far as can be seen; calls `Keeping.add`."""

    def goes_on(self, stream: int) -> Facts:
        """It is not; calls `Keeping.take_back`."""


class Standing:
    """Open connections by `stream`."""

    def __init__(self, judge: Judge, pair_keys: PairKeys) -> None:
        self._judge = judge
        self._pair_keys = pair_keys
        self._known: dict[int, tuple[int, Facts]] = {}
        """With the number of their segments."""

    def drop(self, stream: int) -> Facts | None:
        """One is not as it was; returns what it was, if it was looked at last time."""
        known = self._known.pop(stream, None)
        return None if known is None else known[1]

    def beside(
        self,
        followed: Sequence[Plain | Connection],
        keys: set[PairKey],
        long: Sequence[Plain | Connection],
        until_ns: int,
    ) -> dict[int, Facts]:
        """Those of `followed` that were opened before `until_ns` at these pairs, or at those of `long`.

        Not those that nobody asked for, or of which nobody knows yet who asks. Where there are few, all.
        """
        many = len(followed) > FEW
        clients = {each.stream: key for each in followed if (key := self._client_key(each)) is not None}
        wanted = keys | {clients[each.stream] for each in long if each.stream in clients}
        before, self._known = self._known, {}
        found: dict[int, Facts] = {}
        for each in followed if wanted else ():
            stream = each.stream
            if stream not in clients or (many and (each.first_time_ns >= until_ns or clients[stream] not in wanted)):
                continue
            known = before.get(stream)
            facts = known[1] if known is not None and known[0] == each.segments else self._facts(each)
            self._known[stream] = each.segments, facts
            if self._judge.is_wanted(facts):
                found[stream] = facts
        return found

    def _facts(self, each: Plain | Connection) -> Facts:
        connection = copied(each) if isinstance(each, Plain) else each
        return self._judge.facts_of(connection, dialogue_of(each.listener))

    def _client_key(self, each: Plain | Connection) -> PairKey | None:
        """The pair of an open connection; None while nobody knows who asks."""
        if isinstance(each, Plain):
            return self._pair_keys.of(each.key)
        client = each.client or requester(each, dialogue_of(each.listener))
        return None if client is None else self._pair_keys.of(client.key)


def dialogue_of(listener: Listener) -> Dialogue:
    """Who listens to the connections of an analyzer."""
    assert isinstance(listener, Dialogue)
    return listener
