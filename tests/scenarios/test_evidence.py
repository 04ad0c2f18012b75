"""What a finding shows as its proof is a frame of the capture, also where frames are missing."""

from pathlib import Path

import pytest

from kacap.analyzer import Analyzer
from kacap.wire.frame import SourceInfo
from tests.dialogue import read_scenario
from tests.scenarios import FILES, name

LEAVES_OUT = {"nothing": (0, 0), "the first": (1 << 30, 1), "each second": (2, 1), "each third": (3, 1)}
"""Divisor and rest of the frame numbers that are missing."""


@pytest.mark.parametrize("left_out", LEAVES_OUT.values(), ids=LEAVES_OUT.keys())
@pytest.mark.parametrize("path", FILES, ids=name)
def test_proof_is_in_the_capture(path: Path, left_out: tuple[int, int]) -> None:
    scenario = read_scenario(path)
    divisor, rest = left_out
    seen = [frame for frame in scenario.dialogue.frames if not divisor or frame.number % divisor != rest]
    analyzer = Analyzer(ports=scenario.ports, hosts=scenario.hosts, streams=scenario.streams)
    for frame in seen:
        analyzer.feed(frame)
    report = analyzer.finish(SourceInfo())
    proofs = {(finding.id, each.text, each.frame) for finding in report.findings for each in finding.evidence}
    known = {frame.number for frame in seen}
    assert [proof for proof in proofs if proof[2] not in known] == []
