"""What waste costs, as plain data: the same of a pair and of the whole capture."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cost:
    """What avoidable connections cost beside their handshakes' time, and what reuse saved."""

    handshake_share: float | None
    """0…1: the avoidable handshakes in the time that all exchanges took, connecting included."""
    closes_per_second: float | None
    """Avoidable closes; None where they are too few, or within too short a time, for a rate."""
    client_time_wait_ports: int | None
    """Ports held in TIME_WAIT (RFC 9293 section 3.4.2) when avoidable closes go on at this rate, 60 s each."""
    server_time_wait_ports: int | None
    saved_ns: int | None
    """The handshakes that reused exchanges did without."""
    unanswered_requests: int
    """Requests whose connection ended without any answer to them."""
    waited_in_vain_ns: int | None
    """From the first such request of each connection to the moment when the client could know, in all."""
