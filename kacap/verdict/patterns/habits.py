"""What the two sides of a pair do again and again: after which idle time a side ends a connection.

A timer shows by repetition. A sample is a FIN of one side on a connection on which nothing was going on and of which
nobody had said that it ends. Samples of one moment count once: a process that exits closes all it has, whatever its
timers are. A value is a habit when most samples agree on it; one sample suffices where it is what the server announced
in `Keep-Alive: timeout` (Node.js waits up to a second longer than it announces). All else is unknown, not guessed.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Final, NamedTuple

from kacap.http.message import Exchange
from kacap.http.persistence import SERVER_CLOSE
from kacap.tcp.half import NEVER
from kacap.verdict.facts import Facts
from kacap.verdict.median import median_low
from kacap.verdict.patterns.left import left_idle, look_like_one_program
from kacap.verdict.patterns.losses import loser
from kacap.verdict.words import Side

SECOND_NS: Final = 1_000_000_000

SHORTEST_IDLE_NS: Final = 200_000_000
"""A close sooner after a response is no matter of a timer."""

ONE_MOMENT_NS: Final = 100_000_000
"""Closes that follow one another within this time are one event."""

AT_NEXT_SYN_NS: Final = 25_000_000
"""A client that closes this shortly before or after its next SYN closed because it needed a connection."""

_CHANCE: Final = 0.25
"""Where this share of all moments lies so close to a SYN, being close to one says nothing."""

_ANNOUNCED_SLACK_NS: Final = 1_100_000_000


class Habit(NamedTuple):
    """An idle time after which one side ends its connections."""

    value_ns: int
    """The median."""
    samples: int

    def fits(self, idle_ns: int) -> bool:
        """Whether a close after that idle time is the same timer."""
        return abs(idle_ns - self.value_ns) <= tolerance_ns(self.value_ns)


class Habits:
    """The idle times of a pair; None where they are not known."""

    __slots__ = (
        "_longest_reused",
        "_one_program",
        "_used",
        "announced_ns",
        "client",
        "closed_at_syn",
        "ended_kept",
        "left_idle",
        "left_until_ns",
        "moments_at_syn",
        "server",
        "server_max_age",
    )

    def __init__(self, used: list[Facts], openings: list[Facts]) -> None:
        self._used = used
        self._longest_reused: tuple[int, Facts, Exchange] | None = None
        self._one_program: bool | None = None
        at_syn, by_client, by_server = _samples(used, openings)
        self.announced_ns = _least_announced_ns(used)
        """The smallest `Keep-Alive: timeout` of the server."""
        self.server = habit_of(by_server, self.announced_ns)
        self.client = habit_of(by_client, None)
        self.closed_at_syn = frozenset([facts.stream for facts in at_syn])
        """Streams that were idle, and that the client closed as it opened another."""
        self.moments_at_syn = len(moments([facts.first_close_ns for facts in at_syn]))
        """How often it did that."""
        left = [facts for facts in left_idle(used, openings) if not _timed_out(facts, self.client)]
        self.left_idle = frozenset([facts.stream for facts in left])
        """Streams that stood idle while the client opened another, were never used again, and did not end as those do
        that the client's timer ends after some use."""
        self.left_until_ns = max([facts.first_close_ns for facts in left], default=NEVER)
        """When the last of those was closed."""
        aged = [(facts, age_ns) for facts in used if (age_ns := age_at_signal_ns(facts)) is not None]
        self.ended_kept = len(moments([facts.opened_ns + age_ns for facts, age_ns in aged]))
        """Moments at which a good answer said close on a connection that the server had kept before."""
        self.server_max_age = _max_age(aged)
        """Not an idle time: the age at which the server says close, whatever number of requests it had served."""

    @property
    def server_setting_ns(self) -> int | None:
        """The idle timeout as it is set at the server: what it announces, where the closes are those of Node.js."""
        if self.server is None:
            return None
        value_ns, hint_ns = self.server.value_ns, self.announced_ns
        return hint_ns if hint_ns is not None and is_as_announced(value_ns, hint_ns) else value_ns

    @property
    def longest_reused(self) -> tuple[int, Facts, Exchange] | None:
        """The longest idle time after which a connection was used again, with success: nanoseconds, where, and how."""
        if self._longest_reused is None:
            for facts in self._used:
                found = _longest_reused(facts)
                if found is not None and (self._longest_reused is None or found[0] > self._longest_reused[0]):
                    self._longest_reused = found[0], facts, found[1]
        return self._longest_reused

    @property
    def one_program(self) -> bool:
        """Whether all its connections began with the same User-Agent."""
        if self._one_program is None:
            self._one_program = look_like_one_program(self._used)
        return self._one_program


