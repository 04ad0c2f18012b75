"""kacap on each committed capture, held against what its scenario expects."""

import pytest

from captures.lab.committed import CAPTURES
from captures.lab.expected import arrived, mismatches
from captures.lab.scenario import load, names
from kacap import analyze
from kacap.render.json import document
from kacap.verdict.causes import CAUSES


@pytest.mark.parametrize("name", names())
def test_capture_meets_its_expectation(name: str) -> None:
    report = document(analyze([str(CAPTURES / f"{name}.pcap")]))
    assert mismatches(load(name).expected, report) == []


@pytest.mark.parametrize("name", names())
def test_no_awaited_cause_is_found_unnoticed(name: str) -> None:
    report = document(analyze([str(CAPTURES / f"{name}.pcap")]))
    assert arrived(load(name).expected, report) == [], "found by now: move it from awaited to causes"


@pytest.mark.parametrize("name", names())
def test_expected_causes_are_known(name: str) -> None:
    assert set(load(name).expected.causes) <= {cause.id for cause in CAUSES}
