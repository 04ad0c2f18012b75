"""How a connection ended: who said so first, who closed first, who decided, why.

Who decided is not who sent the first FIN: a signal comes before a close, and the request's before the response's.
"""

from typing import NamedTuple

from kacap.tcp.half import UNKNOWN
from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.rules import Ruling, rule_on
from kacap.verdict.words import ConnectionVerdict, Decider, Side


class Ending(NamedTuple):
    """The judgement on one connection's end."""

    first_to_signal: Side | None
    first_to_close: Side | None
    first_close_kind: str | None
    first_close_frame: int | None
    decided_by: Decider | None
    ruling: Ruling | None
    idle_before_close_ns: int | None
    """From the last byte of the last exchange before the first close."""


def ending(facts: Facts, pair: PairFacts) -> Ending:
    """Judge the end of one connection of `pair`."""
    return ended(facts, rule_on(facts, pair))


def ended(facts: Facts, ruling: Ruling | None) -> Ending:
    """The end of a connection on which the rules have ruled."""
    connection = facts.connection
    closed = facts.first_close is not None
    return Ending(
        first_to_signal=None if facts.signal is None else facts.signal.side,
        first_to_close=facts.first_close,
        first_close_kind=connection.first_close_kind if closed else None,
        first_close_frame=connection.first_close_frame if connection.first_close_frame != UNKNOWN else None,
        decided_by=_decider(facts, ruling),
        ruling=ruling,
        idle_before_close_ns=_idle_before_close_ns(facts),
    )


def _idle_before_close_ns(facts: Facts) -> int | None:
    """Also where a request came behind the close: the connection had been idle before it all the same."""
    if facts.idle_before_close_ns is not None or facts.first_close is None:
        return facts.idle_before_close_ns
    exchanges, closed_ns = facts.exchanges, facts.first_close_ns
    before = [at for at in range(len(exchanges)) if exchanges.start_ns(at) <= closed_ns]
    if len(before) == len(exchanges) or not before or not exchanges.complete(before[-1]):
        return None
    idle_ns = closed_ns - exchanges.end_ns(before[-1])
    return idle_ns if idle_ns >= 0 else None


def _decider(facts: Facts, ruling: Ruling | None) -> Decider | None:
    if ruling is not None:
        return ruling.decided_by
    if facts.verdict is ConnectionVerdict.UNKNOWN and facts.first_close is None:
        return None
    return facts.closer
