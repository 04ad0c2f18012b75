"""One recording, from inside: `python -m tests.bench.stage NAME PCAP FRAMES [RATE]`.

It runs in a network namespace of its own, where wrk is; nginx gets a second one, and a veth joins them. tcpdump listens
at nginx's end, on a processor that neither of the two may use. It is stopped when the connections are closed and it has
read all that the kernel holds for it: what tcpdump has not read when it ends is not even counted as dropped.

RATE holds nginx back to so much (in the words of tc), on machines where tcpdump cannot keep up.
"""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from captures.lab import debian, procfs
from captures.lab.errors import LabError
from tests.bench.errors import BenchError
from tests.bench.workloads import BODY_BYTES, SMALL_BYTES, WORKLOADS, Workload

LOST_FRAMES = 75
"""The exit status (EX_TEMPFAIL) that says: the same again, more gently."""

_PORT = 8880
_SERVER, _CLIENT = "10.9.0.1", "10.9.0.2"
_MTU = 1500
_START_SECONDS = 10.0
_TRAFFIC_SECONDS = 600.0
_CLOSE_SECONDS = 30.0
_AT_REST_SECONDS = 1.0

_TCPDUMP = ["-i", "far", "-n", "-s", "0", "--buffer-size", "262144"]
_TCPDUMP += ["-Z", "root"] if os.geteuid() == 0 else []
"""As root it stays root: the user it would become may not be allowed to write here."""

_COUNT = re.compile(r"^(\d+) packets? (captured|received|dropped) ?(?:by filter|by kernel|$)", re.MULTILINE)
"""Not "dropped by interface", which tcpdump tells only of some."""

_NGINX = f"""\
daemon off;
master_process off;
pid nginx.pid;
error_log stderr crit;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path client_body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    keepalive_requests 1000000000;
    server {{
        listen {_PORT} backlog=4096;
        root .;
        location /close {{ alias small; keepalive_timeout 0; }}
    }}
}}
"""


class LostFramesError(BenchError):
    """tcpdump could not keep up."""


def play(workload: Workload, pcap: Path, frames: int, rate: str | None) -> None:
    """Record about `frames` frames of a workload; raises BenchError, LostFramesError, LabError."""
    with TemporaryDirectory(prefix="kacap-bench-") as scratch, _far_namespace() as inside:
        _join(inside, rate)
        with _nginx(Path(scratch), inside), _tcpdump(pcap, inside):
            _wrk(workload, frames)
            _wait(lambda: not procfs.has_live_connections([_PORT]), _CLOSE_SECONDS, "connections stay open")
            _await_rest(pcap)


@contextmanager
def _far_namespace() -> Iterator[list[str]]:
    """The words that begin a command which runs in the second namespace."""
    # cat ends with its input, and so at the latest with this process.
    keeper = subprocess.Popen([debian.find("unshare"), "--net", "cat"], env=_surroundings(), stdin=subprocess.PIPE)
    own = Path("/proc/self/ns/net").readlink()
    with keeper:
        _wait(lambda: Path(f"/proc/{keeper.pid}/ns/net").readlink() != own, _START_SECONDS, "no second namespace")
        yield ["nsenter", f"--net=/proc/{keeper.pid}/ns/net"]


def _join(inside: list[str], rate: str | None) -> None:
    """A veth from here to the second namespace, without the offloads that make frames larger than the wire allows."""
    namespace = inside[1].removeprefix("--net=").split("/")[2]
    whole = f"gso_max_segs 1 gso_max_size {_MTU}"
    _run(f"ip link add near {whole} type veth peer name far {whole} netns {namespace}")
    _run(f"ip addr add {_CLIENT}/24 dev near")
    _run("ip link set near up")
    _run(f"ip addr add {_SERVER}/24 dev far", inside)
    _run("ip link set far up", inside)
    Path("/proc/sys/net/ipv4/ip_local_port_range").write_text("1024 65535", encoding="ascii")
    if rate is not None:
        _run(f"tc qdisc add dev far root tbf rate {rate} burst 1mb limit 100mb", inside)


