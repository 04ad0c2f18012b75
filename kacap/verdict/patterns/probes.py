"""Health probes: connections on which somebody looks at intervals whether the server is there.

A probe is one small request, or none, on a connection of its own. Who names itself a prober is believed. Else it must
come at a constant period, and ask for what probes ask for, or for nothing: a client that polls with a connection for
each request looks much the same, and is waste. Probes are no waste: a new connection is what they test.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from kacap.http.framing import NONE
from kacap.http.heads import Head
from kacap.verdict.facts import Facts
from kacap.verdict.median import median_low
from kacap.verdict.words import ConnectionVerdict

SHORTEST_PERIOD_NS: Final = 1_000_000_000
"""Who asks more often than this is a client at work."""

_AT_LEAST: Final = 4
"""Connections at equal distances that are no chance."""

_EARLY_OR_LATE: Final = 0.1
_REGULAR: Final = 0.8
"""The share of distances that must be the period, or a multiple of it."""

PROBERS = (
    "kube-probe/",
    "elb-healthchecker/",
    "googlehc/",
    "envoy/hc",
    "consul health check",
    "amazon-route53-health-check-service",
    "load balancer agent",
    "blackbox exporter",
    "check_http",
    "uptimerobot",
    "pingdom",
)
"""What the User-Agent of a prober contains, lower case."""

_TARGETS = frozenset(
    ("health", "healthz", "healthcheck", "health-check", "livez", "liveness", "readyz", "readiness", "alive", "ping")
)
"""Parts of a path that is there to be probed."""

_METHODS = ("GET", "HEAD", "OPTIONS")

Key = tuple[str, str, str] | None
"""Method, target and User-Agent; None where nothing is asked."""


class Probe(NamedTuple):
    """What tells that a connection is a probe."""

    period_ns: int | None
    """None where it is not constant: then its User-Agent told."""
    named: bool
    """Its User-Agent is that of a prober."""


def probes_of(connections: list[Facts]) -> dict[int, Probe]:
    """Stream → why its connection is a probe, for the connections of one pair."""
    groups: dict[Key, list[Facts]] = {}
    not_probes: set[Key] = set()
    refused: Head | None = None
    for facts in connections:
        head = facts.exchanges.heads(0)[0] if len(facts.exchanges) == 1 else None
        if head is not None and head is refused:  # most ask what the one before asked
            continue
        if not _can_be_probe(facts):
            continue
        said = _said(facts)
        if said in not_probes:
            refused = head
            continue
        key = None if said is None else (said[0], said[1], said[2].lower())
        members = groups.get(key)
        if members is None:
            if not _is_named(key) and not _asks_as_a_probe(key):
                not_probes.add(said)
                continue
            members = groups[key] = []
        members.append(facts)
    found: dict[int, Probe] = {}
    for key, members in groups.items():
        named = _is_named(key)
        if not named and len(members) < _AT_LEAST:
            continue
        period_ns = _period_ns(sorted(facts.opened_ns for facts in members))
        if named or period_ns is not None:
            found |= dict.fromkeys((facts.stream for facts in members), Probe(period_ns, named))
    return found


def _can_be_probe(facts: Facts) -> bool:
    if not facts.opened_here or facts.dialogue.lost_in_gap or facts.first_close is None:
        return False
    count = facts.asked + facts.unsolicited
    if count != 1:
        return count == 0 and facts.verdict is ConnectionVerdict.UNUSED
    exchanges = facts.exchanges
    head = exchanges.heads(0)[0]
    if head is None or head.method not in _METHODS:
        return False
    if head.framing == NONE:
        return True
    request = exchanges.request(0)
    return request is not None and request.body_bytes == 0


def _said(facts: Facts) -> Key:
    """As a key, with the User-Agent as it is written."""
    head = facts.exchanges.heads(0)[0] if facts.final_index >= 0 else None
    return None if head is None else (head.method, head.target, head.user_agent or "")


def _is_named(key: Key) -> bool:
    return key is not None and any(sign in key[2] for sign in PROBERS)


def _asks_as_a_probe(key: Key) -> bool:
    if key is None:
        return True
    method, target, user_agent = key
    if method == "OPTIONS" and target in ("/", "*") and not user_agent:
        return True
    return not _TARGETS.isdisjoint(target.partition("?")[0].lower().split("/"))


def _period_ns(times_ns: Sequence[int]) -> int | None:
    """The constant distance between those times; None without one. A probe may fail to be in the capture."""
    if len(times_ns) < _AT_LEAST:
        return None
    distances = [after - before for before, after in pairwise(times_ns)]
    period_ns = median_low(distances)
    if period_ns < SHORTEST_PERIOD_NS:
        return None
    regular = sum(_is_multiple(distance, period_ns) for distance in distances)
    return period_ns if regular >= _REGULAR * len(distances) else None


def _is_multiple(distance_ns: int, period_ns: int) -> bool:
    periods = max(1, round(distance_ns / period_ns))
    return abs(distance_ns - periods * period_ns) <= _EARLY_OR_LATE * period_ns
