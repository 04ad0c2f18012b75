"""What the judge gets to see of a dialogue: the lines of a scenario → the records of its connections."""

from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent

from kacap.analyzer import Analyzer
from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.wire.frame import Frame
from tests.dialogue import read_scenario

_NOTHING_EXPECTED = "\ntitle: a part of a test\nexpect\n  schema_version = 1.0\n"


def frames(script: str) -> list[Frame]:
    """The frames of a dialogue; `script` has the lines of a scenario without its `expect` section."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "inline.scenario"
        path.write_text(dedent(script) + _NOTHING_EXPECTED, encoding="utf-8")
        return read_scenario(path).dialogue.frames


def heard(script: str) -> list[Facts]:
    """The finished records of all connections of a dialogue, as the report would be built from them."""
    analyzer = Analyzer()
    for frame in frames(script):
        analyzer.feed(frame)
    return analyzer.facts()


def one(script: str) -> Facts:
    """The record of the only connection."""
    (facts,) = heard(script)
    return facts


def pair(script: str) -> PairFacts:
    """All connections of a dialogue as one pair."""
    return PairFacts(heard(script))
