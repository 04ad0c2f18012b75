"""What the traits of connections let the judge skip never changes what it says."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from kacap.analyzer import Analyzer
from kacap.capture.files import open_capture
from kacap.errors import KacapError
from kacap.verdict.pair import PairFacts
from kacap.verdict.pairs import pairs_of
from kacap.verdict.rules import OBSERVATIONS, RULES, rule_on, rulings_of
from kacap.verdict.rules.rule import may_apply
from kacap.verdict.rules.ruling import candidates, observe
from kacap.verdict.traits import AT_ONCE, BY_SERVER, SERVER_CLOSE, UNSAID, traits_of
from kacap.wire.frame import Frame
from tests.dialogue import read_scenario
from tests.scenarios import FILES, name
from tests.test_corpus import CHUNKS, captures
from tests.verdict.heard import one, pair

COMMITTED = sorted((Path(__file__).parents[2] / "captures").rglob("*.pcap*"))
FEW = 15
"""Of more than seventy rows."""


def judged(frames: Iterable[Frame], ports: Iterable[int] = ()) -> list[PairFacts]:
    """The pairs of a capture, as the report would be built from them."""
    wanted, times_ns = frozenset(ports), [0]
    analyzer = Analyzer(ports=wanted)
    for number, frame in enumerate(frames):
        analyzer.feed(frame)
        times_ns = [*times_ns, frame.time_ns] if number else [frame.time_ns]
        times_ns = [min(times_ns), max(times_ns)]
    facts = [each for each in analyzer.facts() if not wanted or each.pair_key[2] in wanted]
    return list(pairs_of(facts, times_ns[0], times_ns[-1]).values())


def skipped_in_error(pairs: Iterable[PairFacts]) -> list[str]:
    """The rows that apply to a connection, or see something of a pair, although their needs are not met."""
    wrong = []
    for made in pairs:
        common = made.traits
        for facts in made.connections:
            traits = traits_of(facts) | common
            skipped = [rule for rule in RULES if not may_apply(rule.needs, traits)]
            wrong += [f"{rule.cause_id}: tcp.stream {facts.stream}" for rule in skipped if rule.applies(facts, made)]
        unseen = [row for row in OBSERVATIONS if not may_apply(row.needs, common | made.traits_of_any)]
        wrong += [f"{row.cause_id}: of a pair" for row in unseen if row.see(made) is not None]
    return wrong


def is_same_one_by_one(pairs: Iterable[PairFacts]) -> bool:
    """Whether the connections of a pair are judged together as each of them alone."""
    for made in pairs:
        for facts, ruling in zip(made.connections, rulings_of(made), strict=True):
            alone = rule_on(facts, made)
            said = None if ruling is None else (ruling.rule, ruling.decided_by, ruling.certainty)
            if said != (None if alone is None else (alone.rule, alone.decided_by, alone.certainty)):
                return False
    return True


@pytest.mark.parametrize("path", FILES, ids=name)
def test_no_row_is_missed_in_a_scenario(path: Path) -> None:
    scenario = read_scenario(path)
    pairs = judged(scenario.dialogue.frames, scenario.ports)
    assert not skipped_in_error(pairs)
    assert is_same_one_by_one(pairs)


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_no_row_is_missed_in_a_capture(path: Path) -> None:
    pairs = judged(open_capture([str(path)]))
    assert not skipped_in_error(pairs)
    assert is_same_one_by_one(pairs)


@pytest.mark.parametrize("chunk", range(CHUNKS))
@pytest.mark.parametrize("folder", ["dev/http", "dev/nohttp", "hostile"])
def test_no_row_is_missed_in_captures_of_others(folder: str, chunk: int) -> None:
    for path in captures(folder)[chunk::CHUNKS]:
        try:
            frames = list(open_capture([str(path)]))
        except KacapError:
            assert folder == "hostile"
            continue
        assert not skipped_in_error(judged(frames)), path.name


CLOSED = "connection\nhandshake\nclient GET /1 | Host: a.example\nserver 200 | Connection: close | Content-Length: 0\n"


def test_a_plain_connection_is_asked_few_rows() -> None:
    made = pair(f"{CLOSED}server FIN\nclient FIN\n{CLOSED}server FIN\nclient FIN")
    for facts in made.connections:
        assert 1 <= len(candidates(traits_of(facts) | made.traits)) <= FEW


def test_connections_that_are_alike_are_of_one_kind() -> None:
    made = pair(f"{CLOSED}server FIN\nclient FIN\n{CLOSED}server FIN\nclient FIN\n{CLOSED}client FIN\nserver FIN")
    first, second, other = made.kinds
    assert first is second
    assert first is not other
    assert (first.count, other.count) == (2, 1)
    assert first.has(SERVER_CLOSE | BY_SERVER)
    assert not first.has(SERVER_CLOSE | UNSAID)
    assert made.count(SERVER_CLOSE) == 3
    assert made.count(SERVER_CLOSE, without=BY_SERVER) == 1


def test_an_aborted_exchange_is_not_idle() -> None:
    asked = "connection\nhandshake\nclient GET /1 | Host: a.example\n"
    assert traits_of(one(f"{asked}+1s client RST")) & AT_ONCE == 0


def test_rulings_that_are_equal_are_one_object() -> None:
    made = pair(f"{CLOSED}server FIN\nclient FIN\n{CLOSED}server FIN\nclient FIN")
    first, second = rulings_of(made)
    assert first is not None
    assert first is second
    assert [row.cause_id for row, _ in observe(made)] == []
