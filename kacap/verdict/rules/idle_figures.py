"""The frames and the figures of closes after a pause."""

from collections.abc import Iterator, Sequence

from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.patterns.defaults import Default, fitting, lazy_within
from kacap.verdict.patterns.habits import (
    AT_NEXT_SYN_NS,
    SECOND_NS,
    announced_ns,
    idle_at_close_ns,
    is_as_announced,
    tolerance_ns,
)
from kacap.verdict.proof import Proof, milliseconds, opening_proof
from kacap.verdict.rules.two_hops import compared
from kacap.verdict.words import Side


def last_answer_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    """The response after which the connection stood idle, and the SYN of the next connection."""
    final = facts.final
    if final is None or final.response is None:
        return
    response = final.response
    text = "last response; the connection can be used again, and never is"
    yield Proof(response.end_frame, response.end_time_ns, text)
    later = pair.opened_after(final.end_ns)
    if later is not None:
        after = milliseconds(later.opened_ns - final.end_ns)
        yield from opening_proof(later, f"client SYN {after} later, beside it", later.stream)


def idle_close_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    """The response after which the connection was idle, and the FIN."""
    idle_ns = idle_at_close_ns(facts, resets=True)
    if idle_ns is None:
        return
    connection = facts.connection
    text = f"{facts.first_close} {connection.first_close_kind.upper()} after {milliseconds(idle_ns)} of idle"
    hint_ns = announced_ns(facts)
    if hint_ns is not None and facts.first_close is Side.SERVER:
        text += f"; the server announced timeout={hint_ns // SECOND_NS}"
    yield Proof(connection.first_close_frame, connection.first_close_time_ns, text)


def close_at_syn_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    """The FIN, and the SYN beside it."""
    yield from idle_close_proof(facts, pair)
    other = pair.opened_after(facts.first_close_ns - AT_NEXT_SYN_NS)
    if other is not None and other.opened_ns <= facts.first_close_ns + AT_NEXT_SYN_NS:
        apart_ns = other.opened_ns - facts.first_close_ns
        when = "after" if apart_ns >= 0 else "before"
        text = f"client SYN {milliseconds(abs(apart_ns))} {when} that FIN"
        yield from opening_proof(other, text, other.stream)


def server_idle_figures(pair: PairFacts, connections: Sequence[Facts]) -> str:
    """How long they were idle, what was announced, and whose default that is."""
    habit = pair.habits.server
    idles = _idles(connections)
    said = _closes(idles)
    hint_ns = pair.habits.announced_ns
    usual_ns = idles[len(idles) // 2]
    if hint_ns is not None:
        said += f"; the server announced {hint_ns // SECOND_NS} s"
        if usual_ns > hint_ns + tolerance_ns(hint_ns) and is_as_announced(usual_ns, hint_ns):
            said += ", and waits a second longer than it announces, as Node.js does"
    else:
        name = name_of_server(connections[0])
        if name is not None or (habit is not None and habit.fits(usual_ns)):
            said += _default(fitting(Side.SERVER, usual_ns, name))
    return said + "."


def client_idle_figures(pair: PairFacts, connections: Sequence[Facts]) -> str:
    """How long they were idle, and whose default that is."""
    idles = _idles(connections)
    said = _closes(idles)
    name = name_of_client(connections[0])
    if connections[0].stream not in pair.habits.closed_at_syn:
        return said + _default(fitting(Side.CLIENT, idles[len(idles) // 2], name)) + "."
    kept = pair.habits.longest_reused
    kept_ns = 0 if kept is None or kept[0] >= idles[0] else kept[0]
    if kept_ns >= SECOND_NS // 10:
        said += f"; after {milliseconds(kept_ns)} one was used again"
    return said + _default(lazy_within(kept_ns, idles[0], name), with_value=True) + "."


def leak_figures(pair: PairFacts, connections: Sequence[Facts]) -> str:
    """How many were left, and how long at most."""
    idles = _idles(connections)
    still_open = sum(facts.first_close is None for facts in connections)
    said = f"{len(connections)} of {len(pair.used)} connections were left"
    if idles:
        said += f", the longest for {milliseconds(idles[-1])}"
    said += f"; {still_open} still open when the capture ends." if still_open else "."
    if pair.outer is None:
        return said
    relay = compared(pair, "the proxy or relay opens a connection for each request and forgets it")
    return f"{said} {relay}"


def name_of_server(facts: Facts) -> str | None:
    """The `Server` header of the last response that has one."""
    exchanges = facts.exchanges
    for at in range(len(exchanges) - 1, -1, -1):
        head = exchanges.heads(at)[1]
        if head is not None and head.server:
            return head.server
    return None


def name_of_client(facts: Facts) -> str | None:
    """The `User-Agent` header of the first request."""
    request = facts.first_request
    return None if request is None else request.user_agent


def _idles(connections: Sequence[Facts]) -> list[int]:
    return sorted(idle_ns for facts in connections if (idle_ns := idle_at_close_ns(facts, resets=True)) is not None)


def _closes(idles: Sequence[int]) -> str:
    count = "1 close" if len(idles) == 1 else f"{len(idles):,} closes"
    shortest, longest = milliseconds(idles[0]), milliseconds(idles[-1])
    if shortest == longest:
        return f"{count} after {shortest} of idle"
    return f"{count} after {shortest} to {longest} of idle"


def _default(found: Sequence[Default], *, with_value: bool = False) -> str:
    if not found:
        return ""
    named = [f"{each.stack} ({each.value_ns // SECOND_NS} s)" if with_value else each.stack for each in found]
    value = "" if with_value else f" ({found[0].value_ns // SECOND_NS} s)"
    return f": the default of {' or of '.join(dict.fromkeys(named))}{value}"
