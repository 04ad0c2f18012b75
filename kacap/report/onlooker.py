"""Says what is going on while the capture does. A look costs as much as there are pairs, and connections not yet over.

Rules:
- What is over is told once (`ended`) and counted then, though it be followed for a while yet; all else that is followed
  is counted anew at each look.
- The last connections that ended are ruled on among themselves: a picture of the last moment, not the report.
- All is bounded: pairs counted apart, connections remembered, lanes and what a lane shows.
"""

import heapq
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from kacap.report import glance as model
from kacap.tcp.connection import Connection
from kacap.tcp.plain import Plain
from kacap.verdict.ending import ended as ending_of
from kacap.verdict.facts import Facts
from kacap.verdict.lately import busy_since
from kacap.verdict.pair_key import PairKey, PairKeys
from kacap.verdict.pairs import pairs_of
from kacap.verdict.present import Present, present_of, present_over
from kacap.verdict.rules import rulings_of
from kacap.verdict.running import RunningPair, Tally, verdict_so_far
from kacap.wire.names import address_text, endpoint_text

LANES_NS: Final = 10_000_000_000
"""How far back the lanes go at most; a tenth of it, and so on, where that holds all that they show."""
_LANES_TENTHS: Final = 4
_GRAINS: Final = 128
"""Moments that a lane tells apart."""
_PAIRS_APART = 4096
"""Pairs that are counted apart; further ones are one, and in the sums only."""
_DELAY_NS: Final = 100_000_000
"""So late a frame may be handed over by the system."""
_REMEMBERED: Final = 100
"""Connections that ended last, on which to rule."""


class Counted(NamedTuple):
    """What the analyzer, and the reader of the capture, counted so far."""

    frames: int
    size_bytes: int
    first_time_ns: int | None
    last_time_ns: int
    """Means nothing without any frame."""
    dropped_frames: int | None
    sources: Sequence[str]


class _Lively(NamedTuple):
    """A connection that was heard of lately."""

    present: Present
    pair_key: PairKey


