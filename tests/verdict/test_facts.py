"""What one connection is: its verdict, its signal, its last exchange, its times."""

from collections.abc import Callable

import pytest

from kacap.http import persistence
from kacap.http.message import Exchange
from kacap.verdict.facts import Facts
from kacap.verdict.words import ConnectionVerdict, Decider, Side
from tests.dialogue.conversation import START_NS
from tests.verdict.heard import heard, one
from tests.verdict.records import exchange, ns, record

CLIENT, SERVER = Side.CLIENT, Side.SERVER
GET = "client GET / | Host: a.example"
OK = "+1ms server 200 | Content-Length: 2 || ok"
SAYS_CLOSE = "+1ms server 200 | Connection: close | Content-Length: 2 || ok"

VERDICTS = {
    # name: lines, verdict
    "no answer": ("client SYN\n+1s frame 00", ConnectionVerdict.FAILED),
    "no answer to the second SYN either": ("client SYN\n+1s client SYN", ConnectionVerdict.FAILED),
    "no answer yet": ("client SYN", ConnectionVerdict.FAILED),
    "refused": ("client SYN\nserver RST ACK", ConnectionVerdict.FAILED),
    "given up": ("client SYN\n+1s client RST", ConnectionVerdict.FAILED),
    "answered, and nothing said": ("handshake", ConnectionVerdict.OPEN),
    "answered, and the last ACK not captured": ("client SYN\nserver SYN ACK", ConnectionVerdict.OPEN),
    "closed without a word": ("handshake\nclient closes", ConnectionVerdict.UNUSED),
    "reset without a word": ("handshake\nserver RST", ConnectionVerdict.UNUSED),
    "one exchange, open": (f"handshake\n{GET}\n{OK}", ConnectionVerdict.OPEN),
    "one request, open": (f"handshake\n{GET}", ConnectionVerdict.OPEN),
    "one exchange, one FIN": (f"handshake\n{GET}\n{OK}\nserver FIN", ConnectionVerdict.SINGLE_USE),
    "one request, reset": (f"handshake\n{GET}\nserver RST", ConnectionVerdict.SINGLE_USE),
    "two exchanges, open": (f"handshake\n{GET}\n{OK}\n{GET}\n{OK}", ConnectionVerdict.REUSED),
    "two exchanges, closed": (f"handshake\n{GET}\n{OK}\n{GET}\n{OK}\nclient closes", ConnectionVerdict.REUSED),
    "two requests, one answer": (f"handshake\n{GET}\n{GET}\n{OK}\nclient closes", ConnectionVerdict.REUSED),
    "switched": (f"handshake\n{GET} | Upgrade: x\nserver 101 | Upgrade: x", ConnectionVerdict.SWITCHED),
    "tunnel": ("handshake\nclient CONNECT a:1\nserver 200\nclient tls a", ConnectionVerdict.SWITCHED),
    "switched after two exchanges": (
        f"handshake\n{GET}\n{OK}\n{GET} | Upgrade: x\nserver 101 | Upgrade: x",
        ConnectionVerdict.SWITCHED,
    ),
    "TLS": ("handshake\nclient tls a.example", ConnectionVerdict.OPAQUE),
    "TLS, open before": ("client tls a.example", ConnectionVerdict.OPAQUE),
    "HTTP/2": ("handshake\nclient raw PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n", ConnectionVerdict.OPAQUE),
    "another protocol": ("handshake\nserver raw SSH-2.0-x\\r\\n", ConnectionVerdict.OPAQUE),
    "another protocol or a body, open before": ("server 40 bytes", ConnectionVerdict.UNKNOWN),
    "hidden in a gap": ("handshake\nclient [unseen] 40 bytes\nserver ACK", ConnectionVerdict.UNKNOWN),
    "open before, silent": ("client ACK", ConnectionVerdict.OPEN),
    "open before, only its end": ("client FIN", ConnectionVerdict.UNKNOWN),
}


@pytest.mark.parametrize(("lines", "verdict"), VERDICTS.values(), ids=VERDICTS.keys())
def test_verdict(lines: str, verdict: ConnectionVerdict) -> None:
    assert one(f"connection A\n{lines}").verdict is verdict


