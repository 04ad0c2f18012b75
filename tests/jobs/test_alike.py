"""Several jobs come to the report of one, byte for byte, whatever happens to them."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from kacap import analyze
from kacap.jobs.count import LARGE_BYTES, MAX_JOBS, MAX_UNASKED, jobs_for
from kacap.wire.frame import Frame
from tests.cli.command import CAPTURES, HOME, NOT_REUSED, ROOT, kacap
from tests.dialogue import packets
from tests.dialogue.conversation import START_NS
from tests.dialogue.pcap import pcap
from tests.test_corpus import captures
from tests.verdict.heard import frames

COMMITTED = sorted(CAPTURES.glob("*.pcap"))


def case(name: str, files: Sequence[Path]) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.jobs.alike", name, *map(str, files)]
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join((str(HOME), str(ROOT))), PYTHONSAFEPATH="1")
    ended = subprocess.run(command, capture_output=True, check=True, env=environment, timeout=300)
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def test_every_capture() -> None:
    assert case("each", COMMITTED) == {"different": [], "together": 2 * len(COMMITTED), "alone": 0}


@pytest.mark.parametrize("folder", ["dev/http", "dev/nohttp", "hostile"])
def test_captures_of_others(folder: str) -> None:
    found = case("each", captures(folder)[::4])
    assert found["different"] == []
    assert found["together"] > 5 * found["alone"]


def test_captures_as_one() -> None:
    assert case("merged", COMMITTED) == {"different": [], "together": 2, "alone": 0}


@pytest.mark.parametrize("name", ["limited", "refused", "broken_off"])
def test_what_several_cannot_tell_one_tells(name: str) -> None:
    assert case(name, [NOT_REUSED]) == {"different": [], "together": 0, "alone": 2}


def test_a_job_that_is_killed_is_one_clear_line() -> None:
    assert case("killed", [NOT_REUSED]) == {
        "told": "a process of this analysis was ended by SIGKILL; run it again, or with --jobs 1"
    }


def test_all_stop_where_the_first_stops() -> None:
    assert case("stopped", [NOT_REUSED])["different"] == []


# ---- what is counted over all connections


def written(path: Path, all_frames: Sequence[Frame]) -> Path:
    path.write_bytes(pcap(all_frames))
    return path


def test_numbers_that_headers_in_icmp_errors_take(tmp_path: Path) -> None:
    """Quoted ones are never opened, opened later, or open already; all count."""
    made: list[Frame] = []
    for port in range(52_000, 52_040):
        (syn,) = frames(f"connection A from 192.0.2.9:{port}\nclient SYN")
        quoted = bytes((3, 1, 0, 0, 0, 0, 0, 0)) + syn.data[14 : 14 + 20 + 20]
        error = packets.ethernet(packets.ip("192.0.2.1", "192.0.2.9", 1, quoted, ident=1), outbound=False)
        icmp = Frame(0, START_NS, 1, error, 0, len(error), len(error))
        made += ([icmp], [icmp, syn], [syn, icmp], [syn])[port % 4]
    assert case("each", [written(tmp_path / "icmp.pcap", made)]) == {"different": [], "together": 2, "alone": 0}


def test_a_dns_answer_belongs_to_the_first_connection_of_all(tmp_path: Path) -> None:
    names = "ABCDEFGHIJKLMNOP"
    talk = [f"connection {name} from 192.0.2.9:{port}" for port, name in enumerate(names, 52_000)]
    for at in (0, 8):  # the second answer is for who comes then
        talk += ["+1ms dns asks a.example", "+7ms dns tells a.example 192.0.2.1"]
        talk += [f"+1ms {name} handshake" for name in names[at : at + 8]]
    talk += ["all client GET /", "all server 204"]
    path = written(tmp_path / "dns.pcap", frames("\n".join(talk)))
    report = analyze([str(path)])
    assert [row.stream for row in report.connections if row.exchanges[0].timings.dns_ns is not None] == [0, 8]
    assert case("each", [path]) == {"different": [], "together": 2, "alone": 0}


# ---- how many


def test_pipes_are_read_by_one(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert jobs_for([str(NOT_REUSED), str(pipe)], 4) == 1
    assert jobs_for(["-"], 4) == 1


def test_as_many_as_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("threading.active_count", lambda: 1)
    monkeypatch.setattr("sys.platform", "linux")
    assert [jobs_for([str(NOT_REUSED)], wanted) for wanted in (1, 4, 1000)] == [1, 4, MAX_JOBS]
    monkeypatch.setattr("threading.active_count", lambda: 2)
    assert jobs_for([str(NOT_REUSED)], 4) == 1


def test_unasked_one_for_each_processor_where_it_pays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("threading.active_count", lambda: 1)
    monkeypatch.setattr("sys.platform", "linux")
    large, almost = tmp_path / "large.pcap", tmp_path / "almost.pcap"
    for path, size in ((large, LARGE_BYTES), (almost, LARGE_BYTES - 1)):
        with path.open("wb") as file:
            file.truncate(size)
    for processors in (1, 2, 100):
        monkeypatch.setattr("os.sched_getaffinity", lambda _, count=processors: set(range(count)), raising=False)
        assert [jobs_for([str(path)]) for path in (large, almost)] == [min(processors, MAX_UNASKED), 1]
    assert jobs_for([str(large)], 1) == 1


def test_the_command_with_several() -> None:
    one, two = (kacap("analyze", "--json", "--stream", "3", "--jobs", jobs, NOT_REUSED) for jobs in ("1", "2"))
    assert (two.code, two.out, two.err) == (0, one.out, "")