class Onlooker:
    """Looks at one capture, over and over. `is_wanted` narrows it, as the report is."""

    def __init__(self, pair_keys: PairKeys, is_wanted: Callable[[PairKey, int], bool]) -> None:
        self._pair_keys = pair_keys
        self._is_wanted = is_wanted
        self._pairs: dict[PairKey, RunningPair] = {}
        self._others = RunningPair()
        """Of all pairs that are not counted apart."""
        self._since_ns = 0
        """The moment of the last look."""
        self._present_ns = 0
        """The present at the last look."""
        self._frames = 0
        """Those that had been read by then."""
        self._ended: deque[Facts] = deque(maxlen=_REMEMBERED)
        self._silent: dict[int, Tally] = {}
        """What was counted of those that are over, and may still be followed until they leave, by `stream`."""
        self._told: tuple[model.EndedGlance, ...] | None = ()
        """What was said of them; None when others ended since."""
        self._sizes: deque[tuple[int, int, int]] = deque(maxlen=9)
        """Time of a look, frames and bytes by then."""

    def ended(self, facts: Facts) -> None:
        """A connection is over."""
        if not self._is_wanted(facts.pair_key, facts.stream):
            return
        counted = self._pair(facts.pair_key).ended(facts, self._since_ns)
        if not facts.packed:
            self._silent[facts.stream] = counted
        self._ended.append(facts)
        self._told = None

    def woken(self, facts: Facts) -> None:
        """It goes on after all."""
        if not self._is_wanted(facts.pair_key, facts.stream):
            return
        counted = self._silent.pop(facts.stream, None)
        if counted is None:
            counted = Tally()
            counted.add_over(facts)
        self._pair(facts.pair_key).woken(counted)
        if facts in self._ended:
            self._ended.remove(facts)
        self._told = None

    def look(self, now_ns: int, followed: Iterable[Plain | Connection], counted: Counted) -> model.Glance:
        """What is going on at `now_ns`; `followed` are the connections that are not over.

        Where frames wait to be read, the present is not known yet: the moment is that of the last frame.
        """
        behind_ns = self._behind_ns(now_ns, counted)
        now_ns -= behind_ns
        for pair in (*self._pairs.values(), self._others):
            pair.look()
        lively: list[_Lively] = []
        lanes_since_ns = now_ns - LANES_NS
        silent: dict[int, Tally] = {}
        for each in followed:
            counted_before = self._silent.get(each.stream)
            if counted_before is not None:
                silent[each.stream] = counted_before
                continue
            present = present_of(each)
            if present is None:
                continue
            key = self._pair_keys.of(present.key)
            if not self._is_wanted(key, present.stream):
                continue
            self._pair(key).follow(present, self._since_ns, now_ns)
            if present.last_time_ns >= lanes_since_ns:
                lively.append(_Lively(present, key))
        for pair in (*self._pairs.values(), self._others):
            pair.looked(now_ns)
        self._silent = silent
        self._since_ns = now_ns
        for facts in self._ended:
            over = present_over(facts)
            if over.closed_at_ns >= lanes_since_ns:
                lively.append(_Lively(over, facts.pair_key))
        lanes, lanes_ns = _lanes(lively, now_ns)
        frames_rate, bytes_rate = self._size_rates(now_ns, counted)
        return model.Glance(
            time_ns=now_ns,
            behind_ns=behind_ns,
            first_time_ns=counted.first_time_ns,
            sources=tuple(name[: model.TEXT_MOST] for name in counted.sources[: model.SOURCES_MOST]),
            frames=counted.frames,
            bytes=counted.size_bytes,
            frames_per_second=frames_rate,
            bytes_per_second=bytes_rate,
            dropped_frames=counted.dropped_frames,
            summary=self._summary(),
            pairs=self._liveliest(),
            pairs_count=len(self._pairs),
            ended=self._last_ended(counted.first_time_ns or now_ns, now_ns),
            lanes=lanes,
            lanes_ns=lanes_ns,
        )

    def _pair(self, key: PairKey) -> RunningPair:
        pair = self._pairs.get(key)
        if pair is None:
            if len(self._pairs) >= _PAIRS_APART:
                return self._others
            pair = self._pairs[key] = RunningPair(self._since_ns)
        return pair

    def _behind_ns(self, now_ns: int, counted: Counted) -> int:
        """What was read since the last look had come before it."""
        waited = counted.frames > self._frames and counted.last_time_ns < self._present_ns - _DELAY_NS
        self._present_ns, self._frames = now_ns, counted.frames
        return now_ns - counted.last_time_ns if waited else 0

    def _size_rates(self, now_ns: int, counted: Counted) -> tuple[float, float]:
        while self._sizes and now_ns < self._sizes[-1][0]:
            self._sizes.pop()
        if not self._sizes or now_ns > self._sizes[-1][0]:
            self._sizes.append((now_ns, counted.frames, counted.size_bytes))
        before, after = self._sizes[0], self._sizes[-1]
        seconds = (after[0] - before[0]) / 1e9
        return ((after[1] - before[1]) / seconds, (after[2] - before[2]) / seconds) if seconds else (0.0, 0.0)

    def _summary(self) -> model.Standing:
        tally, needed, opened, asked = Tally(), 0, 0.0, 0.0
        for pair in (*self._pairs.values(), self._others):
            tally.add(pair.now)
            needed += pair.needed
            rates = pair.rates
            opened += rates[0]
            asked += rates[1]
        return _standing(tally, needed, (opened, asked))

    def _liveliest(self) -> tuple[model.PairGlance, ...]:
        shown = heapq.nlargest(model.PAIRS_MOST, self._pairs.items(), key=_concern)
        return tuple(
            model.PairGlance(
                address_text(key.client),
                endpoint_text(key.server, key.port),
                _standing(pair.now, pair.needed, pair.rates),
            )
            for key, pair in shown
        )

    def _last_ended(self, first_ns: int, now_ns: int) -> tuple[model.EndedGlance, ...]:
        if self._told is None:
            self._told = _judged(list(self._ended), first_ns, now_ns)
        return self._told


