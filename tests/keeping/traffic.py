"""Connections by plan → the frames that a capture of them holds, in order of time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge

from kacap.wire.frame import Frame
from tests.dialogue import packets

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
START_NS = 1_700_000_000_000_000_000
MS = 1_000_000
ANSWER_NS = MS // 2
STEP_NS = MS // 100

Event = tuple[int, int, int, bytes]
"""When (ns), connection, step, bytes of the frame."""


@dataclass(frozen=True)
class Planned:
    """One connection: times are milliseconds since the start."""

    opened_ms: int
    asked_ms: Sequence[int] = ()
    """Since it was opened."""
    open_ms: int = 5
    """From the last answer to its close."""
    end: str = "client"
    """`client`, `server`, `reset`, `says-close` or `never`."""
    client: int = 9
    port: int = 0
    """Of the client; 0: one of its own."""
    host: str = "a.example"


def frames(plan: Iterable[Planned]) -> Iterator[Frame]:
    """All frames; connections that are planned later must not begin earlier."""
    waiting: list[list[Event]] = []
    number = 0
    for at, planned in enumerate(plan):
        begin_ns = START_NS + planned.opened_ms * MS
        for event in _until(waiting, begin_ns):
            number += 1
            yield _frame(number, event)
        waiting.append(list(_events(at, planned)))
    for event in _until(waiting, None):
        number += 1
        yield _frame(number, event)


def _until(waiting: list[list[Event]], moment_ns: int | None) -> Iterator[Event]:
    due = [[event for event in events if moment_ns is None or event[0] < moment_ns] for events in waiting]
    waiting[:] = [left for events, taken in zip(waiting, due, strict=True) if (left := events[len(taken) :])]
    return merge(*due)


def _frame(number: int, event: Event) -> Frame:
    time_ns, _, _, data = event
    return Frame(number, time_ns, packets.LINKTYPE_ETHERNET, data, 0, len(data), len(data))


def _events(at: int, planned: Planned) -> Iterator[Event]:
    sides = (f"10.0.0.{planned.client}", planned.port or 10_000 + at % 50_000), ("10.0.1.1", 8880)
    sent = [at * 1_000_003 % 2**32, at * 7_000_003 % 2**32]
    clock = [START_NS + planned.opened_ms * MS]
    step = 0

    def say(side: int, flags: int, payload: bytes = b"") -> Event:
        nonlocal step
        step += 1
        clock[0] += STEP_NS
        (source, source_port), (target, target_port) = sides[side], sides[1 - side]
        ack = 0 if flags == SYN else sent[1 - side]
        segment = packets.tcp(
            source, source_port, target, target_port, seq=sent[side], ack=ack, flags=flags, window=500, payload=payload
        )
        sent[side] = (sent[side] + len(payload) + bool(flags & SYN) + bool(flags & FIN)) % 2**32
        packet = packets.ip(source, target, packets.PROTOCOL_TCP, segment, step)
        return clock[0], at, step, packets.ethernet(packet, outbound=not side)

    yield say(0, SYN)
    yield say(1, SYN | ACK)
    yield say(0, ACK)
    for place, asked_ms in enumerate(planned.asked_ms):
        clock[0] = max(clock[0], START_NS + (planned.opened_ms + asked_ms) * MS)
        says = planned.end == "says-close" and place + 1 == len(planned.asked_ms)
        yield say(0, PSH | ACK, f"GET /{at % 7} HTTP/1.1\r\nHost: {planned.host}\r\n\r\n".encode())
        clock[0] += ANSWER_NS
        close = "Connection: close\r\n" if says else ""
        yield say(1, PSH | ACK, f"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n{close}\r\nok".encode())
        yield say(0, ACK)
    if planned.end == "never":
        return
    clock[0] += planned.open_ms * MS
    if planned.end == "reset":
        yield say(0, RST | ACK)
        return
    closer = int(planned.end in ("server", "says-close"))
    yield say(closer, FIN | ACK)
    yield say(1 - closer, FIN | ACK)
    yield say(closer, ACK)
