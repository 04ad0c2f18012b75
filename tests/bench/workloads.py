"""What is recorded, and how fast kacap must be on it: a row for each workload."""

from dataclasses import dataclass

FASTER_THAN_TSHARK = {"compiled": 25.0, "pure": 5.0}
"""Core → how many times faster than tshark it must be, on every workload."""

SMALL_BYTES = 330
BODY_BYTES = 20_000


@dataclass(frozen=True, slots=True)
class Workload:
    """One pattern of traffic between wrk and nginx."""

    name: str
    what: str
    path: str
    """What wrk asks nginx for."""
    times_copy: float
    """The compiled core may take so many times what tcpdump takes to copy the capture."""
    connections: int = 64
    """How many wrk keeps open at once."""


WORKLOADS = {
    workload.name: workload
    for workload in (
        Workload("small", "small answers, connections kept alive", "/small", 6.0),
        Workload("close", "small answers, a connection for each", "/close", 6.0),
        Workload("bodies", "bodies of 20 kB, connections kept alive", "/body", 1.5),
    )
}