@contextmanager
def _nginx(folder: Path, inside: list[str]) -> Iterator[None]:
    (folder / "nginx.conf").write_text(_NGINX, encoding="utf-8")
    (folder / "small").write_text("x" * SMALL_BYTES, encoding="ascii")
    (folder / "body").write_text("x" * BODY_BYTES, encoding="ascii")
    command = [*inside, debian.find("nginx"), "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with _kept_off_the_first_processor():
        process = subprocess.Popen(command, env=_surroundings())
    tables = Path(f"/proc/{process.pid}/net/tcp")  # of the namespace that it has entered
    try:
        _wait(lambda: f":{_PORT:04X} 00000000:0000 0A" in tables.read_text("ascii"), _START_SECONDS, "nginx fails")
        yield
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _tcpdump(pcap: Path, inside: list[str]) -> Iterator[None]:
    command = [*inside, debian.find("tcpdump"), *_TCPDUMP, "-w", str(pcap), f"port {_PORT}"]
    with subprocess.Popen(command, env=_surroundings(), stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            said = process.stderr.readline()
            while said and "listening on" not in said:
                said = process.stderr.readline()
            os.sched_setaffinity(process.pid, {min(os.sched_getaffinity(0))})
            yield
        finally:
            process.send_signal(signal.SIGINT)
            _, said = process.communicate()
    if lost := lost_frames(said):
        raise LostFramesError(f"tcpdump lost {lost} frames")


def lost_frames(said: str) -> int:
    """How many frames tcpdump did not write, by the counts that it ends with; BenchError when it gives none."""
    seen = {what: int(count) for count, what in _COUNT.findall(said)}
    if seen.keys() != {"captured", "received", "dropped"}:
        raise BenchError(f"tcpdump does not count: {said.strip()}")
    return max(seen["dropped"], seen["received"] - seen["captured"])


def _wrk(workload: Workload, frames: int) -> None:
    """Ask until so many frames have passed, and then let wrk close its connections."""
    url = f"http://{_SERVER}:{_PORT}{workload.path}"
    command = [debian.find("wrk"), "-t", "1", "-c", str(workload.connections), "-d", f"{_TRAFFIC_SECONDS:.0f}", url]
    with _kept_off_the_first_processor():
        process = subprocess.Popen(command, env=_surroundings(), stdout=subprocess.PIPE, text=True)
    try:
        _wait(lambda: _passed_frames() >= frames or process.poll() is not None, _TRAFFIC_SECONDS, "wrk is too slow")
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=_CLOSE_SECONDS)
    finally:
        process.kill()
        process.wait()
    if process.returncode or "requests in" not in said or "Non-2xx" in said:
        raise BenchError(f"wrk failed ({process.returncode}): {said.strip()}")


def _passed_frames() -> int:
    """What the near end of the veth has received and sent."""
    for line in Path("/proc/net/dev").read_text(encoding="ascii").splitlines():
        name, _, counters = line.partition(":")
        if name.strip() == "near":
            numbers = counters.split()
            return int(numbers[1]) + int(numbers[9])
    raise BenchError("the veth is gone")


def _await_rest(pcap: Path) -> None:
    """Wait until tcpdump writes no more."""
    size, since = -1, time.monotonic()
    while time.monotonic() - since < _AT_REST_SECONDS:
        time.sleep(0.1)
        if (now := pcap.stat().st_size) != size:
            size, since = now, time.monotonic()


@contextmanager
def _kept_off_the_first_processor() -> Iterator[None]:
    """What is started within leaves the first processor to tcpdump, where there is another."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, allowed - {min(allowed)} or allowed)
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def _run(command: str, inside: list[str] | None = None) -> None:
    words = [*(inside or []), *shlex.split(command)]
    done = subprocess.run(words, env=_surroundings(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(f"{command}: {done.stderr.strip()}")


def _surroundings() -> dict[str, str]:
    return {**os.environ, **debian.environment(), "PATH": debian.search_path()}


def _wait(is_done: Callable[[], bool], seconds: float, otherwise: str) -> None:
    end = time.monotonic() + seconds
    while not is_done():
        if time.monotonic() > end:
            raise BenchError(f"after {seconds:.0f} s: {otherwise}")
        time.sleep(0.02)


def main() -> int:
    """Record one workload; the reason why not goes to stderr."""
    name, pcap, frames, *rate = sys.argv[1:]
    try:
        play(WORKLOADS[name], Path(pcap), int(frames), rate[0] if rate else None)
    except LostFramesError as error:
        sys.stderr.write(f"{error}\n")
        return LOST_FRAMES
    except (BenchError, LabError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
