"""The sentence of figures on closes after a pause."""

import pytest

from kacap.verdict.pair import PairFacts
from kacap.verdict.rules.idle_figures import leak_figures, server_idle_figures
from tests.verdict.heard import heard
from tests.verdict.patterns.test_hops import linked


def closed_after(idle: str, header: str = "", how: str = "FIN") -> str:
    response = f"200 | {header}Content-Length: 2 || ok"
    return f"connection\nhandshake\nclient GET / | Host: a\n+1ms server {response}\nclient ACK\n+{idle} server {how}\n"


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (closed_after("7s"), "1 close after 7.00 s of idle."),
        (closed_after("350s", how="RST ACK"), "1 close after 350.00 s of idle."),
        (closed_after("5s", "Server: uvicorn | "), "1 close after 5.00 s of idle: the default of uvicorn (5 s)."),
        (closed_after("5s", "Keep-Alive: timeout=5 | "), "1 close after 5.00 s of idle; the server announced 5 s."),
        (
            closed_after("6s", "Keep-Alive: timeout=5 | "),
            "1 close after 6.00 s of idle; the server announced 5 s, and waits a second longer than it announces, as "
            "Node.js does.",
        ),
        (closed_after("2s", "Keep-Alive: timeout=5 | "), "1 close after 2.00 s of idle; the server announced 5 s."),
        (closed_after("9s", "Keep-Alive: timeout=5 | "), "1 close after 9.00 s of idle; the server announced 5 s."),
    ],
)
def test_server_idle(script: str, said: str) -> None:
    records = heard(script)
    assert server_idle_figures(PairFacts(records), records) == said


def test_a_leak_behind_a_relay_is_the_relays() -> None:
    lines = ["connection A from 192.0.2.9:51000 to 192.0.2.1:8080", "handshake 0.2ms"]
    for number in range(4):
        lines += [
            f"+100ms A client GET /{number} | Host: a",
            f"connection B{number} from 192.0.2.1:{52000 + number} to 192.0.2.2:8881",
            "+1ms handshake",
            f"client GET /{number} | Host: a",
            "+5ms server 200 | Content-Length: 2 || ok",
            "+1ms A server 200 | Content-Length: 2 || ok",
        ]
    inner = linked("\n".join(lines))["192.0.2.1", "192.0.2.2:8881"]
    assert leak_figures(inner, inner.used) == (
        "4 of 4 connections were left; 4 still open when the capture ends. Hop 1 (192.0.2.9 → 192.0.2.1:8080) reuses "
        "its connections, hop 2 does not: the proxy or relay opens a connection for each request and forgets it."
    )
