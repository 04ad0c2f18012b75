"""The pairs of a capture: its connections by client host and server endpoint, linked to one another."""

from collections.abc import Mapping

from kacap.verdict.capture import CaptureFacts
from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.pair_key import PairKey
from kacap.verdict.past import Past
from kacap.verdict.patterns.hops import link


def pairs_of(
    facts: list[Facts], first_ns: int, last_ns: int, pasts: Mapping[PairKey, Past] | None = None
) -> dict[PairKey, PairFacts]:
    """All pairs, in order of their first connection; the capture lasted from `first_ns` to `last_ns`.

    `pasts`: what is known of connections that are there no more.
    """
    members: dict[PairKey, list[Facts]] = {}
    before: PairKey | None = None
    known: list[Facts] = []
    for each in facts:
        key = each.pair_key
        if key is not before:
            known = members.setdefault(key, [])
            before = key
        known.append(each)
    past = (pasts or {}).get
    pairs = {key: PairFacts(connections, past(key)) for key, connections in members.items()}
    together = CaptureFacts(list(pairs.values()), first_ns, last_ns)
    for pair in together.pairs:
        pair.capture = together
    link(together.pairs)
    return pairs
