"""The words in brackets before what a side says → the keyword arguments of `Conversation.send`.

Comma separated; SEGMENTS are numbers from 1, none means all segments of this message:
    as NAME            its first frame can be named in an expectation
    fin, syn, rst      the flag on top
    unseen SEGMENTS    sent and received, not captured
    lost SEGMENTS      neither captured nor received
    undelivered SEG…   captured, not received
    held SEGMENTS      captured and received on `release`
    twice SEGMENTS     the capture shows the same frame twice
    cut BYTES          payload that the snapshot length leaves
    split SIZES        payload bytes of each segment (the rest by MSS)
    order NUMBERS      in which order the segments are captured
    every TIME         between the segments of this message
    window N           advertised window
    ttl N              IP time to live (64 if not said)
    seq N, ack N       relative numbers; `ack none` for no ACK flag
"""

import re
from collections.abc import Callable
from typing import Any

from tests.dialogue.peer import Fate

_UNIT_NS = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000}
_DURATION = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<unit>ns|us|ms|s)")


def duration_ns(text: str) -> int:
    """`0.2ms` → 200000; ValueError where it is no duration."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"not a duration: {text!r} (as in 0.2ms)")
    return round(float(found["number"]) * _UNIT_NS[found["unit"]])


def options(text: str) -> dict[str, Any]:
    """`as answer, split 10 5` → {"as": "answer", "sizes": [10, 5]}; ValueError where it cannot be read."""
    found: dict[str, Any] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        word, *values = part.split(" ")
        if word in _FATES:
            found.setdefault("fates", {}).update(dict.fromkeys(_numbers(values) or [0], _FATES[word]))
        elif word in _OPTIONS:
            found[word.replace("every", "every_ns")] = _OPTIONS[word](values)
        else:
            raise ValueError(f"unknown option {word!r}")
    if "split" in found:
        found["sizes"] = found.pop("split")
    return found


def _numbers(values: list[str]) -> list[int]:
    return [int(value) for value in values]


def _flag(values: list[str]) -> bool:
    if values:
        raise ValueError(f"unexpected {values[0]!r}")
    return True


_FATES = {"unseen": Fate.UNSEEN, "lost": Fate.LOST, "undelivered": Fate.UNDELIVERED}
_OPTIONS: dict[str, Callable[[list[str]], Any]] = {
    "as": lambda values: values[0],
    "fin": _flag,
    "syn": _flag,
    "rst": _flag,
    "held": lambda values: _numbers(values) or [0],
    "twice": lambda values: _numbers(values) or [0],
    "cut": lambda values: int(values[0]),
    "split": _numbers,
    "order": _numbers,
    "every": lambda values: duration_ns(values[0]),
    "window": lambda values: int(values[0]),
    "ttl": lambda values: int(values[0]),
    "seq": lambda values: int(values[0]),
    "ack": lambda values: False if values == ["none"] else int(values[0]),
}
