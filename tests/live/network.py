"""Networks of their own for tests of live capture: what others do on this machine is not seen there, nor the reverse.

A network ends with the process that holds it. To make one needs root, `unshare`, `nsenter` and `ip`; a test that uses
one is skipped, with the reason, where they are not.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from tests.cli.command import COMMAND, ROOT, Ended, environment

PORT = 8880
_TOOLS = ("unshare", "nsenter", "ip", "curl")
_SIGTERM_CAUGHT = 1 << 14
Output = int | IO[bytes] | None


def skip_without(*tools: str) -> None:
    """Skip the test where a program is not installed."""
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")


class Network:
    """A network namespace with a loopback that is up."""

    def __init__(self, keeper: int) -> None:
        self.pid = keeper
        """A process that lives in it."""
        self._enter = ["nsenter", f"--net=/proc/{keeper}/ns/net"]

    def start(
        self,
        *words: str | Path,
        stdin: Output = subprocess.DEVNULL,
        stdout: Output = subprocess.PIPE,
        stderr: Output = subprocess.PIPE,
        variables: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> "subprocess.Popen[bytes]":
        """Start a program in it."""
        command = [*self._enter, *map(str, words)]
        environ = environment(**(variables or {}))
        return subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=stderr, env=environ, cwd=folder)

    def run(self, *words: str | Path, **variables: str) -> Ended:
        """Run a program in it to its end."""
        with self.start(*words, variables=variables) as process:
            out, err = process.communicate(timeout=60)
        return Ended(process.returncode, out.decode(), err.decode())

    def check(self, *words: str | Path) -> str:
        """Run a program that must succeed; what it says."""
        ended = self.run(*words)
        assert ended.code == 0, f"{words}: {ended.err}"
        return ended.out

    @contextmanager
    def kacap(self, *words: str | Path, **variables: str) -> Iterator["subprocess.Popen[bytes]"]:
        """`kacap live` (or whatever else captures) while it captures: the context is entered when it does."""
        with self.start(*COMMAND, *words, variables=variables) as process:
            try:
                wait_for(lambda: is_capturing(process), "does not capture")
                yield process
            finally:
                if process.poll() is None:
                    process.kill()

    @contextmanager
    def server(self, address: str = "127.0.0.1", folder: Path | None = None) -> Iterator[str]:
        """An HTTP/1.1 server that keeps connections; its URL."""
        program = [sys.executable, str(ROOT / "tests" / "live" / "server.py"), address, str(PORT)]
        with self.start(*program, stdout=subprocess.PIPE, stderr=None, folder=folder or ROOT) as process:
            try:
                assert process.stdout is not None
                assert process.stdout.readline() == b"ready\n"
                yield f"http://[{address}]:{PORT}/" if ":" in address else f"http://{address}:{PORT}/"
            finally:
                process.kill()

    def fetch(self, url: str, times: int) -> None:
        """Ask for it so many times on one connection."""
        self.check("curl", "--silent", "--fail", "--output", "/dev/null", *[url] * times)


@contextmanager
def network() -> Iterator[Network]:
    """A network of its own."""
    if os.geteuid() != 0:
        pytest.skip("only root makes networks")
    skip_without(*_TOOLS)
    with subprocess.Popen(["unshare", "--net", "cat"], stdin=subprocess.PIPE, stderr=subprocess.PIPE) as keeper:
        made = Network(keeper.pid)
        here = os.stat("/proc/self/ns/net").st_ino  # noqa: PTH116 - what the link leads to, not the link
        try:
            if not _comes_true(lambda: keeper.poll() is not None or _space(keeper.pid) != here, 10):
                pytest.skip("no network of its own can be made here")
            if keeper.poll() is not None:
                assert keeper.stderr is not None
                pytest.skip(f"no network of its own can be made here: {keeper.stderr.read().decode().strip()}")
            made.check("ip", "link", "set", "lo", "up")
            yield made
        finally:
            keeper.kill()


@contextmanager
def joined_networks() -> Iterator[tuple[Network, Network]]:
    """Two networks with a cable between `veth0` and `veth0`: 192.0.2.1 and fd00::1, 192.0.2.2 and fd00::2."""
    with network() as near, network() as far:
        near.check(
            *("ip", "link", "add", "veth0", "type", "veth", "peer", "name", "veth0", "netns", str(far.pid)),
        )
        for number, each in enumerate((near, far), 1):
            each.check("ip", "address", "add", f"192.0.2.{number}/24", "dev", "veth0")
            each.check("ip", "address", "add", f"fd00::{number}/64", "dev", "veth0", "nodad")
            each.check("ip", "link", "set", "veth0", "up")
        yield near, far


def is_capturing(process: "subprocess.Popen[bytes]") -> bool:
    """It catches SIGTERM, which is the last that it does before it reads what arrives."""
    if process.poll() is not None:
        assert process.stderr is not None
        raise AssertionError(f"it ended with {process.returncode}: {process.stderr.read().decode()}")
    caught = status(process.pid)["SigCgt"]
    return bool(int(caught, 16) & _SIGTERM_CAUGHT)


def status(pid: int) -> dict[str, str]:
    """What /proc says of a process."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace").splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def wait_for(is_true: Callable[[], bool], otherwise: str) -> None:
    """Wait until it is true, for half a minute at most."""
    assert _comes_true(is_true, 30), otherwise


def _comes_true(is_true: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def _space(pid: int) -> int:
    return os.stat(f"/proc/{pid}/ns/net").st_ino  # noqa: PTH116 - what the link leads to, not the link
