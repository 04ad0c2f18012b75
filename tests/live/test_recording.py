"""`kacap.record` around the code of a test, in a process on a network of its own."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import kacap
from kacap.errors import KacapError
from tests.cli.command import kacap as run_kacap
from tests.live.network import PORT, Network, network

FETCH = """
import http.client, json, sys, kacap
from pathlib import Path

def fetch(times):
    client = http.client.HTTPConnection("127.0.0.1", 8880)
    for _ in range(times):
        client.request("GET", "/")
        client.getresponse().read()
    client.close()
"""
TELL = """
summary = recording.report.summary
told = [summary.verdict, summary.connections, summary.exchanges, recording.report.capture.dropped_frames]
print(json.dumps(told))
"""


@pytest.fixture
def alone() -> Iterator[Network]:
    with network() as made, made.server():
        yield made


def told_by(alone: Network, code: str, *words: str | Path) -> Any:
    ended = alone.run(sys.executable, "-W", "error", "-c", FETCH + code, *words)
    assert (ended.code, ended.err) == (0, "")
    return json.loads(ended.out)


@pytest.mark.parametrize("interface", ["", ', interface="lo"'])
def test_what_happens_inside_is_in_the_report(alone: Network, interface: str) -> None:
    code = f"fetch(2)\nwith kacap.record(port={PORT}{interface}) as recording:\n    fetch(3)\nfetch(2)\n"
    assert told_by(alone, code + TELL) == ["reused", 1, 3, 0]


def test_one_after_the_other(alone: Network) -> None:
    code = f"for times in (5, 2):\n    with kacap.record(port=[{PORT}]) as recording:\n        fetch(times)\n"
    assert told_by(alone, code + TELL) == ["reused", 1, 2, 0]


def test_code_that_fails_is_still_reported_on(alone: Network) -> None:
    code = (
        "try:\n"
        f"    with kacap.record(port={PORT}) as recording:\n        fetch(3)\n        raise ValueError\n"
        "except ValueError:\n    pass\n"
    )
    assert told_by(alone, code + TELL) == ["reused", 1, 3, 0]


def test_code_that_does_not_let_go_of_the_interpreter_loses_nothing(alone: Network) -> None:
    code = (
        f"with kacap.record(port={PORT}) as recording:\n"
        "    for _ in range(50):\n        fetch(20)\n        sum(range(200_000))\n"
    )
    assert told_by(alone, code + TELL) == ["reused", 50, 1000, 0]


def test_it_is_saved(alone: Network, tmp_path: Path) -> None:
    saved = tmp_path / "saved.pcap"
    code = f"with kacap.record(port={PORT}, write=sys.argv[1]) as recording:\n    fetch(3)\n"
    told_by(alone, code + TELL, saved)
    assert json.loads(run_kacap("analyze", saved, "--json").out)["summary"]["exchanges"] == 3


def test_what_cannot_be_captured_is_said_at_the_beginning() -> None:
    recording = kacap.record(port=PORT, interface="nosuch0")
    with pytest.raises(KacapError, match="nosuch0"), recording:
        raise AssertionError("was entered")


def test_there_is_no_report_before_the_end() -> None:
    with pytest.raises(RuntimeError, match="no report"):
        _ = kacap.record(port=PORT).report


def test_a_failure_while_reading_comes_out(alone: Network) -> None:
    code = f"""
from kacap.live.recording import Recording
from kacap.live.watch import Watch

def fails(*_, **__):
    raise ZeroDivisionError

Watch.until_end = fails
try:
    with kacap.record(port={PORT}):
        pass
except ZeroDivisionError:
    print('"came out"')
"""
    assert told_by(alone, code) == "came out"
