"""`kacap run`: the command is the user's own, the report follows it, and the exit code says which of both is meant."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from captures.lab.folders import PROGRAMS
from captures.lab.pypi import install, virtualenv
from tests.cli.command import COMMAND
from tests.live.network import PORT, Network, joined_networks, network, wait_for

RUN = ("run", "--port", str(PORT))
NOBODY = 65534
ONCE_EACH = """
import sys, urllib.request
for _ in range(3):
    urllib.request.urlopen(sys.argv[1]).read()
"""
"""Three connections, one after the other: one would have done."""


@pytest.fixture
def alone() -> Iterator[Network]:
    with network() as made:
        yield made


def python(code: str, *words: str) -> list[str]:
    return ["--", sys.executable, "-c", code, *words]


def judged(report: str) -> dict[str, Any]:
    summary: dict[str, Any] = json.loads(report)["summary"]
    return summary


# ---- what is seen


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("where", [(), ("-i", "lo")])
def test_all_that_the_command_says_is_seen_once(alone: Network, address: str, where: tuple[str, ...]) -> None:
    with alone.server(address) as url:
        ended = alone.run(*COMMAND, *RUN, *where, "--json", *python(ONCE_EACH, url))
    assert (ended.code, ended.err) == (0, "")
    report = json.loads(ended.out)
    assert (report["summary"]["connections"], report["summary"]["exchanges"]) == (3, 3)
    assert all(each["handshake"]["syn_frame"] for each in report["connections"])
    assert all(each["closed_at"] for each in report["connections"])


def test_a_server_on_another_machine_is_seen_without_naming_the_interface() -> None:
    with joined_networks() as (near, far), far.server("192.0.2.2") as url:
        ended = near.run(*COMMAND, *RUN, "--json", *python(ONCE_EACH, url))
    assert judged(ended.out)["exchanges"] == 3


def test_what_is_in_flight_when_the_command_ends_is_waited_for(alone: Network) -> None:
    later = "import subprocess, sys; subprocess.Popen(['sh', '-c', 'sleep 0.1; curl -s -o /dev/null ' + sys.argv[1]])"
    with alone.server() as url:
        ended = alone.run(*COMMAND, *RUN, "--json", *python(later, url))
    assert judged(ended.out)["exchanges"] == 1


@pytest.mark.parametrize(
    ("client", "verdict", "avoidable"),
    [("requests_pool.py", "reused", 0), ("requests_no_session.py", "not-reused", 19)],
)
def test_requests_and_gunicorn(alone: Network, client: str, verdict: str, avoidable: int) -> None:
    server = ("gunicorn", "gevent", "packaging", "web.py")
    install(server)
    install(("requests", "urllib3"))
    gunicorn = virtualenv(server) / "bin" / "gunicorn"
    client_python = virtualenv(("requests", "urllib3")) / "bin" / "python3"
    words = ["--worker-class", "gevent", "--bind", f"127.0.0.1:{PORT}", "webpy_app:application"]
    with alone.start(gunicorn, *words, stdout=None, stderr=None, folder=PROGRAMS) as process:
        try:
            wait_for(lambda: alone.run("curl", "-s", f"http://127.0.0.1:{PORT}/").code == 0, "does not start")
            ended = alone.run(*COMMAND, *RUN, "--json", "--", client_python, PROGRAMS / client)
            assert (ended.code, ended.err) == (0, "")
            assert (judged(ended.out)["verdict"], judged(ended.out)["avoidable_connections"]) == (verdict, avoidable)
        finally:
            process.terminate()


# ---- what is said


def test_the_report_follows_what_the_command_says(alone: Network) -> None:
    with alone.server() as url:
        ended = alone.run(*COMMAND, *RUN, "--", "curl", "-s", "-w", "%{stderr}told\n", url)
    assert ended.err == "told\n"
    assert ended.out.startswith("well\nNO OPPORTUNITY")


def test_on_a_terminal_an_empty_line_parts_them(alone: Network) -> None:
    ours, theirs = os.openpty()
    with alone.start(*COMMAND, *RUN, "--", "echo", "done", stdout=theirs) as process:
        os.close(theirs)
        seen = b""
        while b"frames" not in seen:
            seen += os.read(ours, 65536)
        assert process.wait(timeout=60) == 0
    os.close(ours)
    assert seen.startswith(b"done\r\n\r\n")


def test_the_report_goes_to_a_file(alone: Network, tmp_path: Path) -> None:
    written = tmp_path / "report.json"
    with alone.server() as url:
        ended = alone.run(*COMMAND, *RUN, "-o", written, *python(ONCE_EACH, url))
    assert (ended.code, ended.out, ended.err) == (0, "", "")
    assert judged(written.read_text(encoding="utf-8"))["exchanges"] == 3


def test_what_the_command_is_given_reaches_it(alone: Network) -> None:
    with alone.start(*COMMAND, *RUN, "--", "cat", stdin=subprocess.PIPE) as process:
        out, _ = process.communicate(b"input\n", timeout=60)
    assert out.startswith(b"input\n")


def test_options_of_the_command_are_its_own(alone: Network) -> None:
    assert alone.run(*COMMAND, *RUN, "echo", "--json", "-p", "1").out.startswith("--json -p 1\n")


# ---- how it ends


@pytest.mark.parametrize(("script", "code"), [("exit 0", 0), ("exit 7", 7), ("kill -KILL $$", 137)])
def test_the_exit_code_is_that_of_the_command(alone: Network, script: str, code: int) -> None:
    ended = alone.run(*COMMAND, *RUN, "--json", "--", "sh", "-c", script)
    assert (ended.code, ended.err) == (code, "")
    assert judged(ended.out)["exchanges"] == 0


@pytest.mark.parametrize(("after", "code"), [("", 1), ("raise SystemExit(7)", 7)])
def test_waste_fails_where_that_is_asked_for(alone: Network, after: str, code: int) -> None:
    with alone.server() as url:
        ended = alone.run(*COMMAND, *RUN, "--fail-on-waste", "--json", *python(f"{ONCE_EACH}\n{after}", url))
    assert judged(ended.out)["avoidable_connections"] == 2
    assert ended.code == code


def test_no_waste_is_no_failure(alone: Network) -> None:
    with alone.server() as url:
        ended = alone.run(*COMMAND, *RUN, "--fail-on-waste", "--json", "--", "curl", "-s", "-o", "/dev/null", url)
    assert (ended.code, judged(ended.out)["exchanges"]) == (0, 1)


def test_a_command_that_is_not_there(alone: Network) -> None:
    ended = alone.run(*COMMAND, *RUN, "--", "no-such-command")
    assert (ended.code, ended.complaint) == (127, "no-such-command: command not found")


def test_a_command_that_cannot_be_run(alone: Network, tmp_path: Path) -> None:
    ended = alone.run(*COMMAND, *RUN, "--", tmp_path)
    assert (ended.code, ended.complaint) == (126, f"{tmp_path}: cannot be run: Permission denied")


def test_a_file_that_cannot_be_written_is_said_before_the_command_starts(alone: Network, tmp_path: Path) -> None:
    ended = alone.run(*COMMAND, *RUN, "-w", tmp_path / "absent" / "saved.pcap", "--", "echo", "started")
    assert ended.code == 2
    assert "absent" in ended.complaint


def test_without_a_command_it_is_wrong_usage(alone: Network) -> None:
    assert alone.run(*COMMAND, *RUN).code == 2


def test_ctrl_c_is_the_commands_and_the_report_comes_all_the_same(alone: Network) -> None:
    waits = "trap 'echo caught; exit 5' INT; echo ready; while :; do sleep 0.05; done"
    with alone.start(*COMMAND, *RUN, "--", "sh", "-c", waits) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        (shell,) = children(process.pid)
        for pid in (process.pid, shell):  # as a terminal does
            os.kill(pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (5, b"")
    assert out.startswith(b"caught\nNo TCP connection")


def test_sigterm_is_handed_on(alone: Network) -> None:
    with alone.start(*COMMAND, *RUN, "--json", "--", "sh", "-c", "echo ready; exec sleep 60") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (128 + signal.SIGTERM, b"")
    assert judged(out.decode())["exchanges"] == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("words", [("run", "--", "true"), ("live", "--duration", "0")])
def test_a_first_signal_while_it_judges_costs_no_report(
    alone: Network, words: tuple[str, ...], number: signal.Signals
) -> None:
    slowly = """
