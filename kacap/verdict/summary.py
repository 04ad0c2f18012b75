"""The sums over all pairs, their verdict, and the one sentence that says it."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from kacap.verdict import traits
from kacap.verdict.pair import PairFacts
from kacap.verdict.rate import judge, reuse_rate
from kacap.verdict.words import Verdict


class Sums(NamedTuple):
    """What all pairs together come to."""

    verdict: Verdict
    headline: str
    connections: int
    opened: int
    exchanges: int
    reused_exchanges: int
    needed: int
    avoidable: int
    reuse_rate: float | None
    handshake_cost_ns: int


def summarise(pairs: Sequence[PairFacts], left_out: int) -> Sums:
    """Judge the capture on the sums over its pairs; `left_out` counts connections that nobody asked for."""
    exchanges = sum(pair.exchanges for pair in pairs)
    reused = sum(pair.reused_exchanges for pair in pairs)
    needed = sum(pair.needed for pair in pairs)
    rate = reuse_rate(reused, exchanges, needed)
    verdict = _verdict(pairs, exchanges, rate)
    return Sums(
        verdict=verdict,
        headline=_headline(pairs, verdict, left_out),
        connections=sum(pair.connection_count for pair in pairs),
        opened=sum(pair.opened for pair in pairs),
        exchanges=exchanges,
        reused_exchanges=reused,
        needed=needed,
        avoidable=sum(pair.avoidable for pair in pairs),
        reuse_rate=rate,
        handshake_cost_ns=sum(pair.handshake_cost_ns for pair in pairs),
    )


def _verdict(pairs: Sequence[PairFacts], exchanges: int, rate: float | None) -> Verdict:
    if not exchanges:
        return Verdict.INCONCLUSIVE if any(pair.is_opaque for pair in pairs) else Verdict.NO_OPPORTUNITY
    return judge(rate, sum(pair.incomplete for pair in pairs), sum(pair.used_count for pair in pairs))


def _headline(pairs: Sequence[PairFacts], verdict: Verdict, left_out: int) -> str:
    exchanges = sum(pair.exchanges for pair in pairs)
    used = sum(pair.used_count for pair in pairs)
    needed = sum(pair.needed for pair in pairs)
    avoidable = sum(pair.avoidable for pair in pairs)
    if not exchanges:
        return _headline_without_exchanges(pairs, left_out)
    carried = f"{counted(used, 'connection')} for {counted(exchanges, 'exchange')}"
    probes = sum(facts.stream in pair.probes for pair in pairs if pair.probes for facts in pair.used)
    probes += sum(pair.past.probes for pair in pairs if pair.past is not None)
    if probes:
        carried += f", {probes:,} of them by health probes"
    if verdict is Verdict.INCONCLUSIVE:
        return f"{carried} seen; the capture misses some of what was said"
    unanswered = sum(pair.unanswered for pair in pairs)
    if avoidable == 0 and unanswered:
        return f"{carried}; {counted(unanswered, 'request')} on a kept connection never answered"
    if avoidable == 0:
        return f"{carried}; none was avoidable"
    if verdict is Verdict.REUSED:
        return f"{carried}; {avoidable:,} avoidable, which is little"
    return f"{carried}; {needed:,} would have done"


def _headline_without_exchanges(pairs: Sequence[PairFacts], left_out: int) -> str:
    connections = sum(pair.connection_count for pair in pairs)
    if not connections and left_out:
        if left_out == 1:
            return "The TCP connection in this capture was not asked for"
        return f"None of the {left_out} TCP connections in this capture was asked for"
    if not connections:
        return "No TCP connection in this capture"
    failed = sum(pair.count_all(traits.FAILED) for pair in pairs)
    protocols = Counter(facts.protocol_name for pair in pairs for facts in pair.connections)
    for pair in pairs:
        if pair.past is not None:
            protocols.update(pair.past.protocols)
    tls, http2 = protocols["tls"], protocols["http2"]
    parts = [f"No HTTP/1 exchange in {counted(connections, 'connection')}"]
    if failed:
        parts.append(f"{failed} never established")
    if tls:
        parts.append(f"{tls} encrypted with TLS")
    if http2:
        parts.append(f"{http2} in HTTP/2")
    return "; ".join(parts)


def counted(number: int, noun: str) -> str:
    """`1 exchange`, `2 exchanges`."""
    return f"{number} {noun}" if number == 1 else f"{number:,} {noun}s"