def habits_of(used: list[Facts], openings: list[Facts]) -> Habits:
    """The habits of a pair: its connections that carried exchanges, and those it opened in order of SYN."""
    return Habits(used, openings)


Sample = tuple[int, int]
"""Time of the close, and idle time."""


def _samples(used: list[Facts], openings: list[Facts]) -> tuple[list[Facts], list[Sample], list[Sample]]:
    """What the client closed beside a SYN of its own, and the other closes of either side after a pause."""
    at_syn: list[Facts] = []
    by_client: list[Sample] = []
    by_server: list[Sample] = []
    opened_ns: list[int] | None = None
    for facts in used:
        idle_ns = idle_at_close_ns(facts)
        if idle_ns is None or idle_ns < shortest_idle_ns(facts):
            continue
        if facts.first_close is Side.SERVER:
            by_server.append((facts.first_close_ns, idle_ns))
            continue
        if opened_ns is None:
            opened_ns = [] if _syns_are_everywhere(openings) else [opening.opened_ns for opening in openings]
        if _near_opening(facts, opened_ns):
            at_syn.append(facts)
        else:
            by_client.append((facts.first_close_ns, idle_ns))
    return at_syn, by_client, by_server


def _least_announced_ns(used: list[Facts]) -> int | None:
    least: int | None = None
    for facts in used:
        hint_ns = announced_ns(facts)
        if hint_ns is not None and (least is None or hint_ns < least):
            least = hint_ns
    return least


def idle_at_close_ns(facts: Facts, *, resets: bool = False) -> int | None:
    """How long a connection had been idle when the first FIN ended it; None where it was not idle, or not in peace.

    `resets`: or the first RST, which may be written by something between and therefore is no sample of a timer.
    A request that was sent behind the FIN does not count: for the side that closed, the connection was idle.
    """
    if facts.first_close is None or not (resets or facts.packed or facts.connection.first_close_kind == "fin"):
        return None
    if facts.signal is not None and facts.idle_before_close_ns:
        return None  # what it ended with was the last before the close
    if facts.dialogue.switched or facts.dialogue.lost_in_gap or facts.one_sided or facts.dialogue.protocols:
        return None
    if loser(facts) is not None:
        return None
    if facts.signal is None and facts.idle_before_close_ns:
        return facts.idle_before_close_ns
    exchanges = facts.exchanges
    for at in range(len(exchanges) - 1, -1, -1):
        if exchanges.start_ns(at) < facts.first_close_ns:
            idle_ns = facts.first_close_ns - exchanges.end_ns(at)
            return idle_ns if idle_ns >= 0 and exchanges.persists(at) else None
    return None


def shortest_idle_ns(facts: Facts) -> int:
    """As `SHORTEST_IDLE_NS`, seen from this capture point: what a client does it sees later."""
    return SHORTEST_IDLE_NS + ((facts.beyond_ns or 0) if facts.first_close is Side.CLIENT else 0)


def announced_ns(facts: Facts) -> int | None:
    """The `Keep-Alive: timeout` of the last response that has one."""
    for head in reversed(facts.exchanges.response_heads()):
        if head.keep_alive is not None and head.keep_alive[0]:
            return head.keep_alive[0] * SECOND_NS
    return None


def is_as_announced(idle_ns: int, hint_ns: int) -> bool:
    """Whether a close after that idle time keeps what the server announced."""
    return hint_ns - tolerance_ns(hint_ns) <= idle_ns <= hint_ns + tolerance_ns(hint_ns) + _ANNOUNCED_SLACK_NS


