"""The lab sees sockets and CPU time without touching them."""

import socket
import subprocess
import sys
import time

import pytest

from captures.lab import procfs

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the lab needs /proc of Linux")


def test_listening_is_seen_and_is_not_a_live_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert procfs.is_listening(port)
        assert not procfs.has_live_connections([port])
    assert not procfs.is_listening(port)


def test_a_bound_udp_socket_listens_too() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        port = server.getsockname()[1]
        assert procfs.is_listening(port)
    assert not procfs.is_listening(port)


def test_a_connection_is_live_until_it_is_closed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            accepted, _ = server.accept()
            assert procfs.has_live_connections([port])
            client.close()
            assert procfs.has_live_connections([port]), "half-closed: the server may still send"
            accepted.close()
    end = time.monotonic() + 5
    while procfs.has_live_connections([port]) and time.monotonic() < end:
        time.sleep(0.01)
    assert not procfs.has_live_connections([port])


_WORKER = """
import sys, time
for line in sys.stdin:
    end = time.process_time() + float(line)
    while time.process_time() < end:
        pass
    print(flush=True)
"""


def test_cpu_time_of_a_process_group_grows_with_its_work() -> None:
    command = [sys.executable, "-c", _WORKER]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        ticks = []
        for seconds in ("0", "0.2"):
            print(seconds, file=worker.stdin, flush=True)
            worker.stdout.readline()
            ticks.append(procfs.cpu_ticks(worker.pid))
        worker.stdin.close()
    assert ticks[1] >= ticks[0] + 10
