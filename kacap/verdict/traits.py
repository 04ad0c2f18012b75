"""What can be said of a connection in one bit each, so that the rows that cannot apply to it need not be asked.

A row of the rule table names the traits that it cannot do without. Most connections of a capture are alike: what they
have in common is worked out once for all connections of equal traits, their `Kind`.
"""

from typing import Final

from kacap.http import persistence
from kacap.http.framing import NONE
from kacap.http.message import Exchange
from kacap.tcp.half import UNKNOWN
from kacap.verdict.facts import Facts
from kacap.verdict.words import ConnectionVerdict, Side

# ---- how it began
OPENED: Final = 1 << 0
"""The capture shows its SYN."""
FOUND_OPEN: Final = 1 << 1
CHALLENGED: Final = 1 << 2
"""Its SYN was answered by an ACK of something else."""
FAILED: Final = 1 << 3

# ---- what it carried
ASKED: Final = 1 << 4
AGAIN: Final = 1 << 5
"""Asked twice or more."""
ALONE: Final = 1 << 6
"""One exchange, asked for or not."""
SEVERAL: Final = 1 << 7
"""Two exchanges or more, asked for or not."""
UNSOLICITED: Final = 1 << 8
"""A response that nobody asked for."""
UNUSED: Final = 1 << 9
OPAQUE: Final = 1 << 10
UNREAD: Final = 1 << 11
"""Nobody knows what was said."""
SWITCHED: Final = 1 << 12

# ---- its last messages
GOOD: Final = 1 << 13
"""The last answer that counts has a status below 400."""
ERROR: Final = 1 << 14
"""It has not."""
UNANSWERED: Final = 1 << 15
"""The last request has no response."""
OVERTAKEN: Final = 1 << 16
"""The answer began before its request, which has a body, was complete; or it has no request."""
ODD: Final = 1 << 17
"""A message that breaks the rules of framing."""
SURPLUS: Final = 1 << 18
"""Bytes behind the end of a response."""

# ---- who said that it ends, and how
UNSAID: Final = 1 << 19
"""Nobody did."""
SAID_BY_CLIENT: Final = 1 << 20
CLIENT_CLOSE: Final = 1 << 21
CLIENT_HTTP10: Final = 1 << 22
SERVER_CLOSE: Final = 1 << 23
SERVER_HTTP10: Final = 1 << 24
SERVER_NOT_GRANTED: Final = 1 << 25
SERVER_UNTIL_CLOSE: Final = 1 << 26

# ---- who closed first
OPEN: Final = 1 << 27
"""Nobody did."""
CLOSED: Final = 1 << 28
BY_CLIENT: Final = 1 << 29
BY_SERVER: Final = 1 << 30
BY_RESET: Final = 1 << 31
IDLE: Final = 1 << 32
"""The last exchange that counts was complete before."""
AT_ONCE: Final = 1 << 33
"""Idle, and for no longer than a decision takes."""
ABORTED: Final = 1 << 34

# ---- what else was seen of its packets, or was not
RESET_BY_CLIENT: Final = 1 << 35
RESET_BY_SERVER: Final = 1 << 36
RESENT: Final = 1 << 37
"""A side sent something again and again."""
LOST_IN_GAP: Final = 1 << 38
ONE_SIDED: Final = 1 << 39
UNSEEN: Final = 1 << 40
"""The capture lost an answer, or bytes that only a RST tells of."""

# ---- what its pair has
BEHIND: Final = 1 << 41
"""A proxy before it."""
BEFORE: Final = 1 << 42
"""A server behind the proxy."""
LIMIT: Final = 1 << 43
"""A number of requests after which the server ends a connection."""
PROBES: Final = 1 << 44
WASTE: Final = 1 << 45
"""Avoidable connections."""
REUSE: Final = 1 << 46
"""Reused exchanges."""
NEVER_KEPT: Final = 1 << 47
"""Of nearly all connections that ended without a word, the client closed after one exchange, at once."""

ALWAYS_CLOSE: Final = 1 << 48
"""Each answer of its server says close."""
KEPT_WELL: Final = 1 << 49
"""Good answers of its server kept their connection."""
CLOSED_WELL: Final = 1 << 50
"""Good answers of its server said close."""

DISCARDED: Final = OPENED | ALONE | UNSAID | BY_CLIENT | AT_ONCE
"""As `Facts.discarded`, of a connection that is not SWITCHED."""
THROWN: Final = ASKED | UNSAID | BY_CLIENT | AT_ONCE
"""What a pool may have thrown away (`patterns.pools`)."""

_RESENT_AT_LEAST: Final = 2

OF_SIGNAL: Final = {
    persistence.CLIENT_CLOSE: SAID_BY_CLIENT | CLIENT_CLOSE,
    persistence.CLIENT_HTTP10: SAID_BY_CLIENT | CLIENT_HTTP10,
    persistence.SERVER_CLOSE: SERVER_CLOSE,
    persistence.SERVER_HTTP10: SERVER_HTTP10,
    persistence.SERVER_NOT_GRANTED: SERVER_NOT_GRANTED,
    persistence.SERVER_UNTIL_CLOSE: SERVER_UNTIL_CLOSE,
}

