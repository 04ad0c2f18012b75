"""DNS look-ups: a question, its answer, and the one connection it belongs to."""

import pytest

from kacap.verdict import lookups
from kacap.verdict.lookups import MAX_AGE_NS, Lookups

CLIENT, OTHER, RESOLVER = b"\xc0\0\x02\x09", b"\xc0\0\x02\x0a", b"\xc0\0\x02\x35"
SERVER, SECOND = b"\xc0\0\x02\x01", b"\xc0\0\x02\x02"


def asked_and_answered(*addresses: bytes) -> Lookups:
    found = Lookups()
    found.asked(CLIENT, RESOLVER, 5353, 7, 100)
    found.answered(CLIENT, RESOLVER, 5353, 7, addresses, 130)
    return found


def test_the_first_connection_takes_it_the_next_finds_nothing() -> None:
    found = asked_and_answered(SERVER)
    assert found.take(CLIENT, SERVER, 140) == 30
    assert found.take(CLIENT, SERVER, 140) is None


def test_each_address_of_an_answer_has_it() -> None:
    found = asked_and_answered(SERVER, SECOND)
    assert (found.take(CLIENT, SECOND, 140), found.take(CLIENT, SERVER, 140)) == (30, 30)


def test_it_belongs_to_who_asked_and_to_what_was_told() -> None:
    found = asked_and_answered(SERVER)
    assert found.take(OTHER, SERVER, 140) is None
    assert found.take(CLIENT, SECOND, 140) is None
    assert found.take(SERVER, CLIENT, 140) is None


@pytest.mark.parametrize(
    "question",
    [(OTHER, RESOLVER, 5353, 7), (CLIENT, SERVER, 5353, 7), (CLIENT, RESOLVER, 5354, 7), (CLIENT, RESOLVER, 5353, 8)],
    ids=["another client", "another resolver", "another port", "another id"],
)
def test_an_answer_needs_its_question(question: tuple[bytes, bytes, int, int]) -> None:
    found = Lookups()
    found.asked(*question, 100)
    found.answered(CLIENT, RESOLVER, 5353, 7, (SERVER,), 130)
    assert found.take(CLIENT, SERVER, 140) is None


def test_a_question_that_is_asked_again_counts_from_the_first() -> None:
    found = Lookups()
    found.asked(CLIENT, RESOLVER, 5353, 7, 100)
    found.asked(CLIENT, RESOLVER, 5353, 7, 5100)
    found.answered(CLIENT, RESOLVER, 5353, 7, (SERVER,), 5130)
    assert found.take(CLIENT, SERVER, 140) == 5030


def test_a_question_is_answered_once() -> None:
    found = asked_and_answered(SERVER)
    found.answered(CLIENT, RESOLVER, 5353, 7, (SECOND,), 190)
    assert found.take(CLIENT, SECOND, 140) is None


def test_the_last_answer_counts() -> None:
    found = asked_and_answered(SERVER)
    found.asked(CLIENT, RESOLVER, 5353, 8, 200)
    found.answered(CLIENT, RESOLVER, 5353, 8, (SERVER,), 201)
    assert found.take(CLIENT, SERVER, 140) == 1


def test_a_clock_that_steps_back_gives_no_negative_time() -> None:
    found = Lookups()
    found.asked(CLIENT, RESOLVER, 5353, 7, 100)
    found.answered(CLIENT, RESOLVER, 5353, 7, (SERVER,), 40)
    assert found.take(CLIENT, SERVER, 140) == 0


@pytest.mark.parametrize(("later_ns", "duration_ns"), [(MAX_AGE_NS, 30), (MAX_AGE_NS + 1, None)])
def test_a_connection_long_after_the_answer_did_not_wait_for_it(later_ns: int, duration_ns: int | None) -> None:
    assert asked_and_answered(SERVER).take(CLIENT, SERVER, 130 + later_ns) == duration_ns


def test_the_oldest_questions_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookups, "MAX_LOOKUPS", 3)
    found = Lookups()
    for number in range(4):
        found.asked(CLIENT, RESOLVER, 5353, number, number)
    for number in range(4):
        found.answered(CLIENT, RESOLVER, 5353, number, (bytes((number,)),), 10)
    assert [found.take(CLIENT, bytes((number,)), 140) for number in range(4)] == [None, 9, 8, 7]


def test_the_oldest_answers_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookups, "MAX_LOOKUPS", 3)
    found = asked_and_answered(*(bytes((number,)) for number in range(5)))
    assert [found.take(CLIENT, bytes((number,)), 140) for number in range(5)] == [None, None, 30, 30, 30]