def _timed_out(facts: Facts, client: Habit | None) -> bool:
    """Whether the client used a connection more than once and then ended it by its timer: it had not lost it."""
    if client is None or facts.first_close is not Side.CLIENT or facts.asked < 2:
        return False
    idle_ns = idle_at_close_ns(facts)
    return idle_ns is not None and client.fits(idle_ns)


def _near_opening(facts: Facts, opened_ns: Sequence[int]) -> bool:
    """Whether the close of a connection stands beside the SYN of another."""
    first_ns, last_ns = facts.first_close_ns - AT_NEXT_SYN_NS, facts.first_close_ns + AT_NEXT_SYN_NS
    return bisect_left(opened_ns, first_ns) < bisect_right(opened_ns, last_ns)


def tolerance_ns(value_ns: int) -> int:
    """How far samples of one timer may lie apart: some servers look at their connections now and then only."""
    return max(value_ns // 20, min(value_ns // 10, 300_000_000))


def moments(times_ns: Sequence[int]) -> list[int]:
    """The first of each group of times that follow one another closely, in order."""
    found: list[int] = []
    last_ns: int | None = None
    for time_ns in sorted(times_ns):
        if last_ns is None or time_ns - last_ns > ONE_MOMENT_NS:
            found.append(time_ns)
        last_ns = time_ns
    return found


def habit_of(samples: Sequence[tuple[int, int]], hint_ns: int | None) -> Habit | None:
    """The idle time that most of the samples (time of the close, idle time) agree on."""
    first_of = set(moments([time_ns for time_ns, _ in samples]))
    idles = sorted({time_ns: idle_ns for time_ns, idle_ns in samples if time_ns in first_of}.values())
    if not idles:
        return None
    begin, end = _largest_cluster(idles)
    count = end - begin
    announced = hint_ns is not None and is_as_announced(idles[begin], hint_ns)
    if (count < 2 and not announced) or 2 * count <= len(idles):
        return None
    agreed = idles[begin:end]
    return Habit(median_low(agreed), count)


def _largest_cluster(idles: Sequence[int]) -> tuple[int, int]:
    best, begin = (0, 0), 0
    for end in range(1, len(idles) + 1):
        while idles[end - 1] - idles[begin] > tolerance_ns(idles[begin]):
            begin += 1
        if end - begin > best[1] - best[0]:
            best = (begin, end)
    return best


def age_at_signal_ns(facts: Facts) -> int | None:
    """The age at which the server said close in a good answer on a connection that it had kept before; else None."""
    said = facts.signal
    if said is None or said.cause != SERVER_CLOSE or not facts.opened_here or facts.asked < 2:
        return None
    response = facts.exchanges.at(said.index).response
    # Frames of a merged file may step back in time.
    return None if response is None or response.status >= 400 else max(0, response.time_ns - facts.opened_ns)


def _max_age(aged: Sequence[tuple[Facts, int]]) -> Habit | None:
    """Three must agree, and their numbers of exchanges must not: that is a limit of requests."""
    habit = habit_of([(facts.opened_ns + age_ns, age_ns) for facts, age_ns in aged], None)
    if habit is None or habit.samples < 3 or habit.value_ns < SECOND_NS:
        return None
    counts = [facts.asked for facts, age_ns in aged if habit.fits(age_ns)]
    return None if min(counts) == max(counts) else habit


def _longest_reused(facts: Facts) -> tuple[int, Exchange] | None:
    """The longest pause between two exchanges of one connection of which the second was answered."""
    longest: tuple[int, Exchange] | None = None
    before: Exchange | None = None
    for exchange in facts.exchanges:
        if before is not None and before.complete and exchange.request is not None and exchange.response is not None:
            idle_ns = exchange.request.time_ns - before.end_ns
            if idle_ns > 0 and (longest is None or idle_ns > longest[0]):
                longest = (idle_ns, exchange)
        before = exchange
    return None if facts.dialogue.lost_in_gap else longest


def _syns_are_everywhere(openings: list[Facts]) -> bool:
    span_ns = openings[-1].opened_ns - openings[0].opened_ns if openings else 0
    return len(openings) > 1 and len(openings) * 2 * AT_NEXT_SYN_NS > _CHANCE * span_ns
