"""Which connections leave in a round, and what is judged with them."""

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from kacap.http.exchanges import Exchanges
from kacap.keeping.moment import Moment
from kacap.keeping.standing import Judge, Standing, dialogue_of
from kacap.report.fold import ROUND, Fold
from kacap.tcp.connection import Connection
from kacap.tcp.grown import copied
from kacap.tcp.half import FOREVER, NEVER
from kacap.tcp.leaving import is_over
from kacap.tcp.packed import packed_last_ns
from kacap.tcp.plain import Plain
from kacap.tcp.tracker import Tracker
from kacap.verdict.ending import ended
from kacap.verdict.facts import Facts
from kacap.verdict.pair_key import PairKey, PairKeys
from kacap.verdict.pairs import pairs_of
from kacap.verdict.rules import rulings_of

if TYPE_CHECKING:
    from kacap.report.connection import Connection as Row

BESIDE = 256
"""Connections that ended after those of a round, and are looked at with them."""

EXCHANGES_KEPT = 128
"""Of each open connection; twice as many are there before the oldest leave."""

MOST_OPEN = 1 << 17
"""Connections followed at a time, beside those kept; segments of further ones are counted."""

LOOK_FRAMES = 4096

SETTLED_NS = 2_000_000_000

OnEnd = Callable[["Row"], None]


class Silent(NamedTuple):
    """A connection that is over and was not packed."""

    followed: Plain | Connection
    segments: int
    """How many it had when that was seen: with one more it is not over."""
    guessed: bool
    """Who its client is follows from ports only."""