import sys, time
from kacap.cli import main
from kacap.live.watch import Watch
judge = Watch.report
def report(watch):
    print("judges", flush=True)
    time.sleep(1)
    return judge(watch)
Watch.report = report
main()
"""
    with alone.start(sys.executable, "-c", slowly, *words) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"judges\n"
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")
    assert out.startswith(b"No TCP connection")


def test_the_second_ctrl_c_ends_it_at_once(alone: Network) -> None:
    with alone.start(*COMMAND, *RUN, "--", "sh", "-c", "echo ready; exec sleep 5") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        for number in (signal.SIGINT, signal.SIGINT):
            process.send_signal(number)
            wait_for(lambda: not pending(process.pid, signal.SIGINT), "does not hear")
        assert process.wait(timeout=4) == 130
        assert process.stdout.read() == b""


def test_a_command_outlives_who_reads_the_lines_about_it(alone: Network, tmp_path: Path) -> None:
    done = tmp_path / "done"
    script = 'curl -s -o /dev/null "$1"; sleep 3; curl -s -o /dev/null "$1"; sleep 3; touch "$2"; exit 3'
    with alone.server() as url:
        words = (*RUN, "--format", "ndjson", "--", "sh", "-c", script, "sh", url, done)
        with alone.start(*COMMAND, *words) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.readline()
            process.stdout.close()
            assert (process.wait(timeout=60), process.stderr.read()) == (3, b"")
    assert done.exists()


def test_a_command_outlives_a_full_disk(alone: Network, tmp_path: Path) -> None:
    done = tmp_path / "done"
    script = 'curl -s -o /dev/null "$1"; sleep 4; touch "$2"'
    with alone.server() as url:
        words = (*RUN, "--format", "ndjson", "-o", "/dev/full", "--", "sh", "-c", script, "sh", url, done)
        with alone.start(*COMMAND, *words) as process:
            assert process.wait(timeout=60) == 2
            assert done.exists()
            assert process.stderr is not None
            assert process.stderr.read() == b"kacap: cannot write /dev/full: No space left on device\n"


def children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def pending(pid: int, number: int) -> bool:
    """Whether the signal waits to be taken."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return False
    (mask,) = [line.split()[1] for line in lines if line.startswith("ShdPnd:")]
    return bool(int(mask, 16) >> number - 1 & 1)


# ---- rights

TELL_WHO = """
import os, sys
facts = dict(line.rstrip().split(":", 1) for line in open("/proc/self/status") if ":" in line)
print(os.getresuid(), os.getgroups(), facts["CapEff"].strip("\\t0"), facts["NoNewPrivs"].strip())
print(os.environ["HOME"], os.environ["USER"], [name for name in os.environ if name.startswith("SUDO_")])
"""


def test_through_sudo_the_command_is_the_callers(alone: Network) -> None:
    with TemporaryDirectory() as folder:
        os.chown(folder, NOBODY, NOBODY)
        script = Path(folder, "who.py")
        script.write_text(TELL_WHO, encoding="utf-8")
        script.chmod(0o644)
        variables = {"SUDO_UID": str(NOBODY), "SUDO_GID": str(NOBODY), "SUDO_USER": "nobody"}
        ended = alone.run(*COMMAND, *RUN, "--", "/usr/bin/env", "python3", script, **variables)
    assert ended.err == ""
    who, where = ended.out.splitlines()[:2]
    assert who == f"({NOBODY}, {NOBODY}, {NOBODY}) [{NOBODY}]  0"
    assert where == "/nonexistent nobody []"
