"""Nobody said that the connection ends, and the client closed it right after a response.

First what a pool shows by its own numbers, then clients that keep nothing. These leave the same packets for several
reasons: how a client calls itself chooses among them, and proves none.
"""

from collections.abc import Sequence

from kacap.tcp.half import UNKNOWN
from kacap.verdict.counts import SHARE_OF_DISCARDS
from kacap.verdict.facts import DISCARD_NS, Facts
from kacap.verdict.median import median_low
from kacap.verdict.pair import PairFacts
from kacap.verdict.patterns.pools import dropped_soon, thrown_away
from kacap.verdict.proof import close_proof, last_response_proof, milliseconds
from kacap.verdict.rules import pool_limits, pool_pairs
from kacap.verdict.rules.rule import Observation, Rule, Test, both, then
from kacap.verdict.stacks import user_agent
from kacap.verdict.traits import ALONE, ASKED, BY_CLIENT, DISCARDED, IDLE, NEVER_KEPT, OPENED, THROWN, UNSAID, WASTE
from kacap.verdict.words import Certainty, Side

_AT_ONCE_NS = 50_000_000
"""The next connection follows the discard within this time when it is the same process that goes on."""
_AT_LEAST = 2
"""One close is no habit of a client that uses other connections again."""

_LOAD_GENERATORS = ("apachebench/", "siege/", "k6/", "hey/")
_COMMANDS = ("curl/", "wget/")
"""Programs that end with their last request."""
_GO = ("go-http-client/1",)
_JAVA = ("java/",)


def _named(names: tuple[str, ...]) -> Test:
    """Whether one of the products in the User-Agent begins with one of `names`."""

    def applies(facts: Facts, pair: PairFacts) -> bool:
        return any(product.startswith(names) for product in user_agent(facts).split(" "))

    return applies


def _never_kept(facts: Facts, pair: PairFacts) -> bool:
    """It is one of many: of nearly all that ended without a word, the client closed after one exchange, at once."""
    return pair.never_kept and pair.avoidable > 0 and facts.discarded


def _soon_dropped(facts: Facts, pair: PairFacts) -> bool:
    """Nothing is ever used again: each connection ends after one exchange, later than at once, sooner than a timer."""
    if not dropped_soon(facts) or pair.avoidable <= 0 or pair.reused_exchanges:
        return False
    left = pair.habits.left_idle  # what a process leaves open it closes as it ends, all at once
    dropped = pair.pool.dropped - len(left)
    return facts.stream not in left and dropped >= max(_AT_LEAST, SHARE_OF_DISCARDS * pair.ended)


def _perhaps_unread(facts: Facts, pair: PairFacts) -> bool:
    """The response had a body, and the client had to open another connection afterwards."""
    response = facts.exchanges[-1].response if thrown_away(facts) else None
    if response is None or response.body_bytes == 0 or pair.avoidable <= 0:
        return False
    needed_again = pair.pool.thrown >= _AT_LEAST and pair.opened_after(facts.first_close_ns) is not None
    return needed_again or _never_kept(facts, pair)


def _half_closes(facts: Facts, pair: PairFacts) -> bool:
    """The client said with its only request that no other follows, by a FIN, and read the response."""
    final = facts.final
    if final is None or final.request is None or final.response is None or not final.complete:
        return False
    return (
        facts.opened_here
        and pair.avoidable > 0
        and facts.asked == 1
        and facts.signal is None
        and not facts.dialogue.switched
        and facts.first_close is Side.CLIENT
        and facts.connection.first_close_kind == "fin"
        and facts.connection.first_close_frame < final.response.frame
        and facts.client.rst_frame == UNKNOWN
        and facts.first_close_ns - final.request.end_time_ns <= DISCARD_NS
    )


