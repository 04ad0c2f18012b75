"""Each row of the rule tables has a scenario in which it fires, and a near miss in which it must not.

The files stand in `scenarios/reasons` and begin with the id of the cause: `ID.scenario`, `ID.what-it-shows.scenario`.
A file where a rule fires expects `….end.reason = ID`, one where an observation is made `findings[*].id contains ID`; a
near miss expects that the reason is another one, or that no finding has that id. What a file expects must also be what
happens: `scenarios` tests that, and so does this file.
"""

from collections.abc import Sequence
from pathlib import Path

import pytest

from kacap.analyzer import Analyzer
from kacap.verdict.rules import OBSERVATIONS, RULES
from kacap.wire.frame import SourceInfo
from tests.dialogue import Scenario, read_scenario
from tests.scenarios import SCENARIOS

IDS = sorted({rule.cause_id for rule in RULES} | {row.cause_id for row in OBSERVATIONS})
REASONS = SCENARIOS / "reasons"


def scenarios(cause_id: str) -> list[Scenario]:
    """The scenarios that are named after a cause."""
    return [read_scenario(path) for path in sorted(REASONS.glob(f"{cause_id}.*")) if is_of(cause_id, path)]


def is_of(cause_id: str, path: Path) -> bool:
    return path.suffix == ".scenario" and path.name.partition(".")[0] == cause_id


def reasons(scenario: Scenario) -> set[str | None]:
    """Why the connections of a scenario ended, and what was found of their pairs."""
    analyzer = Analyzer(ports=scenario.ports, hosts=scenario.hosts, streams=scenario.streams)
    for frame in scenario.dialogue.frames:
        analyzer.feed(frame)
    report = analyzer.finish(SourceInfo())
    return {connection.end.reason for connection in report.connections} | {finding.id for finding in report.findings}


def says_that_it_fires(scenario: Scenario, cause_id: str) -> bool:
    return any(
        (each.path.endswith(".end.reason") and each.operator == "=" and each.value == cause_id)
        or (each.path, each.operator, each.value) == ("findings[*].id", "contains", cause_id)
        for each in scenario.expectations
    )


def says_that_it_does_not(scenario: Scenario, cause_id: str) -> bool:
    return any(
        (each.path, each.operator, each.value) == ("findings[*].id", "lacks", cause_id)
        or (each.path.endswith(".end.reason") and is_another(each.operator, each.value, cause_id))
        for each in scenario.expectations
    )


def is_another(operator: str, value: str, cause_id: str) -> bool:
    return value == cause_id if operator == "!=" else operator == "=" and value != cause_id


def titles(found: Sequence[Scenario]) -> str:
    return ", ".join(scenario.path.name for scenario in found) or "none"


@pytest.mark.parametrize("cause_id", IDS)
def test_a_scenario_in_which_it_fires(cause_id: str) -> None:
    found = scenarios(cause_id)
    firing = [each for each in found if says_that_it_fires(each, cause_id) and cause_id in reasons(each)]
    assert firing, f"no scenario in which {cause_id} fires; there are: {titles(found)}"


@pytest.mark.parametrize("cause_id", IDS)
def test_a_near_miss(cause_id: str) -> None:
    found = scenarios(cause_id)
    near = [
        each
        for each in found
        if says_that_it_does_not(each, cause_id)
        and not says_that_it_fires(each, cause_id)
        and cause_id not in reasons(each)
    ]
    assert near, f"no near miss of {cause_id}; there are: {titles(found)}"


def test_no_scenario_is_named_after_a_rule_that_is_not_there() -> None:
    named = {path.name.partition(".")[0]: path.name for path in REASONS.glob("*.*.scenario")}
    assert {name: file for name, file in named.items() if name not in IDS} == {}
