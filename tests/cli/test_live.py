"""`kacap live` from the open socket to the report, on networks of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jsonschema
import pytest

from kacap.render.json import schema
from tests.cli.command import COMMAND, HOME, ROOT, kacap
from tests.live.network import PORT, Network, is_capturing, joined_networks, network, skip_without, status, wait_for

LIVE = ("live", "--port", str(PORT))
NOBODY = 65534


@pytest.fixture
def alone() -> Iterator[Network]:
    with network() as made:
        yield made


def report_of(process: "subprocess.Popen[bytes]") -> dict[str, Any]:
    """End it as Ctrl-C does."""
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")
    report: dict[str, Any] = json.loads(out)
    jsonschema.validate(report, schema())
    return report


def assert_three_exchanges(report: dict[str, Any], interface: str) -> None:
    summary, capture = report["summary"], report["capture"]
    assert (summary["verdict"], summary["connections"], summary["exchanges"]) == ("reused", 1, 3)
    assert (capture["sources"], capture["format"], capture["dropped_frames"]) == ([interface], "live", 0)
    (connection,) = report["connections"]
    assert connection["handshake"]["syn_frame"] is not None
    assert report["warnings"] == []


# ---- where


@pytest.mark.parametrize("interface", ["lo", "any"])
@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_each_exchange_counts_once(alone: Network, interface: str, address: str) -> None:
    with alone.server(address) as url, alone.kacap(*LIVE, "-i", interface, "--json") as process:
        alone.fetch(url, 3)
        assert_three_exchanges(report_of(process), interface)


@pytest.mark.parametrize("interface", ["veth0", "any"])
@pytest.mark.parametrize("address", ["192.0.2.2", "fd00::2"])
def test_a_cable_between_two_machines(interface: str, address: str) -> None:
    with joined_networks() as (near, far), far.server(address) as url:
        for side in (near, far):
            with side.kacap(*LIVE, "-i", interface, "--json") as process:
                near.fetch(url, 3)
                assert_three_exchanges(report_of(process), interface)


def test_without_a_port_every_port_is_looked_at(alone: Network) -> None:
    with alone.server() as url, alone.kacap("live", "--json") as process:
        alone.fetch(url, 2)
        assert report_of(process)["summary"]["exchanges"] == 2


@pytest.mark.parametrize(("expression", "exchanges"), [(f"tcp port {PORT}", 2), ("tcp port 1", 0)])
def test_a_filter(alone: Network, expression: str, exchanges: int) -> None:
    with alone.server() as url, alone.kacap("live", "--filter", expression, "--json") as process:
        alone.fetch(url, 2)
        assert report_of(process)["summary"]["exchanges"] == exchanges


# ---- until when


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_the_report(alone: Network, number: signal.Signals) -> None:
    with alone.server() as url, alone.kacap(*LIVE) as process:
        alone.fetch(url, 3)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")
    assert out.startswith(b"REUSED  1 connection for 3 exchanges; none was avoidable\n")


def test_the_second_signal_ends_it_at_once(alone: Network) -> None:
    with alone.kacap(*LIVE) as process:
        process.send_signal(signal.SIGSTOP)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGCONT)
        assert process.communicate(timeout=60) == (b"", b"")
    assert process.returncode == 130


def test_a_duration(alone: Network) -> None:
    with alone.server() as url, alone.kacap(*LIVE, "--duration", "1.5", "--json") as process:
        alone.fetch(url, 3)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")
    assert_three_exchanges(json.loads(out), "any")


def test_a_number_of_frames(alone: Network) -> None:
    with alone.server() as url, alone.kacap(*LIVE, "--count", "7", "--json") as process:
        alone.fetch(url, 3)
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert json.loads(out)["capture"]["frames"] == 7


def test_nothing_came(alone: Network) -> None:
    ended = alone.run(*COMMAND, *LIVE, "--duration", "0.1")
    assert (ended.code, ended.err) == (0, "")
    assert "0 frames" in ended.out


# ---- what is written


def test_a_line_for_each_connection_as_it_ends(alone: Network) -> None:
    with alone.server() as url, alone.kacap(*LIVE, "--format", "ndjson") as process:
        assert process.stdout is not None
        lines = []
        for count in (1, 2):
            alone.fetch(url, count)
            lines.append(json.loads(process.stdout.readline()))
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")
    assert [line["stream"] for line in lines] == [0, 1]
    assert [len(line["exchanges"]) for line in lines] == [1, 2]
    rest = json.loads(out)
    assert next(iter(rest)) == "schema_version"
    assert "connections" not in rest
    assert rest["summary"]["exchanges"] == 3


def test_what_is_saved_is_what_was_judged(alone: Network, tmp_path: Path) -> None:
    saved = tmp_path / "saved.pcap"
    with alone.server() as url, alone.kacap(*LIVE, "-i", "lo", "--json", "-w", saved) as process:
        alone.fetch(url, 3)
        report = report_of(process)
    again = json.loads(kacap("analyze", saved, "--json").out)
    assert again["connections"] == report["connections"]
    assert again["capture"]["frames"] == report["capture"]["frames"]


def test_a_saved_file_that_is_the_report_is_refused(alone: Network, tmp_path: Path) -> None:
    same, also = tmp_path / "same", tmp_path / "also"
    also.symlink_to(same)
    for name in (same, also):
        assert "the same file" in alone.run(*COMMAND, *LIVE, "-w", same, "-o", name).complaint
    assert not same.exists()


def test_who_is_killed_has_saved_all_but_the_last_second(alone: Network, tmp_path: Path) -> None:
    saved = tmp_path / "saved.pcap"
    with alone.server() as url, alone.kacap(*LIVE, "-w", saved) as process:
        alone.fetch(url, 3)
        time.sleep(1)
        process.kill()
        process.wait(timeout=60)
    report = json.loads(kacap("analyze", saved, "--json").out)
    assert report["summary"]["exchanges"] == 3
    assert report["warnings"] == []


def test_a_reader_that_has_seen_enough_is_success(alone: Network) -> None:
    with alone.server() as url, alone.kacap(*LIVE, "--format", "ndjson") as process:
        assert process.stdout is not None
        process.stdout.close()
        with suppress(AssertionError):  # it may be gone before the last request
            alone.fetch(url, 1)
            alone.fetch(url, 1)
        assert process.wait(timeout=60) == 0


# ---- rights


@pytest.fixture
def nobodys_folder() -> Iterator[Path]:
    """Pytest's own folders are closed to others."""
    with TemporaryDirectory() as folder:
        os.chown(folder, NOBODY, NOBODY)
        yield Path(folder)


