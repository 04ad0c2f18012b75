"""What lies in captures/: complete, small, and described by the generated README."""

import pytest

from captures.lab import readme
from captures.lab.committed import CAPTURES, LIMIT_BYTES, recorded
from captures.lab.scenario import names


def test_readme_is_the_generated_one() -> None:
    assert readme.PATH.read_text(encoding="utf-8") == readme.render(), "run: python -m captures.lab --readme"


def test_every_scenario_has_its_capture_and_versions_and_nothing_else_lies_there() -> None:
    assert sorted(path.stem for path in CAPTURES.glob("*.pcap*")) == names()
    assert sorted(recorded()) == names()


@pytest.mark.parametrize("name", names())
def test_capture_is_small(name: str) -> None:
    assert (CAPTURES / f"{name}.pcap").stat().st_size <= LIMIT_BYTES
