"""What goes over from the connections of a pair into its past, and what is told of both together.

A pair is swept up to the moment when the last of those that leave was over; then each of them is forgotten.
"""

from kacap.verdict import traits
from kacap.verdict.counts import reused_of
from kacap.verdict.occupancy import Cover, open_interval
from kacap.verdict.pair import PairFacts
from kacap.verdict.past import Past
from kacap.verdict.rules import Ruling


def sweep(pair: PairFacts, past: Past, until_ns: int) -> None:
    """Count for the past what happened up to a moment; all connections that were there before it are in the pair."""
    since_ns = past.needs.swept_ns
    if until_ns <= since_ns:
        return
    held = Cover()
    for facts in pair.connections:
        if facts.established:
            start, end = open_interval(facts)
            held.add_part(start, end, since_ns, until_ns)
    past.peak_open = max(past.peak_open, held.peak())
    past.needs.sweep(pair.shared, pair.was_left, until_ns)


def forget(pair: PairFacts, past: Past, at: int, ruling: Ruling | None) -> None:
    """The connection at this place of the pair leaves."""
    facts, bits = pair.connections[at], pair.kinds[at].traits
    reused = reused_of(facts, bits) if bits & traits.ASKED and bits & traits.SEVERAL else 0
    past.add_connection(facts, bits, reused, ruling, is_probe=facts.stream in pair.probes)


def note_habits(pair: PairFacts, past: Past) -> None:
    """The timers and limits of a pair stay known."""
    past.server_idle_ns, past.client_idle_ns = server_idle_ns(pair), client_idle_ns(pair)
    past.request_limit, past.behind = pair.request_limit, proxy(pair)


def server_idle_ns(pair: PairFacts) -> int | None:
    """After which idle time the server ends a connection."""
    known_ns = pair.habits.server_setting_ns
    return pair.past.server_idle_ns if known_ns is None and pair.past is not None else known_ns


def client_idle_ns(pair: PairFacts) -> int | None:
    """After which idle time the client ends a connection."""
    known = pair.habits.client
    if known is None:
        return None if pair.past is None else pair.past.client_idle_ns
    return known.value_ns


def proxy(pair: PairFacts) -> tuple[bytes, int] | None:
    """Where the proxy listens that is the client of this pair."""
    if pair.behind is None:
        return None if pair.past is None else pair.past.behind
    return pair.behind.server
