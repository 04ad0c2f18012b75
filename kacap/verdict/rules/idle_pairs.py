"""What the idle times of a pair foretell, although no request failed yet."""

from kacap.tcp.half import FOREVER, NEVER, UNKNOWN
from kacap.tcp.states import final_states
from kacap.verdict.facts import Facts
from kacap.verdict.occupancy import peak
from kacap.verdict.pair import PairFacts
from kacap.verdict.patterns.habits import (
    SECOND_NS,
    Habits,
    announced_ns,
    idle_at_close_ns,
    is_as_announced,
)
from kacap.verdict.proof import Proof, milliseconds
from kacap.verdict.rules.idle_figures import idle_close_proof
from kacap.verdict.rules.rule import Observation, Sighting
from kacap.verdict.traits import ASKED, BY_SERVER, OPENED, SEVERAL, UNSAID
from kacap.verdict.words import Certainty, Side

SHOWN = 3

_CLOSE_TO = 0.9
"""A request that comes in the last tenth of the server's idle time needs little delay to meet the close."""

_MANY = 3
"""Half-closed connections at one time: fewer are every client that looks at its connections when it needs one."""

LINGER_NS = 10 * SECOND_NS
"""A client that has not closed so long after the server's FIN does not look at its connections."""


def _earlier_than_announced(pair: PairFacts) -> Sighting | None:
    habits = pair.habits
    habit = habits.server
    if habit is None or habits.announced_ns is None or habit.samples < 2:
        return None
    early = [facts for facts in pair.used if _closed_early(facts, habits)]
    if len(early) < 2:
        return None
    measured = milliseconds(habit.value_ns)
    return Sighting(
        tuple(early),
        _closes(pair, early),
        f"Announced: {habits.announced_ns // SECOND_NS} s. Measured: {measured}, {len(early)} times.",
    )


def _closed_early(facts: Facts, habits: Habits) -> bool:
    if facts.first_close is not Side.SERVER or facts.signal is not None or habits.server is None:
        return False
    idle_ns, hint_ns = idle_at_close_ns(facts), announced_ns(facts)
    if idle_ns is None or hint_ns is None or not habits.server.fits(idle_ns):
        return False
    return idle_ns < hint_ns and not is_as_announced(idle_ns, hint_ns)


def _inversion(pair: PairFacts) -> Sighting | None:
    """The server's idle time, measured or announced, against the longest pause that the client puts a connection to."""
    habits = pair.habits
    if (habits.server is None and habits.announced_ns is None) or habits.longest_reused is None:
        return None
    kept_ns, facts, exchange = habits.longest_reused
    if habits.server is not None:
        least_ns, limit_ns, said = (
            int(habits.server.value_ns * _CLOSE_TO),
            habits.server.value_ns,
            "ends idle ones after",
        )
    elif habits.announced_ns is not None:
        least_ns = limit_ns = habits.announced_ns
        said = "announces that it ends idle ones after"
    else:
        return None
    request = exchange.request
    if kept_ns < least_ns or request is None:
        return None
    kept, limit = milliseconds(kept_ns), milliseconds(limit_ns)
    ended = [each for each in pair.used if each is not facts and _ended_by_timer(each, habits)]
    return Sighting(
        (facts, *ended),
        ((facts.stream, Proof(request.frame, request.time_ns, f"request after {kept} of idle")), *_closes(pair, ended)),
        f"The client used a connection after {kept} of idle; the server {said} {limit}.",
        certainty=None if habits.server is not None else Certainty.POSSIBLE,
    )


def _ended_by_timer(facts: Facts, habits: Habits) -> bool:
    if facts.first_close is not Side.SERVER or facts.signal is not None or habits.server is None:
        return False
    idle_ns = idle_at_close_ns(facts)
    return idle_ns is not None and habits.server.fits(idle_ns)


def _half_closed(pair: PairFacts) -> Sighting | None:
    spans = [(facts, span) for facts in pair.used if (span := _lingered(facts, pair.capture.last_ns)) is not None]
    if not spans:
        return None
    longest_ns = max(end - begin for _, (begin, end) in spans)
    together = peak([span for _, span in spans])
    if together < _MANY:
        return None
    return Sighting(
        tuple(facts for facts, _ in spans),
        tuple(
            (
                facts.stream,
                Proof(facts.server.fin_frame, begin, f"server FIN; no client FIN for {milliseconds(end - begin)}"),
            )
            for facts, (begin, end) in spans[:SHOWN]
        ),
        f"{len(spans):,} connections, for {milliseconds(longest_ns)} at most, {together:,} at one time.",
    )


def _lingered(facts: Facts, capture_end_ns: int) -> tuple[int, int] | None:
    """From the server's FIN to the client's, or to the end of the capture, where that is long."""
    if facts.packed and facts.closed_at_ns - facts.first_close_ns < LINGER_NS:
        return None
    client, server = facts.client, facts.server
    begin = server.fin_time_ns
    if client.fin_frame != UNKNOWN and client.fin_time_ns - begin < LINGER_NS:
        return None
    if server.fin_frame == UNKNOWN or facts.first_close is not Side.SERVER or not facts.opened_here:
        return None
    if client.fin_frame == UNKNOWN and facts.connection.closed_at_ns == NEVER:
        end = min(capture_end_ns, FOREVER - 1)
        if final_states(facts.connection)[0] != "CLOSE_WAIT":
            return None
    else:
        end = client.fin_time_ns if client.fin_time_ns != NEVER else facts.connection.closed_at_ns
    if end - begin < LINGER_NS or (facts.exchanges and facts.exchanges[-1].end_ns > begin):
        return None
    return begin, end


def _closes(pair: PairFacts, connections: list[Facts]) -> tuple[tuple[int, Proof], ...]:
    return tuple((facts.stream, proof) for facts in connections[:SHOWN] for proof in idle_close_proof(facts, pair))


OBSERVATIONS: tuple[Observation, ...] = (
    Observation("keepalive-hint-mismatch", _earlier_than_announced, needs=(ASKED | UNSAID | BY_SERVER,)),
    Observation("idle-timeout-inversion", _inversion, needs=(SEVERAL,)),
    Observation("half-closed-linger", _half_closed, needs=(OPENED | ASKED | BY_SERVER,)),
)
