"""What /proc knows of sockets and processes: a way to wait for a server without talking to it."""

from collections.abc import Iterable
from pathlib import Path

# States of the kernel's net/tcp_states.h.
_LISTEN = 0x0A
_BOUND_UDP = 0x07
_SILENT = {0x06, 0x07, _LISTEN}
"""TIME_WAIT, CLOSE and LISTEN: such a socket sends nothing of its own accord."""


def is_listening(port: int) -> bool:
    """Whether a socket of this network namespace takes what is sent to the TCP or UDP port."""
    return _LISTEN in _states({port}, "tcp") or _BOUND_UDP in _states({port}, "udp")


def has_live_connections(ports: Iterable[int]) -> bool:
    """Whether a connection from or to one of the ports may still send a segment."""
    return not _states(set(ports), "tcp") <= _SILENT


def cpu_ticks(group: int) -> int:
    """CPU time that the living processes of a process group have used, in clock ticks."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text(encoding="utf-8", errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended meanwhile
        # The name in parentheses may hold anything; what follows it are fields 3 and up of proc(5).
        fields = text.rpartition(")")[2].split()
        if int(fields[2]) == group:
            ticks += int(fields[11]) + int(fields[12])
    return ticks


def _states(ports: set[int], protocol: str) -> set[int]:
    states = set()
    for name in (protocol, f"{protocol}6"):
        table = Path("/proc/net") / name
        if not table.exists():  # a kernel without IPv6
            continue
        for line in table.read_text(encoding="ascii").splitlines()[1:]:
            _, local, remote, state, *_ = line.split()
            if ports & {int(local.rpartition(":")[2], 16), int(remote.rpartition(":")[2], 16)}:
                states.add(int(state, 16))
    return states
