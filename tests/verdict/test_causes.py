"""The rows of the causes: complete, of one form, and safe to print."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from kacap.verdict.causes import CAUSES, GROUPS, Cause
from kacap.verdict.rules import OBSERVATIONS, RULES
from kacap.verdict.words import Certainty, Decider, Severity

CONTRACT = {
    "client-sends-connection-close": Decider.CLIENT,
    "client-http10": Decider.CLIENT,
    "client-no-session": Decider.CLIENT,
    "server-sends-connection-close": Decider.SERVER,
    "server-http10-response": Decider.SERVER,
    "server-http10-keepalive-not-granted": Decider.SERVER,
    "response-read-until-close": Decider.SERVER,
    "still-open-at-end": Decider.NOBODY,
    "connect-failed": Decider.NETWORK,
}
"""Ids that scripts lean on, and who decided: neither may change."""

UNWANTED_WORDS = re.compile(
    r"\b(flow|session|stream|transaction|manager|helper|utils?|simply|just|please)\b", re.IGNORECASE
)
OTHERS_NAMES = re.compile(
    r"requests\.Session\(\)|aiohttp\.ClientSession\(\)|Requests docs: Session Objects|follow that stream|stream=True"
)

PREFIXES = sorted({cause.id.split("-")[0] for cause in CAUSES} | {"proxy", "network", "connection"})
"""Words that ids begin with, also those of causes that are no rows."""

each_cause = pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.id)


def texts(cause: Cause) -> Iterator[str]:
    """Every text of a row that a reader sees."""
    yield from (cause.id, cause.group, cause.title, cause.meaning, cause.wire, cause.confirm)
    for remedy in cause.remedies:
        yield from (remedy.stack, remedy.text)
    yield from cause.look_alikes
    yield from cause.sources


def test_ids_are_unique() -> None:
    assert [name for name, count in Counter(cause.id for cause in CAUSES).items() if count > 1] == []


def test_ids_of_the_contract_are_there_with_their_decider() -> None:
    assert {cause.id: cause.decided_by for cause in CAUSES if cause.id in CONTRACT} == CONTRACT


def test_rows_of_a_group_stand_together_in_the_order_of_the_groups() -> None:
    order = [GROUPS.index(cause.group) for cause in CAUSES]
    assert order == sorted(order)
    assert set(order) == set(range(len(GROUPS)))


def test_whatever_a_rule_can_name_can_be_explained() -> None:
    named = {rule.cause_id for rule in RULES} | {row.cause_id for row in OBSERVATIONS}
    assert named <= {cause.id for cause in CAUSES}


@each_cause
def test_id_is_kebab_case(cause: Cause) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)+", cause.id)


@each_cause
def test_no_field_is_empty(cause: Cause) -> None:
    needed = [name for name in cause._fields if name not in cause._field_defaults]
    assert [name for name in needed if not getattr(cause, name)] == []
    assert all(text == text.strip() and text for text in texts(cause))


@each_cause
def test_values_are_words_of_the_vocabulary(cause: Cause) -> None:
    assert isinstance(cause.decided_by, Decider)
    assert isinstance(cause.certainty, Certainty)
    assert isinstance(cause.severity, Severity)


@each_cause
def test_text_is_one_line_of_plain_ascii_without_markup(cause: Cause) -> None:
    assert [text for text in texts(cause) if not re.fullmatch(r"[ -Z^-~\\]+", text)] == []


@each_cause
def test_text_is_short(cause: Cause) -> None:
    assert len(cause.title) <= 62
    assert not cause.title.endswith(".")
    assert all(len(text) <= 300 for text in (cause.meaning, cause.wire, cause.confirm))
    assert all(len(remedy.stack) <= 36 and len(remedy.text) <= 140 for remedy in cause.remedies)
    assert all(len(text) <= 120 for text in cause.look_alikes)
    assert all(len(text) <= 80 for text in cause.sources)


@each_cause
def test_words_are_those_of_the_project(cause: Cause) -> None:
    assert [
        text for text in texts(cause) if UNWANTED_WORDS.search(OTHERS_NAMES.sub("", text)) and text != cause.id
    ] == []


@each_cause
def test_an_id_in_a_text_is_one_that_can_be_explained(cause: Cause) -> None:
    said = {
        word for text in texts(cause) for word in re.findall(rf"(?<![\w-])(?:{'|'.join(PREFIXES)})-[a-z0-9-]+", text)
    }
    assert said <= {row.id for row in CAUSES}


@each_cause
def test_a_text_says_nothing_of_what_a_side_wanted(cause: Cause) -> None:
    assert [text for text in texts(cause) if re.search(r"\b(would have|wants?|wanted|meant|intends?)\b", text)] == []


@each_cause
def test_look_alikes_can_stand_in_one_sentence(cause: Cause) -> None:
    """Findings that are not proven join them with semicolons."""
    assert [text for text in cause.look_alikes if ";" in text] == []
    if cause.certainties != (Certainty.PROVEN,):
        assert len("; ".join(cause.look_alikes)) <= 200


@each_cause
def test_a_row_names_others_exactly_where_a_rule_may_choose_them(cause: Cause) -> None:
    rules = [rule for rule in RULES if rule.cause_id == cause.id]
    if not any(row.cause_id == cause.id for row in OBSERVATIONS):
        # What an observation chooses is seen only when it is made.
        assert rules
        assert any(rule.decided_by is not None for rule in rules) == bool(cause.other_deciders)
        assert any(rule.certainty is not None for rule in rules) == bool(cause.other_certainties)
    assert len(set(cause.deciders)) == len(cause.deciders)
    assert len(set(cause.certainties)) == len(cause.certainties)


@each_cause
def test_a_stack_has_one_remedy(cause: Cause) -> None:
    stacks = [remedy.stack for remedy in cause.remedies]
    assert len(stacks) == len(set(stacks))


@each_cause
def test_a_source_is_a_name_and_not_an_address(cause: Cause) -> None:
    assert [source for source in cause.sources if "://" in source] == []
    assert any(source.startswith("RFC ") for source in cause.sources)


@each_cause
def test_a_row_draws_its_wire_signature(cause: Cause) -> None:
    assert 2 <= len(cause.drawing) <= 8
    assert [step for step in cause.drawing if not re.fullmatch(r"[><.+] [!-~]([ -~]{0,38}[!-~])?", step)] == []
