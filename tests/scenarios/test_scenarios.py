"""Every scenario file is played, analyzed, and compared with what it expects."""

from pathlib import Path

import pytest

from kacap.analyzer import Analyzer
from kacap.render.json import document
from kacap.wire.frame import SourceInfo
from tests.dialogue import read_scenario
from tests.scenarios import FILES, name


@pytest.mark.parametrize("path", FILES, ids=name)
def test_scenario(path: Path) -> None:
    scenario = read_scenario(path)
    analyzer = Analyzer(ports=scenario.ports, hosts=scenario.hosts, streams=scenario.streams)
    for frame in scenario.dialogue.frames:
        analyzer.feed(frame)
    report = document(analyzer.finish(SourceInfo(sources=[path.name], format="pcap")))
    assert not (failures := scenario.failures(report)), "\n".join([scenario.title, *failures])
