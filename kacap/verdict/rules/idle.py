"""Nobody said that the connection ends, and one side closed it after a pause.

A connection that was left idle while the client opened others is a leak, whoever ends it at last: the close is not why
it was not used again. Then the client that closes as it opens another, then timers of either side.
"""

from collections.abc import Sequence

from kacap.tcp.half import NEVER
from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.patterns.defaults import fitting
from kacap.verdict.patterns.habits import (
    ONE_MOMENT_NS,
    SECOND_NS,
    Habit,
    announced_ns,
    idle_at_close_ns,
    is_as_announced,
    shortest_idle_ns,
)
from kacap.verdict.rules.idle_figures import (
    client_idle_figures,
    close_at_syn_proof,
    idle_close_proof,
    last_answer_proof,
    leak_figures,
    name_of_client,
    server_idle_figures,
)
from kacap.verdict.rules.idle_pairs import OBSERVATIONS
from kacap.verdict.rules.network import FORGOTTEN_NS
from kacap.verdict.rules.rule import Rule, then
from kacap.verdict.traits import ASKED, BY_CLIENT, BY_SERVER, UNSAID
from kacap.verdict.words import Certainty, Severity, Side, Verdict

_LEAKS = 3
_OPEN_LEAKS = 5
"""So many where the capture shows none of them end: fewer may be used yet."""

_SHARE_OF_LEAKS = 0.9
"""Of the avoidable connections, those that were avoidable because of the leak."""


def _leaks(facts: Facts, pair: PairFacts) -> bool:
    """One of many that stood idle, and never was used again, while the client opened the next."""
    habits = pair.habits
    left = len(habits.left_idle)
    if left < _LEAKS or left < _SHARE_OF_LEAKS * min(pair.avoidable, len(pair.used)) or 2 * left < len(pair.used):
        return False
    if habits.left_until_ns == NEVER and left < _OPEN_LEAKS:
        return False
    if facts.stream in habits.left_idle:
        return True
    # The last of the row: no other was opened after it, and it ended with the rest.
    if facts.asked != 1 or facts.signal is not None or idle_at_close_ns(facts) is None:
        return False
    return abs(facts.first_close_ns - habits.left_until_ns) <= ONE_MOMENT_NS


def _leak_certainty(facts: Facts, pair: PairFacts) -> Certainty:
    """Several programs behind one address, or one after the other, do not know of each other's connections."""
    if not pair.habits.one_program or _client_timer(facts, pair):
        return Certainty.POSSIBLE
    return Certainty.LIKELY


def _idle(facts: Facts, side: Side) -> int | None:
    """How long it was idle when that side closed it without a word."""
    if facts.first_close is not side or facts.signal is not None:
        return None
    idle_ns = idle_at_close_ns(facts)
    return idle_ns if idle_ns is not None and idle_ns >= shortest_idle_ns(facts) else None


def _closed_at_syn(facts: Facts, pair: PairFacts) -> bool:
    return facts.stream in pair.habits.closed_at_syn and _idle(facts, Side.CLIENT) is not None


def _closed_at_syn_certainty(facts: Facts, pair: PairFacts) -> Certainty:
    """A program that makes a new client for each request may close the old one as late; it never reuses one."""
    again = pair.habits.moments_at_syn >= 2 and pair.reused_exchanges > 0
    return Certainty.LIKELY if again else Certainty.POSSIBLE


def _client_timer(facts: Facts, pair: PairFacts) -> bool:
    idle_ns = _idle(facts, Side.CLIENT)
    if idle_ns is None:
        return False
    habit = pair.habits.client
    if habit is not None and habit.fits(idle_ns):
        return True
    name = name_of_client(facts)
    return habit is None and name is not None and bool(fitting(Side.CLIENT, idle_ns, name))


def _client_timer_certainty(facts: Facts, pair: PairFacts) -> Certainty:
    return Certainty.LIKELY if _samples(pair.habits.client) >= 3 else Certainty.POSSIBLE


def _server_timer(facts: Facts, pair: PairFacts) -> bool:
    return _idle(facts, Side.SERVER) is not None or _is_reset_after_long(facts)


def _is_reset_after_long(facts: Facts) -> bool:
    """A RST of the server's side while nothing was going on: its own, or of a device that forgets idle connections."""
    if facts.first_close is not Side.SERVER or facts.signal is not None or facts.connection.first_close_kind != "rst":
        return False
    return (idle_at_close_ns(facts, resets=True) or 0) >= FORGOTTEN_NS


def _server_timer_certainty(facts: Facts, pair: PairFacts) -> Certainty:
    """Proven when it is what the server announced; a close soon after a response needs another that agrees.

    A RST does not say whose it is, and connections that end together after different idle times have no timer.
    """
    if facts.connection.first_close_kind == "rst" or pair.capture.departures.wave(facts) is not None:
        return Certainty.POSSIBLE
    idle_ns = idle_at_close_ns(facts) or 0
    hint_ns = announced_ns(facts)
    if hint_ns is not None and is_as_announced(idle_ns, hint_ns):
        return Certainty.PROVEN
    habit = pair.habits.server
    if idle_ns >= SECOND_NS or (habit is not None and habit.fits(idle_ns)):
        return Certainty.LIKELY
    return Certainty.POSSIBLE


def _samples(habit: Habit | None) -> int:
    return 0 if habit is None else habit.samples


def severity(pair: PairFacts, connections: Sequence[Facts]) -> Severity:
    """A warning only where a later request needed a new connection because one of these had ended."""
    if pair.avoidable == 0 or pair.verdict is Verdict.REUSED:
        return Severity.NOTE
    return Severity.WARNING if any(_was_needed_later(pair, facts) for facts in connections) else Severity.NOTE


def _was_needed_later(pair: PairFacts, facts: Facts) -> bool:
    later = pair.opened_after(facts.first_close_ns)
    return later is not None and later.asked > 0 and pair.idle_available(later) == 0


RULES: tuple[Rule, ...] = (
    Rule(
        "client-connection-leak",
        _leaks,
        then(last_answer_proof, idle_close_proof),
        certainty=_leak_certainty,
        numbers=leak_figures,
        needs=(ASKED | UNSAID,),
    ),
    Rule(
        "client-idle-expiry-lazy",
        _closed_at_syn,
        close_at_syn_proof,
        certainty=_closed_at_syn_certainty,
        numbers=client_idle_figures,
        needs=(ASKED | UNSAID | BY_CLIENT,),
    ),
    Rule(
        "client-idle-expiry-eager",
        _client_timer,
        idle_close_proof,
        certainty=_client_timer_certainty,
        numbers=client_idle_figures,
        severity=severity,
        needs=(UNSAID | BY_CLIENT,),
    ),
    Rule(
        "server-idle-timeout",
        _server_timer,
        idle_close_proof,
        certainty=_server_timer_certainty,
        numbers=server_idle_figures,
        severity=severity,
        needs=(UNSAID | BY_SERVER,),
    ),
)

__all__ = ["OBSERVATIONS", "RULES"]
