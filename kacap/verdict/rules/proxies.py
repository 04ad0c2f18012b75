"""The connection of a proxy to the server behind it, or of a client to a proxy: two hops in one capture.

Every row asks for both hops: with one of them alone the general causes stand. What connections behind a plain relay
end of is decided on the hop before it. A row of waste asks for waste: a proxy that shuts down, or whose clients left,
closes its connections as well.
"""

from collections.abc import Sequence

from kacap.http import persistence
from kacap.http.persistence import speaks_10
from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.patterns.hops import SHARE
from kacap.verdict.proof import close_proof, last_response_proof, signal_proof
from kacap.verdict.rules.proxy_pairs import OBSERVATIONS
from kacap.verdict.rules.rule import Rule, then
from kacap.verdict.rules.two_hops import answer_proof, compared, ends, origin_proof
from kacap.verdict.traits import (
    BEFORE,
    BEHIND,
    BY_CLIENT,
    CLOSED,
    DISCARDED,
    IDLE,
    REUSE,
    SAID_BY_CLIENT,
    SERVER_CLOSE,
    UNSAID,
    WASTE,
)
from kacap.verdict.words import Certainty, Decider, Side

__all__ = ["OBSERVATIONS", "RULES"]

_CLIENT_SIGNALS = (persistence.CLIENT_CLOSE, persistence.CLIENT_HTTP10)


def _says_close(facts: Facts, pair: PairFacts) -> bool:
    """Behind a proxy, and the proxy's request ended the connection."""
    return (
        pair.behind is not None and facts.signal is not None and facts.signal.cause in _CLIENT_SIGNALS and _whole(facts)
    )


def _whole(facts: Facts) -> bool:
    return not facts.aborted and not facts.dialogue.switched


def _relayed(facts: Facts, pair: PairFacts) -> bool:
    """A relay that knows no HTTP ended it, because the connection before it ended or was about to."""
    if pair.behind is None or not pair.behind.one_to_one or facts.first_close is None or pair.avoidable == 0:
        return False
    origin = pair.behind.origin_of(facts)
    if origin is None or not _whole(facts):
        return False
    if facts.signal is not None:
        return facts.signal.side is Side.CLIENT
    return facts.first_close is Side.CLIENT and origin.facts.first_close_ns <= facts.first_close_ns


def _copied(facts: Facts, pair: PairFacts) -> bool:
    """The client said close, and so did the proxy, and nowhere where the client did not."""
    if pair.behind is None or pair.behind.resets or pair.behind.copies_close is False:
        return False
    return _says_close(facts, pair) and not _speaks_10(facts)


def _copy_certainty(facts: Facts, pair: PairFacts) -> Certainty:
    """Where every client says close, the proxy may say it by itself."""
    return _link_certainty(facts, pair) if pair.behind is not None and pair.behind.copies_close else Certainty.POSSIBLE


def _link_certainty(facts: Facts, pair: PairFacts) -> Certainty:
    """What the packets say of one hop is proven; that another stands before it, only by the address of the proxy."""
    links = [pair.behind] if pair.behind is not None else [inner.behind for inner in pair.inner]
    return Certainty.PROVEN if all(link is not None and link.is_sure for link in links) else Certainty.LIKELY


def _forced_before(facts: Facts, pair: PairFacts) -> bool:
    return (
        pair.before is not None
        and pair.before.closes
        and facts.signal is not None
        and facts.signal.cause == persistence.SERVER_CLOSE
        and _whole(facts)
        and pair.before.passed_on(facts.exchanges.at(facts.signal.index)) is not None
    )


def _forced_behind(facts: Facts, pair: PairFacts) -> bool:
    outer = pair.outer
    return outer is not None and outer.before is not None and outer.before.closes and _says_close(facts, pair)


def _server_close(facts: Facts, pair: PairFacts) -> bool:
    return pair.behind is not None and pair.behind.resets and _says_close(facts, pair) and not _speaks_10(facts)


def _speaks_10(facts: Facts) -> bool:
    final = facts.final
    return final is not None and final.request is not None and speaks_10(final.request)


def _not_pooled(facts: Facts, pair: PairFacts) -> bool:
    return (
        pair.behind is not None
        and facts.discarded
        and pair.avoidable > 0
        and pair.discarded >= SHARE * pair.ended
        and not pair.behind.one_to_one
    )


def _pool_too_small(facts: Facts, pair: PairFacts) -> bool:
    return (
        pair.behind is not None
        and facts.stream in pair.behind.kept.crowded_out
        and pair.avoidable > 0
        and pair.reused_exchanges > 0
        and pair.opened_after(facts.first_close_ns) is not None
    )


def _pool_purge(facts: Facts, pair: PairFacts) -> bool:
    return pair.behind is not None and facts.stream in pair.behind.kept.purged


def _as_client(facts: Facts, pair: PairFacts) -> Decider:
    return Decider.CLIENT


