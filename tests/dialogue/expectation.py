"""`path = value`: what a scenario expects of the JSON report.

    summary.verdict = reused                     a word, a number, true, false, null or a JSON list
    A#1.request.version = "1.1"                  text that looks like a number
    A.end.decided_by = server                    A: the connection that the scenario calls A
    A#2.response.status = 200                    the second exchange of A
    A.exchanges[0].request.connection = ["close"]
    A#1.timings.wait_ms = 12.5                   numbers are equal to a nanosecond
    connections[*].verdict = single-use          each of them, and there is at least one
    connections[*].verdict = ["open", "reused"]  with a list: exactly these, in this order
    findings[connect-failed].count = 1           the one whose id is that
    findings[*].id contains connect-failed       also: lacks
    A.end.first_close_frame = @farewell          the frame that the scenario calls farewell
    A.end.reason != client-no-session
    count A.exchanges = 2                        the length of a list

A path that does not exist is a failure, also for `!=` and `lacks`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isclose
from typing import Any

_LINE = re.compile(r"(?P<count>count )?(?P<path>\S+) (?P<operator>=|!=|contains|lacks) (?P<value>.+)")
_STEP = re.compile(r"\.?(?P<name>[A-Za-z_][\w-]*)|\[(?P<place>\*|\d+|[a-z][a-z0-9-]*)\]|#(?P<exchange>\d+)")


class NoSuchPathError(Exception):
    """The report has nothing at that path."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """One line of an `expect` section."""

    where: str
    """`file:line`."""
    text: str
    counts: bool
    path: str
    operator: str
    value: str

    def failure(
        self, document: Mapping[str, Any], streams: Mapping[str, int | None], frames: Mapping[str, int]
    ) -> str | None:
        """None when the report is as expected, else one line that says what it is instead."""
        try:
            found = _walk(document, self.path, streams)
        except NoSuchPathError as problem:
            return f"{self.where}: {self.text}: {problem}"
        if self.counts:
            found = len(found)
        wanted = frames[self.value[1:]] if self.value.startswith("@") else _read(self.value)
        several = "[*]" in self.path and not self.counts
        if _OPERATORS[self.operator](found, wanted, several):
            return None
        return f"{self.where}: {self.text}: the report says {json.dumps(found)}"


def parse(text: str, where: str) -> Expectation:
    """ValueError where the line cannot be read."""
    found = _LINE.fullmatch(text)
    if found is None:
        raise ValueError("expected `path = value` (or !=, contains, lacks)")
    if "".join(step[0] for step in _STEP.finditer(found["path"])) != found["path"]:
        raise ValueError(f"cannot read the path {found['path']!r}")
    return Expectation(where, text, bool(found["count"]), found["path"], found["operator"], found["value"].strip())


def _walk(document: Mapping[str, Any], path: str, streams: Mapping[str, int | None]) -> Any:
    values: list[Any] = [document]
    for position, step in enumerate(_STEP.finditer(path)):
        name = step["name"]
        if position == 0 and name in streams:
            values = [_only(document["connections"], "stream", streams[name])]
        elif name:
            values = [_member(value, name) for value in values]
        elif step["exchange"]:
            values = [_only(_member(value, "exchanges"), "index", int(step["exchange"])) for value in values]
        elif step["place"] == "*":
            values = [element for value in values for element in value]
        elif step["place"].isdigit():
            values = [_element(value, int(step["place"])) for value in values]
        else:
            values = [_only(value, "id", step["place"]) for value in values]
    return values if "[*]" in path else values[0]


def _member(value: Any, name: str) -> Any:
    if not isinstance(value, Mapping) or name not in value:
        raise NoSuchPathError(f"no {name!r} in {json.dumps(value)[:80]}")
    return value[name]


def _element(value: Any, place: int) -> Any:
    if not isinstance(value, list) or place >= len(value):
        raise NoSuchPathError(f"no element {place} in {json.dumps(value)[:80]}")
    return value[place]


def _only(value: Any, key: str, wanted: object) -> Any:
    for element in value:
        if element[key] == wanted:
            return element
    raise NoSuchPathError(f"nothing with {key} {wanted!r} among {[element[key] for element in value]}")


def _read(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _same(found: object, wanted: object) -> bool:
    if isinstance(found, float | int) and isinstance(wanted, float | int):
        return isinstance(found, bool) == isinstance(wanted, bool) and isclose(found, wanted, rel_tol=0, abs_tol=1e-6)
    return found == wanted


def _equals(found: Any, wanted: object, several: bool) -> bool:
    if several and not isinstance(wanted, list):
        return bool(found) and all(_same(one, wanted) for one in found)
    return _same(found, wanted)


def _differs(found: Any, wanted: object, several: bool) -> bool:
    if several and not isinstance(wanted, list):
        return not any(_same(one, wanted) for one in found)
    return not _same(found, wanted)


_OPERATORS: dict[str, Callable[[Any, object, bool], bool]] = {
    "=": _equals,
    "!=": _differs,
    "contains": lambda found, wanted, _: any(_same(one, wanted) for one in found),
    "lacks": lambda found, wanted, _: not any(_same(one, wanted) for one in found),
}
