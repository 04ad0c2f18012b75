"""Invariant: however a real capture is damaged, the judge gives a verdict, and says nothing that no cause allows.

The captures are those of `captures/`; the damage is chance with a fixed seed: frames lost, doubled, out of order, cut
and overwritten, and clocks that jump.
"""

import io
from pathlib import Path
from random import Random

import pytest
from rich.console import Console

from kacap.analyzer import Analyzer
from kacap.capture import open_capture
from kacap.render.detail import Detail
from kacap.render.json import document
from kacap.render.terminal import print_report
from kacap.report.model import Report
from kacap.verdict.causes import BY_ID
from kacap.verdict.words import Certainty, Decider
from kacap.wire.frame import Frame, SourceInfo

CAPTURES = sorted((Path(__file__).parents[2] / "captures").glob("*.pcap"))
FRAMES = 200
"""Of each capture, at most: what is damaged tells little more when there is more of it."""
TRIES = 3
SHARES = (0.0, 0.0, 0.02, 0.1, 0.4)
"""Of the frames, those that one kind of damage meets."""
JUMPS_NS = (-5_000_000_000, 1_000_000, 200_000_000, 3_000_000_000, 61_000_000_000, 400_000_000_000)
HEADERS = range(14, 60)
"""Bytes of a frame of which most are IP and TCP headers."""


def overwritten(content: bytearray, chance: Random) -> None:
    """One byte of it changed, rather in the headers than behind them."""
    place = chance.choice((chance.choice(HEADERS), chance.randrange(len(content))))
    content[min(place, len(content) - 1)] = chance.choice((0, 255, chance.randrange(256)))


def damaged(frames: list[Frame], chance: Random) -> list[Frame]:
    """The frames, with up to five kinds of damage, numbered anew."""
    lost, doubled, swapped, cut, changed, jumping = (chance.choice(SHARES) for _ in range(6))
    found: list[Frame] = []
    drift_ns = 0
    for frame in frames:
        if chance.random() < lost:
            continue
        if chance.random() < jumping:
            drift_ns += chance.choice(JUMPS_NS)
        content = bytearray(frame.data[frame.start : frame.end])
        end = chance.randrange(len(content) + 1) if chance.random() < cut else len(content)
        if content and chance.random() < changed:
            overwritten(content, chance)
        hurt = Frame(0, frame.time_ns + drift_ns, frame.link_type, bytes(content), 0, end, frame.wire_bytes)
        found += [hurt] * (2 if chance.random() < doubled else 1)
    for _ in range(int(swapped * len(found))):
        one, other = chance.randrange(len(found)), chance.randrange(len(found))
        found[one], found[other] = found[other], found[one]
    return [
        Frame(number, frame.time_ns, frame.link_type, frame.data, 0, frame.end, frame.wire_bytes)
        for number, frame in enumerate(found, start=1)
    ]


def judged(frames: list[Frame]) -> Report:
    """The whole way: frames to JSON, and to the screen."""
    analyzer = Analyzer()
    for frame in frames:
        analyzer.feed(frame)
    report = analyzer.finish(SourceInfo(sources=["damaged"], format="pcap"))
    document(report, queries=True)
    print_report(report, Console(file=io.StringIO(), width=80), detail=Detail.EXCHANGES)
    return report


def is_allowed(cause_id: str, certainty: Certainty | None, decided_by: Decider | None) -> bool:
    """Whether `kacap explain` knows the cause, and the cause knows these words."""
    cause = BY_ID[cause_id]
    return certainty in cause.certainties and decided_by in cause.deciders


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_what_is_said_of_a_damaged_capture_stands_in_the_causes(path: Path) -> None:
    frames = list(open_capture([str(path)]))[:FRAMES]
    for seed in range(TRIES):
        hurt = damaged(frames, Random(f"{path.stem} {seed}"))
        report = judged(hurt)
        for connection in report.connections:
            end = connection.end
            if end.reason is not None:
                assert is_allowed(end.reason, end.certainty, end.decided_by), (seed, connection.stream, end)
        for finding in report.findings:
            assert is_allowed(finding.id, finding.certainty, finding.decided_by), (seed, finding)
            assert finding.title
            assert finding.explanation
            assert all(1 <= proof.frame <= len(hurt) for proof in finding.evidence), (seed, finding.evidence)


def test_there_are_captures_to_damage() -> None:
    assert len(CAPTURES) >= 20