def _concern(item: tuple[PairKey, RunningPair]) -> tuple[int, int]:
    pair = item[1]
    return pair.now.used - pair.needed, pair.now.connections


def _standing(tally: Tally, needed: int, rates: tuple[float, float]) -> model.Standing:
    verdict, rate = verdict_so_far(tally, needed)
    return model.Standing(
        verdict=verdict,
        connections=tally.connections,
        used=tally.used,
        open=tally.open,
        busy=tally.busy,
        idle=tally.idle,
        opened_per_second=rates[0],
        exchanges=tally.exchanges,
        exchanges_per_second=rates[1],
        reused_exchanges=tally.reused_exchanges,
        needed_connections=needed,
        avoidable_connections=tally.used - needed,
        reuse_rate=rate,
    )


def _judged(over: list[Facts], first_ns: int, now_ns: int) -> tuple[model.EndedGlance, ...]:
    """The newest first, each with what the rules say of it among these."""
    over.sort(key=lambda facts: facts.stream)
    usual = [(facts, facts.usual) for facts in over]
    rows: list[model.EndedGlance] = []
    for key, pair in pairs_of(over, first_ns, now_ns).items():
        server = endpoint_text(key.server, key.port)
        for facts, ruling in zip(pair.connections, rulings_of(pair), strict=True):
            end = ending_of(facts, ruling)
            rows.append(
                model.EndedGlance(
                    stream=facts.stream,
                    client=endpoint_text(key.client, facts.client.port),
                    server=server,
                    verdict=facts.verdict,
                    closed_at_ns=present_over(facts).closed_at_ns,
                    exchanges_count=facts.asked,
                    decided_by=end.decided_by,
                    reason=None if ruling is None else ruling.rule.cause_id,
                    certainty=None if ruling is None else ruling.certainty,
                )
            )
    for facts, before in usual:  # whoever judges all of them later finds them as they were
        facts.usual = before
    rows.sort(key=lambda row: (-row.closed_at_ns, -row.stream))
    return tuple(rows[: model.ENDED_MOST])


def _lanes(lively: list[_Lively], now_ns: int) -> tuple[tuple[model.Lane, ...], int]:
    """Those of the busiest, and how far back they go."""
    busiest = heapq.nlargest(model.LANES_MOST, lively, key=_liveliness)
    busiest.sort(key=lambda each: each.present.stream)
    began_ns = min([each.present.opened_ns for each in busiest], default=now_ns - LANES_NS)
    back_ns = LANES_NS
    for _ in range(_LANES_TENTHS):
        if now_ns - back_ns // 10 < began_ns:
            back_ns //= 10
    return tuple(_lane(each.present, each.pair_key, now_ns - back_ns, now_ns) for each in busiest), back_ns


def _liveliness(each: _Lively) -> tuple[int, bool, int]:
    """Of those that carried the same, who is over shows more, and who is newer."""
    present = each.present
    return present.count, not present.open, present.stream


def _lane(present: Present, key: PairKey, since_ns: int, now_ns: int) -> model.Lane:
    return model.Lane(
        stream=present.stream,
        client=endpoint_text(key.client, int.from_bytes(present.key[-4:-2], "big")),
        server=endpoint_text(key.server, key.port),
        first_time_ns=present.opened_ns,
        opened=present.opened_here,
        closed_at_ns=None if present.open else max(present.closed_at_ns, present.opened_ns),
        reset=present.reset,
        http=present.count > 0,
        busy=tuple(busy_since(present, since_ns, now_ns, (now_ns - since_ns) // _GRAINS)),
    )
