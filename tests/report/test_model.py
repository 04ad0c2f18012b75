"""The report is frozen plain data, and its words are those of the JSON schema."""

import inspect
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, fields, is_dataclass
from enum import StrEnum
from typing import Any

import pytest

from kacap.render.json import schema
from kacap.report import model
from kacap.verdict import words

CLASSES = [member for _, member in inspect.getmembers(model, is_dataclass) if inspect.isclass(member)]
VOCABULARIES = [
    member
    for _, member in inspect.getmembers(words, inspect.isclass)
    if issubclass(member, StrEnum) and member is not StrEnum
]


def enumerations(part: Any) -> Iterator[frozenset[str]]:
    """Every `enum` of the schema."""
    if isinstance(part, dict):
        if isinstance(part.get("enum"), list):
            yield frozenset(part["enum"])
        for value in part.values():
            yield from enumerations(value)
    elif isinstance(part, list):
        for value in part:
            yield from enumerations(value)


def test_the_tree_is_complete() -> None:
    assert {each.__name__ for each in CLASSES} >= {"Report", "Capture", "Summary", "Pair", "Connection", "Finding"}


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_frozen_without_room_for_more(kind: Any) -> None:
    names = [field.name for field in fields(kind)]
    instance = kind(*(None for _ in names))
    assert not hasattr(instance, "__dict__")
    with pytest.raises(FrozenInstanceError):
        setattr(instance, names[0], 1)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_equal_when_alike_and_without_defaults(kind: Any) -> None:
    values = list(range(len(fields(kind))))
    assert kind(*values) == kind(*values)
    assert kind(*values) != kind(*values[1:], -1)
    with pytest.raises(TypeError):
        kind(*values[1:])


@pytest.mark.parametrize("vocabulary", VOCABULARIES, ids=lambda vocabulary: vocabulary.__name__)
def test_every_word_is_in_the_schema_and_the_schema_has_no_other(vocabulary: type[StrEnum]) -> None:
    assert frozenset(word.value for word in vocabulary) in set(enumerations(schema()))


def test_schema_and_model_speak_of_the_same_version() -> None:
    assert schema()["properties"]["schema_version"]["const"] == model.SCHEMA_VERSION == "1.0"