def _by_new_processes(facts: Facts, pair: PairFacts) -> bool:
    """The client is a command that ends, or asked for the address each time and took as long as a process to start."""
    if _is_command(facts, pair):
        return True
    pause_ns = pair.pause_after_discard_ns
    looked_up = pair.pool.looked_up >= max(_AT_LEAST, SHARE_OF_DISCARDS * pair.discarded)
    return looked_up and pause_ns is not None and pause_ns > _AT_ONCE_NS


def _process_certainty(facts: Facts, pair: PairFacts) -> Certainty:
    many = pair.discarded >= _AT_LEAST
    return Certainty.LIKELY if many and _is_command(facts, pair) else Certainty.POSSIBLE


def _no_session_certainty(facts: Facts, pair: PairFacts) -> Certainty:
    """A new process for each request leaves the same packets, but it takes time to start one."""
    pause_ns = pair.pause_after_discard_ns
    return Certainty.LIKELY if pause_ns is not None and pause_ns <= _AT_ONCE_NS else Certainty.POSSIBLE


def _soon_certainty(facts: Facts, pair: PairFacts) -> Certainty:
    return Certainty.POSSIBLE


def _pause(pair: PairFacts, connections: Sequence[Facts]) -> str:
    pause_ns = pair.pause_after_discard_ns
    if pause_ns is None or pause_ns < 0:
        return ""
    return f"The next connection follows {milliseconds(round(pause_ns))} after the close (median)."


def _delay(pair: PairFacts, connections: Sequence[Facts]) -> str:
    delays = [idle_ns for facts in connections if (idle_ns := facts.idle_before_close_ns) is not None]
    return f"The client closes {milliseconds(median_low(delays))} after the response (median)." if delays else ""


def _half_closed(pair: PairFacts, connections: Sequence[Facts]) -> str:
    return f"{len(connections)} times the client said by a FIN right behind its request that no other follows."


def _body_sizes(pair: PairFacts, connections: Sequence[Facts]) -> str:
    sizes = [response.body_bytes for facts in connections if (response := facts.exchanges[-1].response) is not None]
    if not sizes:
        return ""
    least, most = min(sizes), max(sizes)
    size = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    return f"The bodies of these responses had {size} bytes, and all of them arrived."


_is_command = _named(_COMMANDS)
_PROOF = then(last_response_proof, close_proof)
_NEVER_KEPT = (DISCARDED | WASTE | NEVER_KEPT,)

RULES: tuple[Rule, ...] = (
    *pool_limits.OF_IDLE,
    Rule(
        "load-generator-no-reuse",
        both(_never_kept, _named(_LOAD_GENERATORS)),
        _PROOF,
        numbers=_pause,
        needs=_NEVER_KEPT,
    ),
    Rule(
        "client-body-not-read-discard",
        both(_perhaps_unread, _named(_GO)),
        _PROOF,
        numbers=_body_sizes,
        needs=(THROWN | WASTE,),
    ),
    *pool_limits.OF_USE,
    Rule(
        "client-explicit-disconnect",
        both(_never_kept, _named(_JAVA)),
        _PROOF,
        numbers=_pause,
        needs=_NEVER_KEPT,
    ),
    Rule(
        "client-process-per-request",
        both(_never_kept, _by_new_processes),
        _PROOF,
        certainty=_process_certainty,
        numbers=_pause,
        needs=_NEVER_KEPT,
    ),
    Rule(
        "client-process-per-request",
        _half_closes,
        _PROOF,
        numbers=_half_closed,
        needs=(OPENED | ASKED | UNSAID | BY_CLIENT | WASTE,),
    ),
    Rule(
        "client-no-session",
        _never_kept,
        _PROOF,
        certainty=_no_session_certainty,
        numbers=_pause,
        needs=_NEVER_KEPT,
    ),
    Rule(
        "client-no-session",
        _soon_dropped,
        _PROOF,
        certainty=_soon_certainty,
        numbers=_delay,
        needs=(OPENED | ALONE | UNSAID | BY_CLIENT | IDLE | WASTE,),
    ),
)

OBSERVATIONS: tuple[Observation, ...] = pool_pairs.OBSERVATIONS
