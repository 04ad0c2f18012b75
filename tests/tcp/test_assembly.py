"""Segments in; chunks and ends out. `script` explains how to read the conversations, `listener` what is heard."""

import pytest

from kacap.tcp.sequence import MASK
from tests.tcp.case import Case, check
from tests.tcp.script import OPEN, Script

IN_ORDER = (
    Case(
        "a request and its response",
        """
        C get
        S page
        """,
        "C:get S:page",
    ),
    Case(
        "a whole life",
        """
        C get
        S page
        S FIN
        C FIN
        S
        """,
        "C:get S:page S:END C:END",
    ),
    Case(
        "several segments a side",
        """
        C ge
        C t
        S pa
        C
        S ge
        C
        """,
        "C:ge C:t S:pa S:ge",
    ),
    Case(
        "a FIN with data",
        """
        C get FIN
        S page FIN
        C
        """,
        "C:get C:END S:page S:END",
    ),
    Case(
        "a FIN of both at once",
        """
        C FIN
        S FIN ack=0
        C
        S
        """,
        "C:END S:END",
    ),
    Case(
        "a half-close: the other side still speaks",
        """
        C get FIN
        S
        S pa
        S ge
        S FIN
        C
        """,
        "C:get C:END S:pa S:ge S:END",
    ),
    Case("a reset takes nothing back", "C get\n S pa\n S RST ACK", "C:get S:pa"),
    Case("the payload of a reset is no data", "C get\n S reason RST ACK", "C:get"),
)

OUT_OF_ORDER = (
    Case(
        "two segments change places",
        """
        C 2 cd
        C 0 ab
        """,
        "C:ab C:cd",
        "C:out_of_order=1",
    ),
    Case(
        "one segment is late by two places",
        """
        C 2 cd
        C 4 ef
        C 0 ab
        """,
        "C:ab C:cd C:ef",
        "C:out_of_order=1",
    ),
    Case(
        "three segments in reverse order: two came after a later one",
        """
        C 4 ef
        C 2 cd
        C 0 ab
        """,
        "C:ab C:cd C:ef",
        "C:out_of_order=2",
    ),
    Case(
        "the FIN comes before the last data",
        """
        C 2 FIN
        C 0 ab ack=0
        """,
        "C:ab C:END",
    ),
    Case(
        "the FIN with data comes before other data",
        """
        C 2 cd FIN
        C 0 ab
        """,
        "C:ab C:cd C:END",
        "C:out_of_order=1",
    ),
    Case(
        "a lost segment is sent again after a round trip",
        """
        C 2 cd
        S ack=0
        C 0 ab +200ms
        """,
        "C:ab C:cd",
        "C:retransmitted=1",
    ),
    Case(
        "two lost segments are sent again after a round trip",
        """
        C 4 ef
        S ack=0
        C 0 ab +200ms
        C 2 cd
        """,
        "C:ab C:cd C:ef",
        "C:retransmitted=2",
    ),
    Case(
        "each hole has its own age: a lost segment, then two that changed places",
        """
        C 2 cd
        S ack=0
        C 6 gh +200ms
        C 0 ab
        C 4 ef
        """,
        "C:ab C:cd C:ef C:gh",
        "C:retransmitted=1 C:out_of_order=1",
    ),
)

RETRANSMITTED = (
    Case(
        "the same bytes again",
        """
        C get
        C 0 get +200ms
        S page
        """,
        "C:get S:page",
        "C:retransmitted=1",
    ),
    Case(
        "the first copy of a byte wins",
        """
        C abc
        C 0 xyz
        """,
        "C:abc",
        "C:retransmitted=1",
    ),
    Case(
        "old bytes and new bytes in one segment",
        """
        C abc
        C 1 xyz
        """,
        "C:abc C:z",
        "C:retransmitted=1",
    ),
    Case(
        "old bytes, new bytes and a FIN in one segment",
        """
        C abc
        C 1 bcd FIN
        """,
        "C:abc C:d C:END",
        "C:retransmitted=1",
    ),
    Case(
        "a held byte is not replaced either",
        """
        C 1 bc
        C 0 uvwx
        """,
        "C:u C:bc C:x",
        "C:out_of_order=1",
    ),
    Case(
        "what is held is sent again",
        """
        C 2 cd
        C 2 cd +200ms
        C 0 ab
        """,
        "C:ab C:cd",
        "C:retransmitted=2",
    ),
    Case(
        "a FIN again",
        """
        C FIN
        C -1 +200ms      # no probe: one before the FIN is the handshake
        C 0 FIN +200ms
        S
        """,
        "C:END",
        "C:retransmitted=1",
    ),
    Case(
        "a FIN with data again",
        """
        C get FIN
        C 0 get FIN +200ms
        S
        """,
        "C:get C:END",
        "C:retransmitted=1",
    ),
    Case(
        "the FIN of the data that was sent before without",
        """
        C get
        C 0 get FIN +200ms
        S
        """,
        "C:get C:END",
        "C:retransmitted=1",
    ),
)

CASES = IN_ORDER + OUT_OF_ORDER + RETRANSMITTED
NEAR_WRAP = range(MASK - 12, MASK + 1)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_conversation(case: Case) -> None:
    check(case, OPEN)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_conversation_at_the_wrap(case: Case) -> None:
    for isn in NEAR_WRAP:
        check(case, OPEN, Script(client_isn=isn, server_isn=isn - 3))