def test_every_word_for_a_connection_is_used() -> None:
    assert {verdict for _, verdict in VERDICTS.values()} == set(ConnectionVerdict)


PROTOCOLS = {
    "nothing said": ("handshake", None),
    "HTTP/1": (f"handshake\n{GET}\n{OK}", None),
    "TLS": ("handshake\nclient tls a.example", "tls"),
    "TLS from one side is enough": ("handshake\nserver 30 bytes\nclient tls a.example", "tls"),
    "HTTP/2": ("handshake\nclient raw PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n", "http2"),
    "something else": ("handshake\nserver raw SSH-2.0-x\\r\\n", "unknown"),
}


@pytest.mark.parametrize(("lines", "name"), PROTOCOLS.values(), ids=PROTOCOLS.keys())
def test_protocol(lines: str, name: str | None) -> None:
    assert one(f"connection A\n{lines}").protocol_name == name


SIGNALS = {
    # name: lines, who and how, 0-based number of the final exchange
    "nobody": (f"{GET}\n{OK}\n{GET}\n{OK}", None, 1),
    "the request": (f"{GET} | Connection: close\n{OK}", (CLIENT, persistence.CLIENT_CLOSE), 0),
    "the response": (f"{GET}\n{SAYS_CLOSE}", (SERVER, persistence.SERVER_CLOSE), 0),
    "both: the request came first": (f"{GET} | Connection: close\n{SAYS_CLOSE}", (CLIENT, persistence.CLIENT_CLOSE), 0),
    "only in the last of three": (
        f"{GET}\n{OK}\n{GET}\n{OK}\n{GET}\n{SAYS_CLOSE}",
        (SERVER, persistence.SERVER_CLOSE),
        2,
    ),
    "overruled by another answer": (f"{GET}\n{SAYS_CLOSE}\n{GET}\n{OK}", None, 1),
    "a request behind it is never answered": (f"{GET}\n{SAYS_CLOSE}\n{GET}", (SERVER, persistence.SERVER_CLOSE), 0),
    "in a request that waits behind an answer": (
        f"{GET}\n{OK}\n{GET} | Connection: close",
        (CLIENT, persistence.CLIENT_CLOSE),
        1,
    ),
    "in the second of the requests that wait": (
        f"{GET}\n{OK}\n{GET}\n{GET} | Connection: close\n{GET}",
        (CLIENT, persistence.CLIENT_CLOSE),
        2,
    ),
    "in a request that nobody answered": (f"{GET} | Connection: close", (CLIENT, persistence.CLIENT_CLOSE), 0),
    "no exchange": ("client closes", None, None),
}


@pytest.mark.parametrize(("lines", "said", "final"), SIGNALS.values(), ids=SIGNALS.keys())
def test_signal_and_final_exchange(lines: str, said: tuple[Side, str] | None, final: int | None) -> None:
    facts = one(f"connection A\nhandshake\n{lines}")
    assert (None if facts.signal is None else (facts.signal.side, facts.signal.cause)) == said
    assert (facts.final and facts.final.key) == (None if final is None else facts.exchanges[final].key)
    if facts.signal is not None:
        assert facts.final_index == facts.signal.index


ENDS = {
    # name: lines, who closed first, aborted, idle ns before the close
    "open": (f"{GET}\n{OK}", None, False, None),
    "closed after the response": (f"{GET}\n{OK}\n+3ms client closes", CLIENT, False, ns(3)),
    "stamped a little earlier than the response": (f"{GET}\n{OK}\n-10ms client closes", CLIENT, False, 0),
    "stamped much earlier": (f"{GET}\n{OK}\n-10.1ms client closes", CLIENT, False, None),
    "the FIN on the response": (f"{GET}\nserver [fin] 200 | Content-Length: 2 || ok", SERVER, False, 0),
    "closed without a word": ("+3ms server closes", SERVER, False, None),
    "reset before the response": (f"{GET}\n+3ms server RST", SERVER, True, None),
    "reset in the middle of the response": (
        f"{GET}\nserver 200 | Content-Length: 9 || ok\n+3ms client RST",
        CLIENT,
        True,
        None,
    ),
    "half-closed, then answered": (f"{GET}\nclient FIN\n{OK}", CLIENT, False, None),
    "a request behind the signal": (f"{GET}\n{SAYS_CLOSE}\n{GET}\n+4ms server FIN", SERVER, False, ns(4)),
    "a second request, not answered": (f"{GET}\n{OK}\n{GET}\n+4ms server RST", SERVER, True, None),
    "ended by its close": (f"{GET}\nserver 200 || ok\n+4ms server closes", SERVER, False, 0),
    "its response lost in a gap": (
        f"{GET}\nserver [unseen] 200 | Content-Length: 2 || ok\nclient ACK\n+4ms server FIN",
        SERVER,
        False,
        None,
    ),
}


