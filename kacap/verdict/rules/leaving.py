"""Connections that end together, or of age: a server that stops, a worker that is replaced, a load balancer's choice.

What ended together says more than each end alone, so these rows come before the plain signal and the plain idle time.
Packets do not tell who gave the order: most rows are no more than possible.
"""

from collections.abc import Iterator, Sequence

from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.patterns.departures import SHUT_DOWN, Wave, client_wave
from kacap.verdict.patterns.habits import age_at_signal_ns
from kacap.verdict.patterns.retries import unanswered
from kacap.verdict.proof import Proof, close_proof, milliseconds, opening_proof, signal_proof
from kacap.verdict.rules.idle_figures import idle_close_proof, name_of_server
from kacap.verdict.rules.races import failed_requests, retries_in_numbers
from kacap.verdict.rules.rule import SHOWN, Observation, Rule, Sighting
from kacap.verdict.traits import AGAIN, ASKED, BY_CLIENT, BY_SERVER, GOOD, OPENED, SERVER_CLOSE, UNSAID
from kacap.verdict.words import Certainty, ConnectionVerdict, Severity

_PROXIES = ("nginx", "openresty", "envoy", "haproxy", "traefik", "caddy", "apache")
_BALANCERS = ("google frontend", "gws", "gse", "sffe", "esf")
_BALANCED = 3


def _is_last(wave: Wave | None) -> bool:
    """Whether it took all connections of the server."""
    return wave is not None and wave.survivors == 0 and len(wave.ends) >= SHUT_DOWN


def _drained(facts: Facts, pair: PairFacts) -> bool:
    wave = pair.capture.departures.wave(facts)
    return wave is not None and (wave.is_shutdown or _is_last(wave))


def _drained_certainty(facts: Facts, pair: PairFacts) -> Certainty:
    wave = pair.capture.departures.wave(facts)
    return Certainty.LIKELY if wave is not None and wave.refused else Certainty.POSSIBLE


def _reloaded(facts: Facts, pair: PairFacts) -> bool:
    """All at once, and the same address goes on at once."""
    wave = pair.capture.departures.wave(facts)
    if wave is None or not _is_last(wave) or wave.next_opening is None:
        return False
    if wave.next_opening.verdict is ConnectionVerdict.FAILED:
        return False
    return _calls_itself(facts, _PROXIES)


def _recycled(facts: Facts, pair: PairFacts) -> bool:
    """A share of the connections at a time, again and again."""
    wave = pair.capture.departures.wave(facts)
    return wave is not None and wave.is_partial and pair.capture.departures.partial_waves(facts) >= 2


def _of_age(facts: Facts, pair: PairFacts) -> bool:
    habit, age_ns = pair.habits.server_max_age, age_at_signal_ns(facts)
    return habit is not None and age_ns is not None and habit.fits(age_ns)


def _balanced(facts: Facts, pair: PairFacts) -> bool:
    """Good answers say close at no age and no number of requests that they share."""
    if age_at_signal_ns(facts) is None or pair.request_limit is not None or not _calls_itself(facts, _BALANCERS):
        return False
    return pair.habits.ended_kept >= _BALANCED


def _calls_itself(facts: Facts, names: tuple[str, ...]) -> bool:
    name = (name_of_server(facts) or "").lower()
    return any(each in name for each in names)


def _leaving_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    """What ended it, and what became of the next connection to that server."""
    if facts.signal is not None:
        yield from signal_proof(facts, pair)
    else:
        yield from idle_close_proof(facts, pair)
    wave = pair.capture.departures.wave(facts)
    later = None if wave is None else wave.next_opening
    if later is not None and not later.undecided:
        what = "fails" if later.verdict is ConnectionVerdict.FAILED else "is answered"
        yield from opening_proof(later, f"the next SYN to this server {what}", later.stream)


