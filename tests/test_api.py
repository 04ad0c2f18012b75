"""`import kacap`: names on first use, `analyze` for files, and nothing heavy on the way."""

import subprocess
import sys
from inspect import signature
from pathlib import Path

import pytest

import kacap
from kacap.analyzer import Analyzer
from kacap.errors import KacapError
from kacap.live import KEEP
from kacap.report.model import Finding, Report
from kacap.verdict.words import Verdict
from tests.dialogue.pcap import pcap
from tests.verdict.heard import frames

ROOT = Path(__file__).parents[1]
CAPTURES = sorted((ROOT / "captures").glob("*.pcap"))
HEAVY = ("scapy", "dpkt", "pyshark", "rich", "typer", "asyncio", "zstandard", "lz4")

TALK = """
    connection A to 192.0.2.1:80
    connection B from 192.0.2.7 to 192.0.2.2:8880
    all handshake
    all client GET / | Connection: close
    all server 204
    all server closes
"""


@pytest.fixture
def capture(tmp_path: Path) -> str:
    path = tmp_path / "talk.pcap"
    path.write_bytes(pcap(frames(TALK)))
    return str(path)


def test_analyze_reads_files_into_a_report(capture: str) -> None:
    report = kacap.analyze([capture])
    assert isinstance(report, Report)
    assert (report.capture.sources, report.capture.format) == ((capture,), "pcap")
    assert report.summary.verdict is Verdict.NO_OPPORTUNITY
    assert [connection.stream for connection in report.connections] == [0, 1]


def test_analyze_gives_the_same_report_each_time(capture: str) -> None:
    assert kacap.analyze([capture]) == kacap.analyze([capture])


def test_analyze_narrows(capture: str) -> None:
    def streams(report: Report) -> list[int]:
        return [connection.stream for connection in report.connections]

    assert streams(kacap.analyze([capture], ports=[8880])) == [1]
    assert streams(kacap.analyze([capture], hosts=["192.0.2.9"])) == [0]
    assert streams(kacap.analyze([capture], streams=[1])) == [1]


def test_analyze_refuses_what_is_no_capture_in_one_line(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("GET / HTTP/1.1", encoding="utf-8")
    for path in (text, tmp_path / "absent.pcap", tmp_path):
        with pytest.raises(KacapError) as raised:
            kacap.analyze([str(path)])
        assert len(str(raised.value).splitlines()) == 1


# ---- names


def test_names_are_those_of_their_homes() -> None:
    assert (kacap.Analyzer, kacap.Finding, kacap.Report, kacap.Verdict) == (Analyzer, Finding, Report, Verdict)


def test_every_public_name_is_there_and_listed() -> None:
    assert all(hasattr(kacap, name) for name in kacap.__all__)
    assert set(kacap.__all__) <= set(dir(kacap))


def test_as_many_are_kept_as_on_the_command_line() -> None:
    assert signature(kacap.record).parameters["keep"].default == KEEP


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"module 'kacap' has no attribute 'Connection'"):
        kacap.Connection  # noqa: B018
    assert not hasattr(kacap, "Connection")


def in_a_new_process(code: str) -> list[str]:
    """The words that `code` prints in an interpreter that has loaded nothing."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout.split()


def test_importing_the_package_loads_its_version_and_nothing_else() -> None:
    loaded = in_a_new_process("import sys, kacap; print(*(name for name in sys.modules if name.startswith('kacap')))")
    assert sorted(loaded) == ["kacap", "kacap.core", "kacap.version"]


def test_importing_the_package_lists_its_names_all_the_same() -> None:
    assert set(kacap.__all__) <= set(in_a_new_process("import kacap; print(*dir(kacap))"))


def test_a_star_import_loads_every_name() -> None:
    assert in_a_new_process("from kacap import *; print(Verdict.REUSED, callable(analyze))") == ["reused", "True"]


def test_there_are_captures_to_analyze() -> None:
    assert CAPTURES


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_a_plain_capture_needs_no_heavy_package(path: Path) -> None:
    code = f"""
import sys, kacap
report = kacap.analyze([{str(path)!r}])
assert report.capture.tcp_segments
print(*(name for name in {HEAVY!r} if name in sys.modules))
"""
    needed = ["dpkt"] if "dns" in path.stem else []  # it reads the names in DNS messages
    assert in_a_new_process(code) == needed