def test_without_the_right_there_is_one_line(alone: Network) -> None:
    skip_without("setpriv")
    nobody = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
    if alone.run(*nobody, sys.executable, "-c", "import typer, kacap.cli.app").code:
        pytest.skip(f"nobody may not read {ROOT} or {sys.executable}")
    for interface in ("lo", "any"):
        complaint = alone.run(*nobody, *COMMAND, *LIVE, "-i", interface)
        assert complaint.code == 2
        assert "sudo" in complaint.complaint


def test_through_sudo_only_the_socket_is_roots(alone: Network, nobodys_folder: Path) -> None:
    saved, written = nobodys_folder / "saved.pcap", nobodys_folder / "report.json"
    variables = {"SUDO_UID": str(NOBODY), "SUDO_GID": str(NOBODY), "SUDO_USER": "nobody"}
    words = (*LIVE, "-i", "lo", "-w", saved, "-o", written)
    with alone.server() as url, alone.kacap(*words, **variables) as process:
        now = status(process.pid)
        alone.fetch(url, 3)
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=60) == (b"", b"")
    assert now["Uid"].split() == now["Gid"].split() == [str(NOBODY)] * 4
    assert {now[name].strip("0") for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")} == {""}
    assert now["NoNewPrivs"] == "1"
    assert [path.stat().st_uid for path in (saved, written)] == [NOBODY, NOBODY]
    assert_three_exchanges(json.loads(written.read_text(encoding="utf-8")), "lo")


TELLS_IMPORTS = """
import os, sys

def tell(event, arguments):
    if event == "import" and os.geteuid():
        os.write(2, f"loaded as the user: {arguments[0]}\\n".encode())

sys.addaudithook(tell)
"""


@pytest.mark.parametrize("words", [("--json",), ("--format", "ndjson"), ("--detail", "exchanges")])
def test_through_sudo_nothing_is_loaded_as_the_user(alone: Network, tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "sitecustomize.py").write_text(TELLS_IMPORTS, encoding="utf-8")
    variables = {"SUDO_UID": str(NOBODY), "PYTHONPATH": f"{HOME}:{tmp_path}"}
    with alone.server() as url, alone.kacap(*LIVE, *words, **variables) as process:
        alone.fetch(url, 3)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")
    assert b"reuse" in out


# ---- what cannot be


@pytest.mark.parametrize("words", [("live", "--duration", "0"), ("run", "--", "true"), ("interfaces",)])
def test_through_sudo_root_leaves_nothing_in_the_users_home(
    alone: Network, tmp_path: Path, words: tuple[str, ...]
) -> None:
    variables = {"HOME": str(tmp_path), "SUDO_UID": str(NOBODY), "SUDO_GID": str(NOBODY), "SUDO_USER": "nobody"}
    ended = alone.run(*COMMAND, *words, **variables)
    assert (ended.code, ended.err) == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_an_interface_that_does_not_exist(alone: Network) -> None:
    complaint = alone.run(*COMMAND, *LIVE, "-i", "nosuch0")
    assert complaint.code == 2
    assert "lo" in complaint.complaint
    assert "any" in complaint.complaint


def test_a_filter_that_is_none(alone: Network) -> None:
    ended = alone.run(*COMMAND, "live", "--filter", "prot 80")
    assert ended.code == 2
    assert "filter" in ended.complaint


def test_json_and_another_format_exclude_each_other(alone: Network) -> None:
    ended = alone.run(*COMMAND, *LIVE, "--json", "--format", "ndjson")
    assert ended.code == 2
    assert "--json and --format ndjson exclude each other" in " ".join(ended.err.split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-w", "-"), "-w needs the name of a file"),
        (("-o", "hidden/report.json"), "cannot write hidden/report.json: no such directory, or no permission"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is(
    alone: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    tmp_path.chmod(0o755)
    (tmp_path / "hidden").mkdir(mode=0o700)
    ended = alone.run("timeout", "20", *COMMAND, *LIVE, *words, SUDO_UID=str(NOBODY))
    assert ended.code == 2
    assert said in " ".join(ended.err.split())
    assert [path.name for path in tmp_path.iterdir()] == ["hidden"]


# ---- a screen


def test_where_nothing_is_shown_a_person_is_told_what_is_captured(alone: Network) -> None:
    ours, theirs = os.openpty()
    with alone.start(*COMMAND, *LIVE, "--json", "--duration", "0.1", stderr=theirs) as process:
        os.close(theirs)
        out, _ = process.communicate(timeout=60)
        told = os.read(ours, 4096)
    os.close(ours)
    assert told == b"kacap: capturing on any, ports: 8880; Ctrl-C ends it with the report\r\n"
    assert json.loads(out)["capture"]["frames"] == 0


def test_on_a_terminal_it_shows_the_moment_and_then_the_report(alone: Network) -> None:
    ours, theirs = os.openpty()
    with alone.server() as url, alone.start(*COMMAND, *LIVE, stdout=theirs, variables={"TERM": "xterm"}) as process:
        os.close(theirs)
        wait_for(lambda: is_capturing(process), "does not capture")
        alone.fetch(url, 3)
        seen = b""
        while b"reused" not in seen.lower():
            seen += os.read(ours, 65536)
        process.send_signal(signal.SIGINT)
        with suppress(OSError):  # EIO: the last who wrote to the terminal is gone
            while more := os.read(ours, 65536):
                seen += more
        assert process.wait(timeout=60) == 0
    os.close(ours)
    on_alternate, _, after = seen.partition(b"\x1b[?1049l")
    assert b"\x1b[?1049h" in on_alternate
    assert b"1 connection for 3 exchanges" in after
