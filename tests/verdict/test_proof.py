"""Each ruling points to the frames that prove it, in a few words."""

from collections.abc import Callable, Iterator

import pytest

from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.proof import (
    Proof,
    close_proof,
    failure_proof,
    last_response_proof,
    milliseconds,
    signal_proof,
    still_open_proof,
)
from tests.dialogue.conversation import START_NS
from tests.verdict.heard import one
from tests.verdict.records import ns

GET = "client GET / | Host: a.example"
OLD = "client GET / HTTP/1.0"
OK = "+1ms server 200 | Content-Length: 2"

TABLE: dict[str, tuple[Callable[[Facts, PairFacts], Iterator[Proof]], str, list[tuple[int, float, str]]]] = {
    # name: proof, lines, (frame, ms, text)
    "request says close": (
        signal_proof,
        f"handshake\n{GET} | Connection: close\n{OK} || ok\n+2ms server FIN",
        [(4, 0, 'request says "Connection: close"'), (6, 3, "server FIN 2 ms after the response")],
    ),
    "1.0 request": (
        signal_proof,
        f"handshake\n{OLD}\n{OK} || ok\n+2s server RST",
        [
            (4, 0, 'request is HTTP/1.0 without "Connection: keep-alive"'),
            (6, 2001, "server RST 2.00 s after the response"),
        ],
    ),
    "response says close": (
        signal_proof,
        f"handshake\n{GET}\n{OK} | Connection: close || ok\n+20ms client FIN",
        [(5, 1, 'response says "Connection: close"'), (6, 21, "client FIN 20 ms after the response")],
    ),
    "not granted": (
        signal_proof,
        f"handshake\n{OLD} | Connection: keep-alive\n{OK} || ok",
        [(5, 1, "HTTP/1.0 request asks for keep-alive, the response does not grant it")],
    ),
    "1.0 response": (
        signal_proof,
        f"handshake\n{GET}\n+1ms server HTTP/1.0 200 OK | Content-Length: 2 || ok",
        [(5, 1, 'response is HTTP/1.0 without "Connection: keep-alive"')],
    ),
    "until close": (
        signal_proof,
        f"handshake\n{GET}\n+1ms server [fin] 200 || ok",
        [
            (5, 1, "response has neither Content-Length nor chunks: only the close ends it"),
            (5, 1, "server FIN at once after the response"),
        ],
    ),
    "the signal of the last exchange": (
        signal_proof,
        f"handshake\n{GET}\n{OK} || ok\n{GET} | Connection: close\n{OK} || ok",
        [(6, 1, 'request says "Connection: close"')],
    ),
    "no signal": (
        signal_proof,
        f"handshake\n{GET}\n{OK} || ok\n+1ms client FIN",
        [(6, 2, "client FIN 1 ms after the response")],
    ),
    "a close in the middle": (close_proof, f"handshake\n{GET}\n+5ms server RST", [(5, 5, "server RST")]),
    "a half-close": (
        close_proof,
        f"handshake\n{GET}\n+5ms client FIN\n{OK} || ok",
        [(5, 5, "client FIN before the response was complete")],
    ),
    "no close": (close_proof, f"handshake\n{GET}\n{OK} || ok", []),
    "a response of two segments": (
        last_response_proof,
        f"handshake\n{GET}\n{OK} || o\n+1ms server raw k",
        [(6, 2, "response complete; neither side has said close")],
    ),
    "no response": (last_response_proof, f"handshake\n{GET}", []),
    "a SYN without answer": (failure_proof, "client SYN", [(1, 0, "client SYN: no answer")]),
    "a SYN sent again": (
        failure_proof,
        "client SYN\n+1s client SYN\n+2s client SYN",
        [(1, 0, "client SYN, sent 3 times: no answer")],
    ),
    "refused": (
        failure_proof,
        "client SYN\n+0.25ms server RST ACK",
        [(1, 0, "client SYN"), (2, 0.25, "server RST 0.25 ms after the SYN")],
    ),
    "refused in a clock that steps back": (
        failure_proof,
        "+9ms client SYN\n-5ms server RST ACK",
        [(1, 9, "client SYN"), (2, 4, "server RST 0 ms after the SYN")],
    ),
    "open after a response": (
        still_open_proof,
        f"handshake\n{GET}\n{OK} || o\n+1ms server raw k\n+9ms client ACK",
        [(6, 2, "last message; no FIN or RST follows in the capture")],
    ),
    "open after a request": (
        still_open_proof,
        f"handshake\n+3ms {GET}",
        [(4, 3, "last message; no FIN or RST follows in the capture")],
    ),
}


@pytest.mark.parametrize(("proof", "lines", "wanted"), TABLE.values(), ids=TABLE.keys())
def test_frames_and_texts(
    proof: Callable[[Facts, PairFacts], Iterator[Proof]], lines: str, wanted: list[tuple[int, float, str]]
) -> None:
    facts = one(f"connection A\n{lines}")
    found = list(proof(facts, PairFacts([facts])))
    assert found == [Proof(frame, START_NS + ns(at), text) for frame, at, text in wanted]


@pytest.mark.parametrize(
    ("duration_ms", "text"),
    [
        (0, "0 ms"),
        (0.0004, "0.4 µs"),
        (0.004, "4.0 µs"),
        (0.01, "0.01 ms"),
        (0.12, "0.12 ms"),
        (0.999, "1.00 ms"),
        (1, "1 ms"),
        (1.25, "1.2 ms"),
        (9.9, "9.9 ms"),
        (9.96, "10 ms"),
        (10, "10 ms"),
        (35.4, "35 ms"),
        (999, "999 ms"),
        (1000, "1.00 s"),
        (75_004, "75.00 s"),
    ],
)
def test_a_duration_as_a_person_reads_it(duration_ms: float, text: str) -> None:
    assert milliseconds(ns(duration_ms)) == text
