"""Segments in; chunks, gaps and ends out. `script` explains how to read the conversations, `listener` what is heard."""

from typing import NamedTuple

import pytest

from kacap.tcp.sequence import MASK
from tests.tcp.listener import heard
from tests.tcp.script import OPEN, Script


class Case(NamedTuple):
    name: str
    said: str
    heard: str
    counted: str = ""
    """Every counter of the connection that is not zero."""


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

PROBES = (
    Case(
        "a keep-alive probe without a byte",
        """
        C get
        S page
        C
        C 2 +75s
        S ack=3
        C 2 +75s
        S ack=3
        """,
        "C:get S:page",
        "C:keepalive_probes=2",
    ),
    Case(
        "a keep-alive probe with a byte of garbage",
        """
        C get
        S page
        C
        C 2 x +75s
        S ack=3
        C 3 more
        """,
        "C:get S:page C:more",
        "C:keepalive_probes=1",
    ),
    Case(
        "a probe before any data",
        """
        S -1 +75s
        C
        C get
        """,
        "C:get",
        "S:keepalive_probes=1",
    ),
    Case(
        "a keep-alive probe is no answer: the acknowledgement alone is none either",
        """
        C get
        S
        S
        C
        """,
        "C:get",
    ),
    Case(
        "zero-window probes with the next byte: it is taken once, and then sent in earnest",
        """
        C abc
        S win=0
        C 3 d +200ms
        S ack=3 win=0
        C 3 d +400ms
        S ack=3 win=0
        S ack=3 win=500
        C 3 def
        S
        """,
        "C:abc C:d C:ef",
        "C:zero_window_probes=2",
    ),
    Case(
        "a single zero-window probe",
        """
        C abc
        S win=0
        C 3 d +200ms
        S ack=3 win=0
        S ack=3 win=500
        C 3 def
        S
        """,
        "C:abc C:d C:ef",
        "C:zero_window_probes=1",
    ),
    Case(
        "zero-window probes without a byte: the window is closed, so it is not the connection that is asked for",
        """
        C abc
        S win=0
        C 2 +200ms
        S ack=3 win=0
        C 2 +400ms
        S ack=3 win=0
        S ack=3 win=500
        C 3 def
        S
        """,
        "C:abc C:def",
        "C:zero_window_probes=2",
    ),
)

GAPS = (
    Case(
        "lost and acknowledged, then more",
        """
        C 2 cd
        S ack=4
        """,
        "C:GAP(2) C:cd",
    ),
    Case("lost at the end and acknowledged", "C ab\n S ack=5", "C:ab C:GAP(3)"),
    Case(
        "lost at the end, acknowledged with the FIN after it",
        """
        C 3 FIN
        S ack=4
        """,
        "C:GAP(3) C:END",
    ),
    Case(
        "a FIN tells that bytes came before it, whether acknowledged or not",
        """
        C ab
        C 5 FIN
        """,
        "C:ab C:GAP(3) C:END",
    ),
    Case(
        "never acknowledged, but later bytes are there",
        """
        C 2 cd
        """,
        "C:GAP(2) C:cd",
    ),
    Case(
        "a lost request is told before its response, though the response was seen first",
        """
        S page ack=3
        C 3 more
        S more
        """,
        "C:GAP(3) S:page C:more S:more",
    ),
    Case(
        "a lost tail is told before the FIN that answers it",
        """
        C get
        S page
        C ack=9
        S 9 FIN
        C FIN
        S
        """,
        "C:get S:page S:GAP(5) S:END C:END",
    ),
    Case(
        "holes on both sides are told in the order of what waits",
        """
        C 1 b
        S 1 y ack=2
        C 2 c
        S 2 z
        C
        """,
        "C:GAP(1) C:b S:GAP(1) S:y C:c S:z",
    ),
    Case(
        "the snapshot length cut the payload: its length is known",
        """
        C abcdef seen=2
        S
        C g
        """,
        "C:ab???? C:g",
    ),
    Case(
        "the snapshot length left only headers",
        """
        C abc seen=0
        S xy seen=0
        """,
        "C:??? S:??",
    ),
    Case(
        "cut payload is held like any other",
        """
        C 3 def seen=1
        C 0 abc seen=2
        """,
        "C:ab? C:d??",
        "C:out_of_order=1",
    ),
    Case(
        "a cut copy is a copy: the later, longer one does not win",
        """
        C abcd seen=2
        C 0 abcd
        """,
        "C:ab??",
        "C:retransmitted=1",
    ),
    Case(
        "the new bytes of a partial retransmission are beyond the cut",
        """
        C abc
        C 1 bcde seen=1
        """,
        "C:abc C:??",
        "C:retransmitted=1",
    ),
)

MISORDERED = (
    Case(
        "the answer was written before the request",
        """
        S page ack=3
        C 0 get ack=0
        """,
        "C:get S:page",
    ),
    Case(
        "an ACK was written before what it acknowledges",
        """
        S ack=3
        C 0 get
        S page
        """,
        "C:get S:page",
    ),
    Case(
        "two exchanges, each with the answer first",
        """
        S one ack=3
        C 0 get ack=0
        S 3 two ack=6
        C 3 get ack=3
        """,
        "C:get S:one C:get S:two",
    ),
    Case(
        "the side that closes first is written last",
        """
        S 4 FIN ack=3
        C 3 FIN ack=5
        C 0 get ack=0
        S 0 page ack=3
        """,
        "C:get S:page S:END C:END",
    ),
    Case(
        "a chain in reverse",
        """
        C 1 c ack=2
        S 1 d ack=1
        S 0 b ack=1
        C 0 a ack=0
        """,
        "C:a S:b S:d C:c",
        "C:out_of_order=1 S:out_of_order=1",
    ),
)

CASES = IN_ORDER + OUT_OF_ORDER + RETRANSMITTED + PROBES + GAPS + MISORDERED
NEAR_WRAP = range(MASK - 12, MASK + 1)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_conversation(case: Case) -> None:
    listener = heard(OPEN + case.said)
    assert listener.take() == case.heard
    assert listener.counted == case.counted


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_conversation_at_the_wrap(case: Case) -> None:
    for isn in NEAR_WRAP:
        listener = heard(OPEN + case.said, script=Script(client_isn=isn, server_isn=isn - 3))
        assert listener.take() == case.heard
        assert listener.counted == case.counted
