"""One recording, from inside the network namespace: `python -m captures.lab.stage NAME PCAP`.

The order is what keeps a capture clean: servers until they are at rest, tcpdump until it listens, the client until it
exits, the connections until they are closed, and only then tcpdump and the servers.
"""

import ctypes
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from captures.lab import debian, procfs
from captures.lab.errors import LabError
from captures.lab.folders import PROGRAMS
from captures.lab.install import environment
from captures.lab.scenario import Program, Scenario, load

START_SECONDS = 30.0
CLIENT_SECONDS = 60.0
CLOSE_SECONDS = 30.0
STOP_SECONDS = 5.0
REST_SECONDS = 0.3
"""A server that used no CPU for so long has done its start: also the workers that it forks after it listens."""
LAST_ACK_SECONDS = 0.2

_TCPDUMP = shlex.split("tcpdump -i lo -s 0 -n -U --immediate-mode --buffer-size 16384 -w -")
_TCPDUMP += ["-Z", "root"] if os.geteuid() == 0 else []
"""Whole frames, each written at once. As root it stays root: the user it would become may not exist here."""
_MS_BIND = 4096


def play(scenario: Scenario, pcap: Path) -> None:
    """Play the scenario and write its packets to `pcap`; raises LabError when they are not whole."""
    _run("ip", "link", "set", "lo", "up")
    if scenario.resolver is not None:
        _resolve_through(scenario.resolver, pcap.with_suffix(".resolv"))
    log = pcap.with_suffix(".log")
    with log.open("wb") as output, ExitStack() as running:
        try:
            for server in scenario.servers:
                running.enter_context(_server(server, output))
            with _tcpdump(scenario.ports, pcap):
                _client(scenario.client, output)
                _wait(lambda: not procfs.has_live_connections(scenario.ports), CLOSE_SECONDS, "connections stay open")
                time.sleep(LAST_ACK_SECONDS)
        except LabError as error:
            raise LabError(f"{error}\n{log.read_text(encoding='utf-8', errors='replace')}".rstrip()) from None


@contextmanager
def _server(server: Program, output: IO[bytes]) -> Iterator[None]:
    process = _start(server, output)
    try:
        _wait(lambda: _is_ready(server, process), START_SECONDS, f"does not start: {server.run}")
        yield
    finally:
        _stop_group(process)


def _is_ready(server: Program, process: subprocess.Popen[bytes]) -> bool:
    if process.poll() is not None:
        raise LabError(f"exited with {process.returncode} at its start: {server.run}")
    if server.listens is None or not procfs.is_listening(server.listens):
        return False
    before = procfs.cpu_ticks(process.pid)
    time.sleep(REST_SECONDS)
    return procfs.cpu_ticks(process.pid) == before


def _client(client: Program, output: IO[bytes]) -> None:
    process = _start(client, output)
    try:
        status = process.wait(CLIENT_SECONDS)
    except subprocess.TimeoutExpired:
        raise LabError(f"did not end within {CLIENT_SECONDS:.0f} s: {client.run}") from None
    finally:
        _stop_group(process)
    if status != client.exit_status:
        raise LabError(f"exited with {status} instead of {client.exit_status}: {client.run}")


@contextmanager
def _tcpdump(ports: tuple[int, ...], pcap: Path) -> Iterator[None]:
    with (
        pcap.open("wb") as packets,
        subprocess.Popen(
            [*_TCPDUMP, " or ".join(f"port {port}" for port in ports)],
            stdout=packets,
            stderr=subprocess.PIPE,
            env=_surroundings(),
            text=True,
        ) as process,
    ):
        try:
            _await_listening(process)
            yield
        finally:
            process.terminate()
            _, said = process.communicate()
    if re.search(r"^0 packets dropped by kernel", said, re.MULTILINE) is None:
        raise LabError(f"tcpdump lost frames: {said.strip()}")


def _await_listening(process: subprocess.Popen[str]) -> None:
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        if "listening on" in line:
            return
        said += line
    raise LabError(f"tcpdump does not start: {said.strip()}")


def _resolve_through(address: str, file: Path) -> None:
    """Name the only DNS server; no process outside of this mount namespace sees it."""
    file.write_text(f"nameserver {address}\n", encoding="ascii")
    target = Path("/etc/resolv.conf").resolve()
    # mount(8) asks who the user is; the kernel asks only for the capability, which a user namespace gives.
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(bytes(file), bytes(target), None, _MS_BIND, None):
        raise LabError(f"{target} cannot be replaced for this recording: {os.strerror(ctypes.get_errno())}")


def _run(*command: str) -> None:
    done = subprocess.run(command, env=_surroundings(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise LabError(f"{shlex.join(command)}: {done.stderr.strip()}")


def _surroundings() -> dict[str, str]:
    return {**os.environ, **debian.environment(), "PATH": debian.search_path()}


def _start(program: Program, output: IO[bytes]) -> subprocess.Popen[bytes]:
    scratch = tempfile.mkdtemp(prefix="scratch-", dir=Path(output.name).parent)
    words = [word.replace("{programs}", str(PROGRAMS)).replace("{scratch}", scratch) for word in program.words]
    variables = environment(program)
    path = shutil.which(words[0], path=variables["PATH"])  # the caller's PATH must not decide
    if path is None:
        raise LabError(f"neither its packages nor PATH have {words[0]}: {program.run}")
    return subprocess.Popen(
        [path, *words[1:]],
        cwd=PROGRAMS,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def _stop_group(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(STOP_SECONDS)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def _wait(is_done: Callable[[], bool], seconds: float, otherwise: str) -> None:
    end = time.monotonic() + seconds
    while not is_done():
        if time.monotonic() > end:
            raise LabError(f"after {seconds:.0f} s: {otherwise}")
        time.sleep(0.02)


def main() -> int:
    """Play one scenario; the reason why not goes to stderr."""
    name, pcap = sys.argv[1:]
    try:
        play(load(name), Path(pcap))
    except LabError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