class Keeping:
    """What an analyzer keeps."""

    def __init__(
        self,
        keep: int,
        tracker: Tracker,
        pair_keys: PairKeys,
        judge: Judge,
        on_end: OnEnd | None,
    ) -> None:
        """`keep`: of the connections that are over the newest so many stay; None of them leaves before."""
        self.keep = keep
        self._tracker = tracker
        tracker.most = keep + MOST_OPEN
        self._judge = judge
        self._on_end = on_end
        self.fold = Fold()
        self.ended: OrderedDict[int, Facts] = OrderedDict()
        """By `stream`, in the order in which it was seen that they are over."""
        self._silent: dict[int, Silent] = {}
        self._standing = Standing(judge, pair_keys)
        self._untold: dict[int, None] = {}
        """Connections of which `on_end` has not heard that they are over."""
        self._woken: set[int] = set()
        """Those of which it has, and that are not over; at the end, all of which it has."""
        self.left_out = 0
        """Connections that nobody asked for, and that are there no more."""
        self.ports: Counter[int] = Counter()
        """Server ports of those that are there no more."""
        self.limits_hit = 0
        """Of dialogues that are there no more."""
        self._next_frame = LOOK_FRAMES
        self._moment = Moment()

    def add(self, facts: Facts) -> None:
        """A connection is over."""
        stream = facts.stream
        self._standing.drop(stream)
        self.ended[stream] = facts
        if stream in self._woken:
            self._woken.discard(stream)
        elif self._on_end is not None:
            self._untold[stream] = None

    def take_back(self, stream: int) -> Facts:
        """It is not: a late segment came."""
        if self._on_end is not None and stream not in self._untold:
            self._woken.add(stream)
        self._untold.pop(stream, None)
        return self.ended.pop(stream)

    def packed(self, stream: int) -> None:
        """A connection is packed, and about to be added: if it was over before, it is so in another form."""
        silent = self._silent.pop(stream, None)
        if silent is not None:
            _forget_guess(silent)
            self._judge.goes_on(stream)

    def is_due(self, frames: int, time_ns: int) -> bool:
        """Whether it is time to `look`."""
        return frames >= self._next_frame or self._moment.is_due(time_ns)

    def look(self, frames: int, first_ns: int, now_ns: int) -> list[int]:
        """See who is over, and judge a round; returns the numbers of the connections that left.

        `frames` were read so far, at capture times from `first_ns`; now it is `now_ns`.
        """
        now_ns = self._moment.move(now_ns)
        followed = self._see(now_ns)
        self._tell(first_ns, now_ns)
        most = min(ROUND, len(self.ended) - max(self.keep, ROUND))
        left = self._round(followed, most, first_ns, now_ns, now_ns - SETTLED_NS)
        self._next_frame = frames + max(LOOK_FRAMES, len(self.ended) + len(followed))
        if len(left) == ROUND:
            self._next_frame = frames + ROUND
        self._moment.looked()
        return left

    def settle(self, first_ns: int, now_ns: int) -> list[Facts]:
        """The capture is over: of those that are over `keep` stay, and are returned; the others are open."""
        now_ns = self._moment.now_ns if self._moment.is_back else self._moment.move(now_ns)
        self.fold.step_back(self.fold.pasts.keys(), self._moment.last_ns)
        followed = self._see(now_ns)
        self._tell(first_ns, now_ns)
        self._woken.update(self.ended)
        self._round(followed, len(self.ended) - self.keep, first_ns, now_ns, FOREVER)
        for stream, silent in self._silent.items():
            del self.ended[stream]
            _forget_guess(silent)
        self._silent.clear()
        return list(self.ended.values())

    def tell_rest(self, rows: Iterable["Row"]) -> None:
        """The capture is over: `on_end` hears of those of which it has not, among the rows of the report."""
        if self._on_end is None:
            return
        for row in rows:
            if row.stream not in self._woken:
                self._on_end(row)

    def _see(self, now_ns: int) -> list[Plain | Connection]:
        self._tracker.pack_quiet(FOREVER if self._moment.is_back else now_ns)
        followed = self._tracker.followed
        crowded = 2 * len(followed) > MOST_OPEN
        over: list[Plain | Connection] = []
        for each in followed:
            silent = self._silent.get(each.stream)
            if silent is not None:
                if silent.segments == each.segments:
                    self._silent[each.stream] = silent._replace(followed=each)  # it may have grown
                    continue
                del self._silent[each.stream]
                self._judge.goes_on(each.stream)
                _forget_guess(silent)
            if is_over(each, now_ns, crowded=crowded):
                over.append(each)
        for each in sorted(over, key=lambda one: one.first_frame):
            connection = copied(each) if isinstance(each, Plain) else each
            self._silent[each.stream] = Silent(each, each.segments, connection.client is None)
            self._judge.ended(self._judge.facts_of(connection, dialogue_of(each.listener)))
        return followed

    def _round(
        self, followed: list[Plain | Connection], most: int, first_ns: int, now_ns: int, settled_ns: int
    ) -> list[int]:
        """Let `most` of those go that were over before `settled_ns`, and old exchanges; returns those that left."""
        leaving = self._leaving(most, settled_ns)
        gone = [facts for facts in leaving if not self._judge.is_wanted(facts)]
        wanted = [facts for facts in leaving if self._judge.is_wanted(facts)]
        long = [
            each
            for each in followed
            if each.stream not in self.ended and _is_long(dialogue_of(each.listener).recorded, settled_ns)
        ]
        until_ns = max([_last_ns(facts) + 1 for facts in wanted], default=NEVER)
        for each in long:
            exchanges = dialogue_of(each.listener).recorded
            until_ns = max(until_ns, min(exchanges.end_ns(exchanges.over - EXCHANGES_KEPT), settled_ns))
        keys = {facts.pair_key for facts in wanted}
        beside_them = [each for each in followed if each.stream not in self.ended]
        standing = self._standing.beside(beside_them, keys, long, until_ns)
        keys |= {standing[each.stream].pair_key for each in long if each.stream in standing}
        if keys:
            self.fold.step_back(keys, self._moment.last_ns)
            beside = {facts.stream: facts for facts in wanted}
            beside.update((facts.stream, facts) for facts in self._near(keys, until_ns))
            beside.update(standing)
            together = sorted(beside.values(), key=_stream_of)
            streams = {facts.stream for facts in wanted}
            self.fold.take(streams, together, keys, until_ns, (first_ns, now_ns))
        for each in long:
            facts = self._standing.drop(each.stream)
            if facts is not None:
                dialogue_of(each.listener).forget(EXCHANGES_KEPT, until_ns - facts.hold_ns)
        self.left_out += len(gone)
        for facts in leaving:
            self._forget(facts)
        return [facts.stream for facts in leaving]

    def _leaving(self, most: int, settled_ns: int) -> list[Facts]:
        """The oldest that are over, in full."""
        leaving: list[Facts] = []
        for facts in islice(self.ended.values(), max(0, most)):
            if settled_ns < _last_ns(facts) <= self._moment.last_ns:
                break
            leaving.append(facts)
        for facts in leaving:
            del self.ended[facts.stream]
        return [self._closed(facts) for facts in leaving]

    def _closed(self, facts: Facts) -> Facts:
        silent = self._silent.pop(facts.stream, None)
        if silent is None:
            return facts
        _forget_guess(silent)
        connection = self._tracker.leave(silent.followed)
        return self._judge.facts_of(connection, dialogue_of(connection.listener))

    def _forget(self, facts: Facts) -> None:
        """It is there no more, nor is what it replaced."""
        self.ports[facts.pair_key.port] += 1
        self.limits_hit += facts.dialogue.limits_hit
        self._woken.discard(facts.stream)
        if facts.packed:
            self._tracker.leave_packed(facts.record)
        else:
            facts.connection.replaces = None
            facts.connection.replaces_record = b""

    def _near(self, keys: set[PairKey], until_ns: int) -> list[Facts]:
        """Of those that are over and stay: the next ones, and all of these pairs that were there in a round's time."""
        since = {key: self.fold.swept_ns(key) for key in keys}
        near: list[Facts] = []
        for at, facts in enumerate(self.ended.values()):
            if at >= BESIDE:
                if facts.pair_key not in keys or facts.opened_ns >= until_ns:
                    continue
                swept_ns = since[facts.pair_key]
                if swept_ns is not None and _last_ns(facts) + facts.hold_ns < swept_ns:
                    continue
            if self._judge.is_wanted(facts):
                near.append(facts)
        return near

    def _tell(self, first_ns: int, now_ns: int) -> None:
        """Call `on_end` for those that are over since the last look, judged beside those that were before."""
        if self._on_end is None or not self._untold:
            return
        from kacap.report.rows import connection_row  # noqa: PLC0415 - most have no use for rows before the end

        new, self._untold = self._untold, {}
        window: list[Facts] = []
        untold = len(new)
        for facts in reversed(self.ended.values()):  # those that were told and spoke again may stand between the new
            if untold <= -ROUND:
                break
            if facts.stream in new or untold <= 0:
                untold -= 1
            window.append(facts)
        window = sorted([facts for facts in window if self._judge.is_wanted(facts)], key=_stream_of)
        for pair in pairs_of(window, first_ns, now_ns, self.fold.pasts).values():
            for facts, ruling in zip(pair.connections, rulings_of(pair, new.keys()), strict=True):
                if facts.stream in new:
                    self._on_end(connection_row(facts, ended(facts, ruling), pair.idle_available(facts)))
        for facts in window:
            facts.usual = None


def _forget_guess(silent: Silent) -> None:
    if silent.guessed and isinstance(silent.followed, Connection):
        silent.followed.client = None


def _is_long(exchanges: Exchanges, settled_ns: int) -> bool:
    """Half of its exchanges or more can leave: so each is looked at a few times, and not again at each look."""
    return exchanges.over > 2 * EXCHANGES_KEPT and exchanges.end_ns(exchanges.over // 2) < settled_ns


def _last_ns(facts: Facts) -> int:
    """When its last segment came."""
    return packed_last_ns(facts.record) if facts.packed else facts.connection.last_time_ns


def _stream_of(facts: Facts) -> int:
    return facts.stream