def _own_certainty(facts: Facts, pair: PairFacts) -> Certainty:
    """Where the client says the same on its hop, the proxy may only repeat it."""
    exchange = facts.final
    origin = None if exchange is None or pair.behind is None else pair.behind.origin(exchange)
    if exchange is None or exchange.request is None or origin is None or origin.exchange.request is None:
        return _link_certainty(facts, pair)
    said = persistence.client_signal(exchange.request)
    same = said == persistence.client_signal(origin.exchange.request)
    return Certainty.POSSIBLE if same else _link_certainty(facts, pair)


def _own_words(pair: PairFacts, connections: Sequence[Facts]) -> str:
    requests = [final.request for facts in connections if (final := facts.final) is not None and final.request]
    said = [
        text
        for text, seen in (
            ("HTTP/1.0", any(speaks_10(request) for request in requests)),
            ("Connection: close", any("close" in request.connection for request in requests)),
        )
        if seen
    ]
    own = any(_own_certainty(facts, pair) is not Certainty.POSSIBLE for facts in connections)
    come = "comes" if len(said) == 1 else "come"
    return compared(pair, f"{' and '.join(said)} {come} from the proxy{'' if own else ', and from its client'}")


def _copied_words(pair: PairFacts, connections: Sequence[Facts]) -> str:
    return compared(pair, "Connection: close of the client stands in the request of the proxy as well")


def _forced_words(pair: PairFacts, connections: Sequence[Facts]) -> str:
    if pair.before is not None and pair.before.closes:
        return f"Hop 2 ({ends(pair.inner[0])}) did not ask for it: Connection: close comes from the proxy."
    return compared(pair, "the proxy says Connection: close on both sides")


def _not_pooled_words(pair: PairFacts, connections: Sequence[Facts]) -> str:
    text = compared(pair, "the proxy closes each connection after one exchange")
    outer = pair.outer
    if outer is not None and outer.unanswered and not outer.reused_exchanges:
        text += (
            f" On hop 1 {outer.unanswered} requests, each behind another on its connection, got no answer: a blind "
            "relay, which takes the first answer for the end. It has to pass on bytes until either side closes."
        )
    return text


def _pool_words(pair: PairFacts, connections: Sequence[Facts]) -> str:
    assert pair.behind is not None
    return compared(pair, f"the proxy keeps {pair.behind.kept.limit} idle, and used up to {pair.needed} at once")


def _relayed_words(pair: PairFacts, connections: Sequence[Facts]) -> str:
    assert pair.outer is not None
    return f"Each connection of hop 2 serves one of hop 1 ({ends(pair.outer)}), from its first request to its end."


def _purge_words(pair: PairFacts, connections: Sequence[Facts]) -> str:
    return compared(pair, f"the proxy cleared {len(connections)} idle connections")


_SAID_BY_PROXY = (BEHIND | SAID_BY_CLIENT,)

RULES: tuple[Rule, ...] = (
    Rule(
        "l4-one-to-one",
        _relayed,
        then(origin_proof, close_proof),
        numbers=_relayed_words,
        needs=(BEHIND | WASTE | CLOSED | SAID_BY_CLIENT, BEHIND | WASTE | UNSAID | BY_CLIENT),
    ),
    Rule(
        "hop-header-forwarded",
        _copied,
        then(origin_proof, signal_proof),
        certainty=_copy_certainty,
        numbers=_copied_words,
        needs=_SAID_BY_PROXY,
    ),
    Rule(
        "proxy-forces-close",
        _forced_before,
        then(answer_proof, signal_proof),
        certainty=_link_certainty,
        numbers=_forced_words,
        needs=(BEFORE | SERVER_CLOSE,),
    ),
    Rule(
        "proxy-forces-close",
        _forced_behind,
        then(origin_proof, signal_proof),
        certainty=_link_certainty,
        decided_by=_as_client,
        numbers=_forced_words,
        needs=_SAID_BY_PROXY,
    ),
    Rule(
        "proxy-server-close",
        _server_close,
        then(origin_proof, signal_proof),
        certainty=_link_certainty,
        numbers=_own_words,
        needs=_SAID_BY_PROXY,
    ),
    Rule(
        "proxy-no-upstream-keepalive",
        _says_close,
        then(origin_proof, signal_proof),
        certainty=_own_certainty,
        numbers=_own_words,
        needs=_SAID_BY_PROXY,
    ),
    Rule(
        "proxy-pool-too-small",
        _pool_too_small,
        then(last_response_proof, close_proof),
        numbers=_pool_words,
        needs=(BEHIND | UNSAID | BY_CLIENT | IDLE | WASTE | REUSE,),
    ),
    Rule(
        "proxy-upstream-not-pooled",
        _not_pooled,
        then(origin_proof, last_response_proof, close_proof),
        numbers=_not_pooled_words,
        needs=(BEHIND | DISCARDED | WASTE,),
    ),
    Rule(
        "proxy-pool-purge",
        _pool_purge,
        then(last_response_proof, close_proof),
        numbers=_purge_words,
        needs=(BEHIND | UNSAID | BY_CLIENT | IDLE,),
    ),
)