def _age_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    age_ns = age_at_signal_ns(facts)
    final = facts.final
    if facts.signal is not None and final is not None and final.response is not None and age_ns is not None:
        response = final.response
        text = f'response says "Connection: close" {milliseconds(age_ns)} after the SYN'
        yield Proof(response.frame, response.time_ns, text)
    yield from close_proof(facts, pair)


def _wave_figures(pair: PairFacts, connections: Sequence[Facts]) -> str:
    waves = {id(wave): wave for facts in connections if (wave := pair.capture.departures.wave(facts)) is not None}
    said = [f"{len(wave.ends)} within {milliseconds(wave.span_ns)}" for wave in list(waves.values())[:SHOWN]]
    more = len(waves) - len(said)
    return f"Connections that ended together: {', '.join(said)}{f' and {more} times more' if more else ''}."


def _drained_figures(pair: PairFacts, connections: Sequence[Facts]) -> str:
    """Of the ends, and of the requests that were under way to them."""
    lost = _with_lost_request(connections)
    figures = _wave_figures(pair, connections)
    return f"{figures} {retries_in_numbers(pair, lost)}" if lost else figures


def _drained_severity(pair: PairFacts, connections: Sequence[Facts]) -> Severity:
    """A shutdown is harmless, but for the requests that it lost."""
    lost = _with_lost_request(connections)
    return failed_requests(pair, lost) if lost else Severity.NOTE


def _with_lost_request(connections: Sequence[Facts]) -> list[Facts]:
    return [facts for facts in connections if unanswered(facts) is not None]


def _age_figures(pair: PairFacts, connections: Sequence[Facts]) -> str:
    ages = sorted(age_ns for facts in connections if (age_ns := age_at_signal_ns(facts)) is not None)
    counts = sorted(facts.asked for facts in connections)
    if not ages:
        return ""
    youngest, oldest = milliseconds(ages[0]), milliseconds(ages[-1])
    between = youngest if youngest == oldest else f"{youngest} to {oldest}"
    return f"{len(ages)} connections ended at an age of {between}, after {counts[0]} to {counts[-1]} requests."


def _backend_left(pair: PairFacts) -> Sighting | None:
    """The client ended all connections to this server together, and goes on with another of the same port."""
    wave = client_wave(pair.used)
    if len(wave) < SHUT_DOWN:
        return None
    last = wave[-1]
    if pair.opened_after(wave[0].time_ns) is not None:
        return None
    others = pair.capture.departures.others_in_use(last.facts, last.time_ns)
    if not others:
        return None
    members = tuple(end.facts for end in wave)
    another = "another server" if others == 1 else f"{others} other servers"
    span = milliseconds(last.time_ns - wave[0].time_ns)
    return Sighting(
        members,
        tuple((facts.stream, proof) for facts in members[:SHOWN] for proof in idle_close_proof(facts, pair)),
        f"{len(members)} connections ended within {span}; the client goes on with {another} of the same port.",
    )


_SAID = (OPENED | AGAIN | GOOD | SERVER_CLOSE,)
_ENDED = (AGAIN | GOOD | SERVER_CLOSE, ASKED | UNSAID | BY_SERVER)
"""What may be part of a wave."""

RULES: tuple[Rule, ...] = (
    Rule("server-max-age", _of_age, _age_proof, numbers=_age_figures, needs=_SAID),
    Rule("proxy-config-reload", _reloaded, _leaving_proof, numbers=_wave_figures, needs=_ENDED),
    Rule(
        "server-drain-shutdown",
        _drained,
        _leaving_proof,
        certainty=_drained_certainty,
        numbers=_drained_figures,
        severity=_drained_severity,
        needs=_ENDED,
    ),
    Rule("lb-rebalance-close", _balanced, _age_proof, numbers=_age_figures, needs=_SAID),
    Rule("server-worker-recycle", _recycled, _leaving_proof, numbers=_wave_figures, needs=_ENDED),
)

OBSERVATIONS: tuple[Observation, ...] = (
    Observation("lb-deregistration", _backend_left, needs=(ASKED | UNSAID | BY_CLIENT,)),
)
