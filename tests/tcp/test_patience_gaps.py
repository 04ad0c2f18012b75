"""Segments in; gaps out, where there are any: probes, lost and cut bytes, frames that were written out of order."""

import pytest

from kacap.tcp.sequence import MASK
from tests.tcp.case import Case, check
from tests.tcp.script import OPEN, Script

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

CASES = PROBES + GAPS + MISORDERED
NEAR_WRAP = range(MASK - 12, MASK + 1)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_conversation(case: Case) -> None:
    check(case, OPEN)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_conversation_at_the_wrap(case: Case) -> None:
    for isn in NEAR_WRAP:
        check(case, OPEN, Script(client_isn=isn, server_isn=isn - 3))
