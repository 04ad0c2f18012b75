"""What holds for every pair, whatever its connections did."""

from hypothesis import given
from hypothesis import strategies as st

from kacap.verdict.pair import PairFacts
from kacap.verdict.words import Side
from tests.verdict.records import exchange, record


@st.composite
def pairs(draw: st.DrawFn) -> PairFacts:
    """Connections with exchanges at any times, some open before the capture, some closed, some unused."""
    members = []
    for _ in range(draw(st.integers(0, 8))):
        opened = draw(st.integers(0, 300))
        at, exchanges = opened, []
        for _ in range(draw(st.integers(0, 5))):
            at += draw(st.integers(0, 40))
            end = at + draw(st.integers(0, 40))
            exchanges.append(exchange(at, end if draw(st.booleans()) else None))
            at = end
        is_opened = draw(st.booleans())
        closed = (draw(st.sampled_from(Side)), at + draw(st.integers(0, 40))) if draw(st.booleans()) else None
        members.append(record(*exchanges, opened=opened if is_opened else None, ready=opened, closed=closed, last=at))
    return PairFacts(members)


@given(pairs())
def test_avoidable_is_used_less_needed_and_never_negative(found: PairFacts) -> None:
    assert found.avoidable == len(found.used) - found.needed >= 0
    assert (found.needed > 0) == bool(found.used)


@given(pairs())
def test_reuse_rate_is_reused_over_what_could_have_been(found: PairFacts) -> None:
    opportunities = found.exchanges - found.needed
    if opportunities:
        assert found.reuse_rate == found.reused_exchanges / opportunities
        assert found.reused_exchanges + found.unanswered == found.exchanges - len(found.used) <= opportunities
    else:
        assert found.reuse_rate is None


@given(pairs())
def test_where_all_were_answered_nothing_avoidable_means_that_every_opportunity_was_taken(found: PairFacts) -> None:
    if not found.unanswered:
        assert (found.avoidable == 0) == (found.reuse_rate in (None, 1.0))


@given(pairs())
def test_never_more_stand_ready_than_others_were_used(found: PairFacts) -> None:
    for each in found.connections:
        others = sum(facts is not each for facts in found.used)
        assert 0 <= found.idle_available(each) <= others
