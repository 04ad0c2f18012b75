"""Who said so first, who closed first, who decided: three separate answers."""

import pytest

from kacap.verdict.ending import Ending, ending
from kacap.verdict.pair import PairFacts
from kacap.verdict.words import Decider, Side
from tests.verdict.heard import heard
from tests.verdict.records import ns

CLIENT, SERVER = Side.CLIENT, Side.SERVER
GET = "client GET / | Host: a.example"
OK = "+1ms server 200 | Content-Length: 2 || ok"
SAYS_CLOSE = "+1ms server 200 | Connection: close | Content-Length: 2 || ok"

TABLE: dict[str, tuple[str, Side | None, Side | None, str | None, Decider | None, str | None]] = {
    # name: lines, first to signal, first to close, how, decided by, reason
    "client asks, server closes": (
        f"handshake\n{GET} | Connection: close\n{SAYS_CLOSE}\nserver closes",
        CLIENT,
        SERVER,
        "fin",
        Decider.CLIENT,
        "client-sends-connection-close",
    ),
    "server asks, client closes": (
        f"handshake\n{GET}\n{SAYS_CLOSE}\nclient closes",
        SERVER,
        CLIENT,
        "fin",
        Decider.SERVER,
        "server-sends-connection-close",
    ),
    "client asks, nobody closes": (
        f"handshake\n{GET} | Connection: close\n{OK}",
        CLIENT,
        None,
        None,
        Decider.CLIENT,
        "client-sends-connection-close",
    ),
    "nobody asks, the server closes": (
        f"handshake\n{GET}\n{OK}\n+5s server FIN",
        None,
        SERVER,
        "fin",
        Decider.SERVER,
        "server-idle-timeout",
    ),
    "nobody asks, the client resets": (
        f"handshake\n{GET}\n{OK}\n+5s client RST",
        None,
        CLIENT,
        "rst",
        Decider.CLIENT,
        "single-use-sufficient",
    ),
    "the server resets in the middle": (
        f"handshake\n{GET}\n+5s server RST",
        None,
        SERVER,
        "rst",
        Decider.SERVER,
        "response-truncated",
    ),
    "a signal does not explain a cut": (
        f"handshake\n{GET} | Connection: close\n+5s server RST",
        CLIENT,
        SERVER,
        "rst",
        Decider.SERVER,
        "response-truncated",
    ),
    "nobody asks, nobody closes": (
        f"handshake\n{GET}\n{OK}",
        None,
        None,
        None,
        Decider.NOBODY,
        "still-open-at-end",
    ),
    "open without an exchange": ("handshake", None, None, None, Decider.NOBODY, None),
    "unused": (
        "handshake\n+1ms client closes",
        None,
        CLIENT,
        "fin",
        Decider.CLIENT,
        "client-preconnect-unused",
    ),
    "refused": ("client SYN\nserver RST ACK", None, SERVER, "rst", Decider.SERVER, "connect-failed"),
    "no answer": ("client SYN\n+1s frame 00", None, None, None, Decider.NETWORK, "connect-failed"),
    "switched": (
        f"handshake\n{GET} | Upgrade: x\nserver 101 | Upgrade: x\n+9ms client closes",
        None,
        CLIENT,
        "fin",
        Decider.CLIENT,
        "protocol-switch",
    ),
    "opaque": ("handshake\nclient tls a.example\n+9ms server RST", None, SERVER, "rst", Decider.SERVER, "not-http"),
    "not known, and open": ("server 40 bytes", None, None, None, None, None),
    "not known, and closed": (
        "server 40 bytes\n+1ms server FIN",
        None,
        SERVER,
        "fin",
        Decider.SERVER,
        "capture-edge",
    ),
}


def judged(lines: str) -> Ending:
    """The ending of the only connection."""
    records = heard(f"connection A\n{lines}")
    return ending(records[0], PairFacts(records))


@pytest.mark.parametrize(("lines", "signal", "close", "kind", "decided_by", "reason"), TABLE.values(), ids=TABLE.keys())
def test_ending(
    lines: str,
    signal: Side | None,
    close: Side | None,
    kind: str | None,
    decided_by: Decider | None,
    reason: str | None,
) -> None:
    end = judged(lines)
    assert (end.first_to_signal, end.first_to_close, end.first_close_kind) == (signal, close, kind)
    assert end.decided_by is decided_by
    assert (None if end.ruling is None else end.ruling.rule.cause_id) == reason
    assert (end.first_close_frame is None) == (close is None)


def test_frame_and_idle_time_of_the_close() -> None:
    end = judged(f"handshake\n{GET}\n{OK}\n+7ms server FIN\n+1ms client FIN")
    assert (end.first_close_frame, end.idle_before_close_ns) == (6, ns(7))


def test_no_idle_time_without_a_close() -> None:
    assert judged(f"handshake\n{GET}\n{OK}").idle_before_close_ns is None
