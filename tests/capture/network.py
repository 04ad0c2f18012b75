"""A network of its own for a test: a fresh namespace, in which this thread lives for as long as the test runs.

Nothing of the machine's own interfaces is touched, and nothing stays: a namespace is gone with its last process.
"""

import ctypes
import fcntl
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from struct import pack
from threading import Event, Thread
from typing import Any

import pytest

from kacap.capture.live import LiveCapture
from kacap.wire.frame import Frame

PORT = 8880
_FAR_V6 = "addr add 2001:db8::2/64 dev far nodad"
_NEW_NETWORK = 0x40000000
_TUN_SET_INTERFACE = 0x400454CA
_TUN_WITHOUT_HEADER = 0x1001
_LIBC = ctypes.CDLL(None, use_errno=True)
_PEER = """
import socket, sys
sys.stdin.readline()
import tests.capture.network as network
for address in sys.argv[1:]:
    network.ip(*address.split())
with network.serving("::"):
    print("ready", flush=True)
    sys.stdin.readline()
"""


def _call(name: str, *arguments: int) -> None:
    if getattr(_LIBC, name)(*arguments):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


@contextmanager
def own_network() -> Iterator[None]:
    """A namespace with a loopback that is up; skips, loudly, where this user cannot make one."""
    if shutil.which("ip") is None or shutil.which("unshare") is None:
        pytest.skip("no ip(8) or unshare(1) here, with which live tests make their network")
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    try:
        try:
            _call("unshare", _NEW_NETWORK)
        except OSError as error:
            pytest.skip(f"a network namespace cannot be made here, which live tests need: {error.strerror}")
        try:
            ip("link set lo up")
            yield
        finally:
            _call("setns", home, 0)
    finally:
        os.close(home)


@pytest.fixture
def network() -> Iterator[None]:
    with own_network():
        yield


def ip(*words: str) -> None:
    """Run ip(8) with these words."""
    done = subprocess.run(["ip", *" ".join(words).split()], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr}"


@contextmanager
def cable() -> Iterator[Callable[[bytes], None]]:
    """A veth pair `near` and `far` without a word of its own on it; yields what sends a frame from `far`."""
    ip("link add near type veth peer name far")
    for end in ("near", "far"):
        ip(f"link set {end} addrgenmode none up")
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sender:
        sender.bind(("far", 0))

        def send(frame: bytes) -> None:
            assert sender.send(frame) == len(frame)

        yield send
    ip("link del near")


@contextmanager
def peer() -> Iterator[None]:
    """Another namespace, behind a veth pair `near` (192.0.2.1, 2001:db8::1) and `far` (….2), with a web server."""
    ip("link add near type veth peer name far")
    words = ("link set lo up", "link set far up", "addr add 192.0.2.2/24 dev far", _FAR_V6)
    with subprocess.Popen(
        ["unshare", "--net", sys.executable, "-c", _PEER, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as far:
        assert far.stdin is not None
        assert far.stdout is not None
        try:
            _await_own_namespace(far.pid)
            ip(f"link set far netns {far.pid}")
            ip("addr add 192.0.2.1/24 dev near")
            ip("addr add 2001:db8::1/64 dev near nodad")
            ip("link set near up")
            print(file=far.stdin, flush=True)
            assert far.stdout.readline() == "ready\n"
            yield
        finally:
            far.kill()


def _await_own_namespace(pid: int) -> None:
    ours = Path("/proc/thread-self/ns/net").readlink()
    until_s = time.monotonic() + 10
    while Path(f"/proc/{pid}/ns/net").readlink() == ours:
        assert time.monotonic() < until_s, "unshare(1) made no namespace"
        time.sleep(0.01)


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
        """Stay quiet."""


class _DualServer(ThreadingHTTPServer):
    address_family = socket.AF_INET6
    daemon_threads = True


@contextmanager
def serving(address: str = "::", port: int = PORT) -> Iterator[None]:
    """A web server in this namespace, on IPv4 and IPv6."""
    with _DualServer((address, port), _Answer) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def noise() -> Iterator[None]:
    """Datagrams on the loopback, without a pause."""
    over = Event()

    def make() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            while not over.is_set():
                sender.sendto(b"noise", ("127.0.0.1", 9))

    thread = Thread(target=make)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


class Tunnel:
    """A tun interface, which has no link layer: what the test writes is what arrives."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> "Tunnel":
        try:
            self._device = os.open("/dev/net/tun", os.O_RDWR)
        except OSError as error:
            pytest.skip(f"/dev/net/tun cannot be opened, which makes an interface of raw IP: {error.strerror}")
        fcntl.ioctl(self._device, _TUN_SET_INTERFACE, pack("16sH22x", self._name.encode(), _TUN_WITHOUT_HEADER))
        ip(f"link set {self._name} up")
        return self

    def bring(self, packet: bytes) -> None:
        """An IP packet that comes out of the tunnel."""
        os.write(self._device, packet)

    def __exit__(self, *_: object) -> None:
        os.close(self._device)


def ask(address: str, exchanges: int = 3, port: int = PORT) -> None:
    """So many exchanges on one connection, which this side closes."""
    connection = HTTPConnection(address, port, timeout=10)
    for _ in range(exchanges):
        connection.request("GET", "/")
        assert connection.getresponse().read() == b"ok"
    connection.close()


def seen(tap: LiveCapture, quiet_s: float = 0.15, until: Callable[[], bool] = lambda: False) -> list[Frame]:
    """Copies of all frames, until none has come for a while, or `until` says so."""
    frames: list[Frame] = []
    deadline_s = time.monotonic() + 10
    while time.monotonic() < deadline_s:
        came = [frame.copy() for frame in tap.frames(quiet_s)]
        frames += came
        if until() or not came:
            return frames
    raise AssertionError("frames never stop")