_OF_VERDICT: Final = {
    ConnectionVerdict.FAILED: FAILED,
    ConnectionVerdict.UNUSED: UNUSED,
    ConnectionVerdict.OPAQUE: OPAQUE,
    ConnectionVerdict.UNKNOWN: UNREAD,
    ConnectionVerdict.SWITCHED: 0,
    ConnectionVerdict.OPEN: 0,
}
"""Of a connection that failed, or on which nothing was asked."""

_CLIENT: Final = Side.CLIENT


def traits_of(facts: Facts) -> int:
    """The bits of one connection, without those of its pair."""
    dialogue = facts.dialogue
    bits = OPENED if facts.opened_here else FOUND_OPEN
    bits |= _of_close(facts)
    if not facts.established or not facts.asked:
        bits |= _OF_VERDICT[facts.verdict]
    if facts.final_index >= 0:
        bits |= _of_exchanges(facts)
    signal = facts.signal
    bits |= UNSAID if signal is None else OF_SIGNAL[signal.cause]
    if dialogue.switched:
        bits |= SWITCHED
    if dialogue.lost_in_gap:
        bits |= LOST_IN_GAP
    if dialogue.extra_after is not None:
        bits |= SURPLUS
    if facts.one_sided:
        bits |= ONE_SIDED
    return bits if facts.packed else bits | _of_trouble(facts)


def _of_trouble(facts: Facts) -> int:
    """What a connection that was opened and closed in order has nothing of."""
    connection, client, server = facts.connection, facts.client, facts.server
    bits = 0
    if connection.challenge_frame != UNKNOWN:
        bits |= CHALLENGED
    if client.rst_frame != UNKNOWN:
        bits |= RESET_BY_CLIENT
    if server.rst_frame != UNKNOWN:
        bits |= RESET_BY_SERVER
    if client.unseen_before_rst or server.unseen_before_rst:
        bits |= UNSEEN
    if len(client.resent_ns) >= _RESENT_AT_LEAST or len(server.resent_ns) >= _RESENT_AT_LEAST:
        bits |= RESENT
    return bits


def _of_close(facts: Facts) -> int:
    side = facts.first_close
    if side is None:
        return OPEN
    bits = CLOSED | BY_CLIENT if side is _CLIENT else CLOSED | BY_SERVER
    if not facts.packed and facts.connection.first_close_kind == "rst":
        bits |= BY_RESET
    if facts.aborted:
        bits |= ABORTED
    if facts.idle_before_close_ns is None:
        return bits
    return bits | IDLE | AT_ONCE if facts.closed_at_once else bits | IDLE


def _of_exchanges(facts: Facts) -> int:
    exchanges = facts.exchanges
    count, at = len(exchanges), facts.final_index
    bits = ALONE if count == 1 else SEVERAL
    if facts.asked:
        bits |= ASKED if facts.asked == 1 else ASKED | AGAIN
    if facts.unsolicited:
        bits |= UNSOLICITED
    if at < count - 1 and not exchanges.has_response(count - 1):
        bits |= UNANSWERED  # requests that came behind the signal
    if not exchanges.sealed(at):
        return bits | _of_final(exchanges.at(at))
    request, response = exchanges.heads(at)
    if request is None or request.framing != NONE:
        return bits | _of_final(exchanges.at(at))
    if request.oddities:
        bits |= ODD
    if response is not None:
        bits |= GOOD if response.status < 400 else ERROR
        if response.oddities:
            bits |= ODD
    return bits


def _of_final(final: Exchange) -> int:
    request, response = final.request, final.response
    bits = UNSEEN if final.response_lost else 0
    if response is None:
        bits |= UNANSWERED
    else:
        bits |= GOOD if response.status < 400 else ERROR
        if response.oddities:
            bits |= ODD
    if request is None or not request.complete or (response is not None and response.time_ns < request.end_time_ns):
        bits |= OVERTAKEN
    if request is not None and request.oddities:
        bits |= ODD
    return bits


class Kind:
    """The connections of one pair whose traits are equal."""

    __slots__ = ("count", "traits")

    def __init__(self, traits: int) -> None:
        self.traits = traits
        self.count = 0
        """How many there are."""

    def has(self, traits: int) -> bool:
        """Whether they have all of these."""
        return self.traits & traits == traits


def kinds_of(connections: list[Facts]) -> list[Kind]:
    """The kind of each connection: as many objects as there are different traits."""
    known: dict[int, Kind] = {}
    kinds: list[Kind] = []
    kind: Kind | None = None
    for facts in connections:
        traits = traits_of(facts)
        if kind is None or traits != kind.traits:
            kind = known.get(traits)
        if kind is None:
            kind = known[traits] = Kind(traits)
        kind.count += 1
        kinds.append(kind)
    return kinds