@pytest.mark.parametrize(("lines", "closer", "aborted", "idle_ns"), ENDS.values(), ids=ENDS.keys())
def test_end(lines: str, closer: Side | None, aborted: bool, idle_ns: int | None) -> None:
    facts = one(f"connection A\nhandshake\n{lines}")
    assert (facts.first_close, facts.aborted, facts.idle_before_close_ns) == (closer, aborted, idle_ns)
    assert facts.closer is (Decider.NOBODY if closer is None else Decider(closer.value))


def test_a_server_that_the_capture_does_not_hear_has_aborted_nothing() -> None:
    facts = one(f"connection A\nclient SYN\nserver [unseen] SYN ACK\nclient ACK\n{GET}\n+5ms client FIN")
    assert facts.first_close is CLIENT
    assert not facts.final.complete if facts.final else False
    assert not facts.aborted


TIMES: dict[str, tuple[str, bool, float, float | None]] = {
    # name: lines, opened here, opened ms, connect ms
    "the whole handshake": ("+2ms client SYN\n+5ms server SYN ACK\n+1ms client ACK", True, 2, 6),
    "a SYN sent again": ("client SYN\n+1s client SYN\n+5ms server SYN ACK\n+1ms client ACK", True, 0, 1006),
    "no ACK captured": ("client SYN\n+5ms server SYN ACK", True, 0, None),
    "refused": ("client SYN\n+5ms server RST ACK", True, 0, None),
    "open before": (f"+2ms {GET}", False, 2, None),
    "begins with the SYN-ACK": ("client [unseen] SYN\n+4ms server SYN ACK\n+1ms client ACK", True, 4, None),
    "the clock steps back": ("+9ms client SYN\n-5ms server SYN ACK\n+1ms client ACK", True, 9, 0),
}


@pytest.mark.parametrize(("lines", "opened_here", "opened_ms", "connect_ms"), TIMES.values(), ids=TIMES.keys())
def test_opening(lines: str, opened_here: bool, opened_ms: float, connect_ms: float | None) -> None:
    facts = one(f"connection A\n{lines}")
    assert (facts.opened_here, facts.opened_ns) == (opened_here, START_NS + ns(opened_ms))
    assert facts.connect_ns == (None if connect_ms is None else ns(connect_ms))


def test_roles_and_numbers() -> None:
    first, second = heard(f"""
        connection A
        {GET}
        connection B
        handshake
    """)
    assert (first.stream, second.stream) == (0, 1)
    assert (first.client.port, first.server.port) == (51000, 8880)
    assert second.client is second.connection.client
    assert second.server is second.client.peer
    assert first.dns_ns is None


@pytest.mark.parametrize(
    ("make", "holds"),
    [
        (lambda: exchange(0, 5), True),
        (lambda: exchange(0, 5, says="keep-alive"), True),
        (lambda: exchange(0, 5, says="close"), False),
        (lambda: exchange(0), False),
        (lambda: exchange(0, cut=4), False),
    ],
    ids=["answered", "keep-alive", "close", "not answered", "cut"],
)
def test_persists(make: Callable[[], Exchange], holds: bool) -> None:
    assert persistence.persists(make()) is holds


def test_facts_of_a_record_made_by_hand_are_those_it_was_made_of() -> None:
    facts: Facts = record(exchange(1, 5), opened=0, ready=0.5, closed=(SERVER, 9))
    assert (facts.opened_ns, facts.connect_ns, facts.first_close, facts.idle_before_close_ns) == (
        0,
        ns(0.5),
        SERVER,
        ns(4),
    )
