"""Which segment belongs to which connection, and what its flags tell."""

import pytest

from tests.tcp.case import Case, check
from tests.tcp.listener import heard
from tests.tcp.script import OPEN, Script

HANDSHAKES = (
    Case("a SYN again", "C SYN\n C SYN +1s\n S SYN ACK\n C\n C get", "C:get", "C:retransmitted=1"),
    Case("a SYN-ACK again", "C SYN\n S SYN ACK\n S SYN ACK +1s\n C\n S hi", "S:hi", "S:retransmitted=1"),
    Case("the SYN after the SYN-ACK", "S SYN ACK ack=0\n C SYN\n C\n C get", "C:get"),
    Case("a SYN with data", "C SYN get\n S SYN ACK\n S page\n C", "C:get S:page"),
    Case(
        "a SYN with data that was not taken, and is sent again",
        "C SYN get\n S SYN ACK ack=0\n C 0 get\n S page",
        "C:get S:page",
        "C:retransmitted=1",
    ),
    Case("a SYN with data again", "C SYN get\n C SYN get +1s\n S SYN ACK", "C:get", "C:retransmitted=1"),
    Case("a SYN with data and FIN", "C SYN get FIN\n S SYN ACK\n S page FIN\n C", "C:get C:END S:page S:END"),
    Case("a SYN-ACK with data", "C SYN\n S SYN ACK hi\n C\n C get", "S:hi C:get"),
    Case(
        "both open at once",
        "C SYN\n S SYN\n C -1 SYN ACK\n S -1 SYN ACK\n C get\n S page",
        "C:get S:page",
        "C:retransmitted=1 S:retransmitted=1",
    ),
    Case("the handshake's ACK carries the request", "C SYN\n S SYN ACK\n C get\n S page", "C:get S:page"),
    Case(
        "the handshake's ACK comes after the request",
        "C SYN\n S SYN ACK\n C get\n C 0\n S page",
        "C:get S:page",
    ),
    Case("the SYN-ACK was not captured", "C SYN\n C ack=0\n C get ack=0\n S 0 page\n C", "C:get S:page"),
    Case(
        "a second SYN-ACK has another ISN, and the client acknowledges that one",
        "C SYN\n S SYN ACK\n S SYN ACK isn=9000\n C\n C get\n S page\n C",
        "C:get S:page",
    ),
    Case(
        "a second SYN-ACK has another ISN, and the client acknowledges the first one",
        "C SYN\n S SYN ACK isn=9000\n S SYN ACK isn=7000\n S SYN ACK isn=9000 +1s\n C\n C get\n S page\n C",
        "C:get S:page",
        "S:retransmitted=1",
    ),
    Case("refused", "C SYN\n S RST ACK win=0", ""),
    Case("nobody answers", "C SYN\n C SYN +1s\n C SYN +2s", "", "C:retransmitted=2"),
)

REUSED_PORTS = (
    Case(
        "a SYN with another ISN begins a new connection",
        OPEN + "C get\n C FIN\n S FIN\n C\n C SYN isn=70000\n S SYN ACK isn=90000\n C\n C got\n S page",
        "C:get C:END S:END 1C:got 1S:page",
    ),
    Case(
        "even when the old one was never closed",
        OPEN + "C get\n C SYN isn=70000\n S SYN ACK isn=90000\n C\n C got\n S page",
        "C:get 1C:got 1S:page",
    ),
    Case(
        "what the old one held is delivered first",
        OPEN + "C 1 et\n C SYN isn=70000\n S SYN ACK isn=90000\n C\n C got",
        "C:GAP(1) C:et 1C:got",
    ),
    Case(
        "a SYN with the same ISN is the same stream, as in Wireshark, even after a reset",
        "C SYN\n S RST ACK win=0\n C -1 SYN +500ms\n S SYN ACK\n C\n C get\n S page",
        "C:get S:page",
        "C:retransmitted=1",
    ),
    Case(
        "a SYN from the other side is a new connection too",
        OPEN + "C get\n C FIN\n S FIN\n C\n S SYN isn=70000\n C SYN ACK isn=90000\n S\n S hi",
        "C:get C:END S:END 1S:hi",
    ),
    Case(
        "a late segment of the old connection is far from the new numbers",
        OPEN + "C get\n C SYN isn=900000\n S SYN ACK isn=700000\n C\n C got\n C -500 old",
        "C:get 1C:got",
        "1C:retransmitted=1",
    ),
    Case("midstream, then a SYN with another ISN", "C 40 get\n C SYN isn=70000\n S SYN ACK\n C got", "C:get 1C:got"),
)

DUPLICATES = (
    Case(
        "each frame twice, as with -i any", OPEN + "C get\n C again\n S page\n S again", "C:get S:page", "duplicates=2"
    ),
    Case("the handshake twice", "C SYN\n C again\n S SYN ACK\n S again\n C\n C again\n C get", "C:get", "duplicates=3"),
    Case("a FIN twice", OPEN + "C FIN\n C again\n S FIN\n S again\n C", "C:END S:END", "duplicates=2"),
    Case("a reset twice", OPEN + "S RST\n S again", "", "duplicates=1"),
    Case("some frames later", OPEN + "C ge\n C t\n S page\n C again +50ms", "C:ge C:t S:page", "duplicates=1"),
    Case("a hundred times", OPEN + "C get\n" + "C again\n" * 100, "C:get", "duplicates=100"),
    Case("the same bytes in another packet", OPEN + "C get\n C 0 get", "C:get", "C:retransmitted=1"),
    Case("no identification, at once", OPEN + "C get id=0\n C again", "C:get", "duplicates=1"),
    Case("no identification, later", OPEN + "C get id=0\n C again +2ms", "C:get", "C:retransmitted=1"),
    Case("a bare ACK without identification is never one", OPEN + "S id=0\n S again\n S again", ""),
    Case("a bare ACK with identification is one", OPEN + "S\n S again", "", "duplicates=1"),
    Case("a keep-alive probe twice", OPEN + "C -1\n C again", "", "C:keepalive_probes=1 duplicates=1"),
    Case("a later probe is another", OPEN + "C -1\n C -1 +1s", "", "C:keepalive_probes=2"),
    Case("bare FIN without identification, at once", OPEN + "C FIN id=0\n C again\n S", "C:END", "duplicates=1"),
)


@pytest.mark.parametrize("case", HANDSHAKES + REUSED_PORTS + DUPLICATES, ids=lambda case: case.name)
def test_conversation(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("case", HANDSHAKES + REUSED_PORTS, ids=lambda case: case.name)
def test_conversation_over_ipv6(case: Case) -> None:
    check(case, script=Script(version=6))


@pytest.mark.parametrize(
    ("said", "counted"),
    [
        ("C get\n C again", "duplicates=1"),
        ("C get\n C again +2ms", "C:retransmitted=1"),
        ("C get\n C again +999us", "duplicates=1"),
        ("C FIN\n C again\n S", "duplicates=1"),
        ("S\n S again\n S again", ""),
        ("C -1\n C -1", "C:keepalive_probes=2"),
    ],
)
def test_without_identification_only_what_is_identical_at_once_is_a_duplicate(said: str, counted: str) -> None:
    assert heard(OPEN + said, script=Script(version=6)).counted == counted
