"""What a report says of connections that are there no more: rounds of judging, and what is kept of each.

Rules of this room:
- A round judges some connections that are over, with all that were there beside them, and some that came after; what a
  pair did before is known from its sums (`verdict.past`). Counts are exact over all rounds.
- A reason that speaks of several connections together is found where they stand within a round. So reasons, findings
  and timers may differ from those of one judgement over everything, and so may what is needed where health probes are
  seen by their repetition; no other count does, but as `verdict.needed` says.
- The same finding of a pair in several rounds is one: its counts add up, its newest proof and words stay.
- Pairs are bounded: of more than `MAX_PAIRS` the one that was judged longest ago is counted with the rest, which the
  summary knows, and a warning tells.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from kacap.report import model
from kacap.report.finding import finding_row
from kacap.report.wireshark import display_filter
from kacap.tcp.half import NEVER
from kacap.verdict.causes import BY_ID
from kacap.verdict.causes.cause import OUTSIDE
from kacap.verdict.facts import Facts
from kacap.verdict.findings import findings_of
from kacap.verdict.folding import forget, note_habits, sweep
from kacap.verdict.pair import PairFacts
from kacap.verdict.pair_key import PairKey
from kacap.verdict.pairs import pairs_of
from kacap.verdict.past import Past
from kacap.verdict.rules import Ruling, rulings_of
from kacap.verdict.summary import counted
from kacap.verdict.words import Severity

ROUND = 512
"""Connections judged at once, at most."""

MAX_PAIRS = 4096

MAX_STREAMS = 256
"""Connections of a finding that are named, the newest."""

FindingKey = tuple[str, str]
"""Cause and decider."""


class Fold:
    """The pairs of a capture, as far as their connections are there no more."""

    __slots__ = ("_findings", "folded_pairs", "pasts", "rest")

    def __init__(self) -> None:
        self.pasts: OrderedDict[PairKey, Past] = OrderedDict()
        """The one that was judged last stands last."""
        self.rest: Past | None = None
        """Pairs that are too many."""
        self.folded_pairs = 0
        """How many went there."""
        self._findings: dict[PairKey, dict[FindingKey, model.Finding]] = {}

    @property
    def connections(self) -> int:
        """How many are there no more."""
        return sum(past.connections for past in self._all())

    @property
    def lossy(self) -> tuple[int, int, int]:
        """Connections of which bytes are missing, those bytes, and connections of which one direction is."""
        pasts = self._all()
        return (
            sum(past.gapped for past in pasts),
            sum(past.gap_bytes for past in pasts),
            sum(past.one_sided for past in pasts),
        )

    def swept_ns(self, key: PairKey) -> int | None:
        """Up to when the needs of a pair are counted; None where nothing is."""
        past = self.pasts.get(key)
        return None if past is None else past.needs.swept_ns

    def step_back(self, keys: Iterable[PairKey], now_ns: int) -> None:
        """Where needs were counted beyond `now_ns`, the clock was set back since: these pairs are counted anew."""
        for key in keys:
            past = self.pasts.get(key)
            if past is not None and past.needs.swept_ns > now_ns:
                past.needs.swept_ns = NEVER

    def take(
        self, leaving: set[int], beside: list[Facts], keys: set[PairKey], until_ns: int, span_ns: tuple[int, int]
    ) -> None:
        """Judge the connections of these streams, which are among those `beside`, and add them to what is known.

        `keys`: pairs whose needs are to be counted until `until_ns`, where all the leaving ended; all connections of
        theirs that were there since the last count are among those `beside`, in order of stream. `span_ns`: first and
        last moment of the capture so far.
        """
        for key in sorted(keys - self.pasts.keys()):  # an order of a set differs from process to process
            self.pasts[key] = Past(key)
        pairs = pairs_of(beside, *span_ns, self.pasts)
        judged = dict.fromkeys(facts.pair_key for facts in beside if facts.stream in leaving)
        rulings = {key: rulings_of(pairs[key], leaving) for key in judged}
        found = {key: self._found(pairs[key], rulings[key], leaving) for key in judged}
        for key in judged:
            note_habits(pairs[key], self.pasts[key])
        for key in filter(keys.__contains__, pairs):
            sweep(pairs[key], self.pasts[key], until_ns)
            self.pasts.move_to_end(key)
        for key in judged:
            for at, facts in enumerate(pairs[key].connections):
                if facts.stream in leaving:
                    forget(pairs[key], self.pasts[key], at, rulings[key][at])
            self._keep(key, found[key])
        for facts in beside:
            facts.usual = None
        while len(self.pasts) > MAX_PAIRS:
            self._give_up()

    def merged(self, key: PairKey, pair: PairFacts, found: Sequence[model.Finding]) -> list[model.Finding]:
        """The findings of a pair at the end: those of its past, and those `found` among what is there."""
        before = dict(self._findings.get(key, {}))
        rows: list[model.Finding] = []
        for row in found:
            past = before.pop((row.id, row.decided_by), None)
            rows.append(row if past is None else _together(past, row))
        for past in before.values():
            harmless = past.severity is Severity.WARNING and BY_ID[past.id].group != OUTSIDE and not pair.is_wasteful
            rows.append(replace(past, severity=Severity.NOTE) if harmless else past)
        return rows

    def warnings(self) -> list[str]:
        """What a reader has to know."""
        folded = self.connections
        if not folded:
            return []
        lines = [
            f"{counted(folded, 'connection')} that ended earlier are counted, but not listed; their reasons were "
            f"judged in rounds of {ROUND}"
        ]
        if self.rest is not None:
            lines.append(
                f"more than {MAX_PAIRS:,} pairs: {counted(self.folded_pairs, 'pair')} with "
                f"{counted(self.rest.connections, 'connection')} and {counted(self.rest.exchanges, 'exchange')} are "
                "counted in the summary only"
            )
        return lines

    def _all(self) -> list[Past]:
        return [*self.pasts.values(), *([] if self.rest is None else [self.rest])]

    def _found(self, pair: PairFacts, rulings: Sequence[Ruling | None], leaving: set[int]) -> list[model.Finding]:
        rows: list[model.Finding] = []
        for found in findings_of(pair, rulings):
            there = tuple(facts for facts in found.connections if facts.stream in leaving)
            if there:
                rows.append(finding_row(pair.connections[0].pair_key, found._replace(connections=there)))
        return rows

    def _keep(self, key: PairKey, rows: Sequence[model.Finding]) -> None:
        known = self._findings.setdefault(key, {})
        for row in rows:
            before = known.get((row.id, row.decided_by))
            known[row.id, row.decided_by] = row if before is None else _together(before, row)

    def _give_up(self) -> None:
        key, past = self.pasts.popitem(last=False)
        self._findings.pop(key, None)
        if self.rest is None:
            self.rest = Past(PairKey(b"", b"", 0))
        self.rest.add_pair(past)
        self.folded_pairs += 1


def _together(before: model.Finding, row: model.Finding) -> model.Finding:
    streams = (*before.streams, *row.streams)[-MAX_STREAMS:]
    return replace(row, count=before.count + row.count, streams=streams, filter=display_filter(streams))
