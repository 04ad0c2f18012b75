"""Finished records and judgements become the report. Nothing is decided here: only named, counted, and written down."""

import gc
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from kacap.report import model
from kacap.report.cost import Cost
from kacap.report.finding import finding_row
from kacap.report.fold import Fold
from kacap.report.judged import Connections
from kacap.verdict.cost import Costs
from kacap.verdict.facts import Facts
from kacap.verdict.findings import findings_of
from kacap.verdict.folding import client_idle_ns, proxy, server_idle_ns
from kacap.verdict.pair import PairFacts
from kacap.verdict.pair_key import PairKey
from kacap.verdict.pairs import pairs_of
from kacap.verdict.rules import Ruling, rulings_of
from kacap.verdict.summary import summarise
from kacap.verdict.words import Severity
from kacap.wire.names import address_text, endpoint_text

_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def build_report(
    facts: list[Facts],
    left_out: int,
    capture: model.Capture,
    kacap: model.Kacap,
    warnings: Sequence[str],
    fold: Fold | None = None,
) -> model.Report:
    """The report on connections that are finished and whose roles are settled, in order of `stream`.

    `left_out` counts the connections of the capture that the user did not ask for; `fold` knows those that are there no
    more.
    """
    with _nothing_to_collect():
        return _build(facts, left_out, capture, kacap, warnings, fold or Fold())


@contextmanager
def _nothing_to_collect() -> Iterator[None]:
    """All that is made here is kept: to look for garbage among it, over and over, takes as long as to make it."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _build(
    facts: list[Facts],
    left_out: int,
    capture: model.Capture,
    kacap: model.Kacap,
    warnings: Sequence[str],
    fold: Fold,
) -> model.Report:
    pairs = pairs_of(facts, capture.first_time_ns or 0, capture.last_time_ns or 0, fold.pasts)
    pair_rows: list[model.Pair] = []
    findings: list[model.Finding] = []
    all_rulings: dict[PairKey, list[Ruling | None]] = {}
    for key, pair in pairs.items():
        rulings = all_rulings[key] = rulings_of(pair)
        reasons: Counter[str] = Counter() if pair.past is None else Counter(pair.past.reasons)
        for ruling, count in Counter(rulings).items():
            if ruling is not None:
                reasons[ruling.rule.cause_id] += count
        pair_rows.append(_pair(key, pair, reasons))
        rows = [finding_row(key, found) for found in findings_of(pair, rulings)]
        findings.extend(rows if pair.past is None else fold.merged(key, pair, rows))
    together = list(pairs.values())
    for key, past in fold.pasts.items():
        if key not in pairs:
            pair = PairFacts([], past)
            pair_rows.append(_pair(key, pair, past.reasons))
            findings.extend(fold.merged(key, pair, ()))
            together.append(pair)
    if fold.rest is not None:
        together.append(PairFacts([], fold.rest))
    findings.sort(key=lambda row: (_ORDER[row.severity], -row.count))
    sums = summarise(together, left_out)
    summary = model.Summary(
        verdict=sums.verdict,
        headline=sums.headline,
        connections=sums.connections,
        opened=sums.opened,
        exchanges=sums.exchanges,
        reused_exchanges=sums.reused_exchanges,
        needed_connections=sums.needed,
        avoidable_connections=sums.avoidable,
        reuse_rate=sums.reuse_rate,
        handshake_cost_ns=sums.handshake_cost_ns,
        cost=_cost(Costs(together)),
    )
    connections = Connections(facts, pairs, all_rulings)
    return model.Report(kacap, capture, summary, tuple(pair_rows), connections, tuple(findings), tuple(warnings))


def _pair(key: PairKey, pair: PairFacts, reasons: Mapping[str, int]) -> model.Pair:
    behind = proxy(pair)
    return model.Pair(
        client=address_text(key[0]),
        server=endpoint_text(key[1], key[2]),
        verdict=pair.verdict,
        connections=pair.connection_count,
        opened=pair.opened,
        exchanges=pair.exchanges,
        reused_exchanges=pair.reused_exchanges,
        needed_connections=pair.needed,
        avoidable_connections=pair.avoidable,
        reuse_rate=pair.reuse_rate,
        peak_open=pair.peak_open,
        handshake_cost_ns=pair.handshake_cost_ns,
        cost=_cost(Costs([pair])),
        server_idle_timeout_ns=server_idle_ns(pair),
        client_idle_timeout_ns=client_idle_ns(pair),
        max_requests=None if pair.request_limit is None else pair.request_limit.requests,
        reasons=dict(sorted(reasons.items())),
        behind=None if behind is None else endpoint_text(*behind),
    )


def _cost(costs: Costs) -> Cost:
    return Cost(
        handshake_share=costs.handshake_share,
        closes_per_second=costs.closes_per_second,
        client_time_wait_ports=costs.client_time_wait_ports,
        server_time_wait_ports=costs.server_time_wait_ports,
        saved_ns=costs.saved_ns,
        unanswered_requests=costs.unanswered_requests,
        waited_in_vain_ns=costs.waited_in_vain_ns,
    )
