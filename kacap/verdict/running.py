"""The counts of a pair while the capture goes on: of what is over, added up once, and of what is not, anew each time.

Needed is the most that were busy at once, for each name (`needed`), found in the exchanges since the last look: it can
only grow, and a look takes as long as there are connections that are followed, however many there were before.
"""

from collections import deque
from typing import Final

from kacap.http.heads import Head
from kacap.verdict.counts import reused_of
from kacap.verdict.facts import Facts
from kacap.verdict.lately import add_busy_lately
from kacap.verdict.needed import pool_name
from kacap.verdict.occupancy import Cover
from kacap.verdict.present import Present, present_over
from kacap.verdict.rate import judge, reuse_rate
from kacap.verdict.traits import traits_of
from kacap.verdict.words import ConnectionVerdict, Verdict

_NAMES_MOST = 64
"""Names of one pair that are counted apart; further ones are one."""
_ENDED_MOST = 4096
"""Connections that may end before it is counted how many were busy at once."""
_SAMPLES: Final = 8
"""Looks over which what happens per second is told."""


class Tally:
    """What can be added up."""

    __slots__ = ("busy", "connections", "exchanges", "idle", "incomplete", "opaque", "open", "reused_exchanges", "used")

    def __init__(self) -> None:
        self.connections = self.used = self.open = self.busy = self.idle = 0
        self.exchanges = self.reused_exchanges = self.incomplete = self.opaque = 0

    def add(self, other: "Tally", times: int = 1) -> None:
        """All that another counted, so many times."""
        self.connections += times * other.connections
        self.used += times * other.used
        self.open += times * other.open
        self.busy += times * other.busy
        self.idle += times * other.idle
        self.exchanges += times * other.exchanges
        self.reused_exchanges += times * other.reused_exchanges
        self.incomplete += times * other.incomplete
        self.opaque += times * other.opaque

    def add_present(self, present: Present, now_ns: int) -> None:
        """One that is followed."""
        asked = present.asked
        self.connections += 1
        self.open += present.open
        self.busy += present.busy
        self.idle += present.idle(now_ns)
        if asked > 0:
            self.used += 1
            self.exchanges += asked
            self.reused_exchanges += present.reused
            self.incomplete += present.incomplete
        else:
            self.opaque += present.opaque

    def add_over(self, facts: Facts) -> None:
        """One that is over."""
        asked = facts.asked
        self.connections += 1
        if asked > 0:
            self.used += 1
            self.exchanges += asked
            self.reused_exchanges += reused_of(facts, traits_of(facts))
            self.incomplete += facts.dialogue.lost_in_gap or facts.one_sided
        elif facts.verdict is ConnectionVerdict.OPAQUE:
            self.opaque += facts.protocol_name != "unknown"


class RunningPair:
    """One pair; or all that are not counted apart."""

    __slots__ = ("_ended", "_lately", "_needed", "_over", "_samples", "now")

    def __init__(self, since_ns: int = 0) -> None:
        """A pair that was not there at the last look, `since_ns`; 0 without one."""
        self._over = Tally()
        self.now = Tally()
        """All, at the last look."""
        self._needed: dict[str, int] = {}
        self._lately: dict[str, Cover] = {}
        self._ended = 0
        self._samples: deque[tuple[int, int, int]] = deque(maxlen=_SAMPLES + 1)
        """Time of a look, connections and exchanges by then."""
        if since_ns:
            self._samples.append((since_ns, 0, 0))

    def ended(self, facts: Facts, since_ns: int) -> Tally:
        """One is over; the last look was at `since_ns`. Returns what was counted."""
        counted = Tally()
        counted.add_over(facts)
        self._over.add(counted)
        self._cover(present_over(facts), since_ns)
        self._ended += 1
        if self._ended >= _ENDED_MOST:
            self._count_needed()
        return counted

    def woken(self, counted: Tally) -> None:
        """It goes on after all."""
        self._over.add(counted, -1)

    def look(self) -> None:
        """What is followed comes next, one by one."""
        self.now = Tally()
        self.now.add(self._over)

    def follow(self, present: Present, since_ns: int, now_ns: int) -> None:
        """One that is followed; the last look was at `since_ns`."""
        self.now.add_present(present, now_ns)
        if present.last_time_ns >= since_ns or present.busy:
            self._cover(present, since_ns)

    def looked(self, now_ns: int) -> None:
        """That was all."""
        self._count_needed()
        while self._samples and now_ns < self._samples[-1][0]:
            self._samples.pop()  # what is read now came before that look
        if not self._samples or now_ns > self._samples[-1][0]:
            self._samples.append((now_ns, self.now.connections, self.now.exchanges))

    @property
    def needed(self) -> int:
        """How many connections the client needed, as far as that is known by now."""
        return min(self.now.used, sum(self._needed.values()))

    @property
    def rates(self) -> tuple[float, float]:
        """Connections opened, and exchanges, per second of late."""
        if len(self._samples) < 2:
            return 0.0, 0.0
        before, after = self._samples[0], self._samples[-1]
        seconds = (after[0] - before[0]) / 1e9
        return max(0, after[1] - before[1]) / seconds, max(0, after[2] - before[2]) / seconds

    def _cover(self, present: Present, since_ns: int) -> None:
        if not present.count:
            return
        name = _name(present)
        cover = self._lately.get(name)
        if cover is None:
            if name not in self._needed and len(self._needed) + len(self._lately) >= _NAMES_MOST:
                name = ""
            cover = self._lately.setdefault(name, Cover())
        add_busy_lately(cover, present, since_ns)

    def _count_needed(self) -> None:
        for name, cover in self._lately.items():
            self._needed[name] = max(cover.peak(), self._needed.get(name, 0))
        self._lately.clear()
        self._ended = 0


def verdict_so_far(tally: Tally, needed: int) -> tuple[Verdict, float | None]:
    """The word and the rate, as `pair.judge` gives them."""
    if not tally.exchanges:
        return (Verdict.INCONCLUSIVE if tally.opaque else Verdict.NO_OPPORTUNITY), None
    rate = reuse_rate(tally.reused_exchanges, tally.exchanges, needed)
    return judge(rate, tally.incomplete, tally.used), rate


def _name(present: Present) -> str:
    head: Head | None = present.asked_head
    if len(present.exchanges):
        head = present.exchanges.heads(0)[0]
    return "" if head is None else pool_name(head)
