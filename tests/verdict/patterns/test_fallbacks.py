"""An attempt that failed, and the address that the client went on with."""

import pytest

from kacap.verdict.patterns.fallbacks import Fallbacks
from tests.verdict.heard import heard

REFUSED = "connection A from [2001:db8::9]:51000 to [2001:db8::1]:{port}\nclient SYN\nserver RST ACK\n"
FOUR, SIX = "192.0.2.9:52000 to 192.0.2.1", "[2001:db8::9]:52000 to [2001:db8::2]"

TABLE = {
    # name: port of the failed attempt, the other connection, whether it makes up for it
    "at once, over the other version": (80, f"connection B from {FOUR}:80\n+1ms handshake", True),
    "at once, as it was refused": (80, f"connection B from {FOUR}:80\n+250ms handshake", True),
    "later than one that was refused": (80, f"connection B from {FOUR}:80\n+251ms handshake", False),
    "with another client beside it": (
        80,
        f"connection B from {FOUR}:80\n+1ms handshake\nconnection C from 192.0.2.77:52000 to 192.0.2.1:80\nhandshake",
        False,
    ),
    "twice by one client": (
        80,
        f"connection B from {FOUR}:80\n+1ms handshake\nconnection C from 192.0.2.9:52001 to 192.0.2.1:80\nhandshake",
        True,
    ),
    "to another port": (80, f"connection B from {FOUR}:81\n+1ms handshake", False),
    "over the same version": (80, f"connection B from {SIX}:80\n+1ms handshake", False),
    "refused as well": (80, f"connection B from {FOUR}:80\n+1ms client SYN\nserver RST ACK", False),
}


@pytest.mark.parametrize(("after", "made_up"), [("+999ms", True), ("+2s", False)])
def test_an_attempt_without_answer_is_given_up_within_a_second(after: str, made_up: bool) -> None:
    silent = "connection A from [2001:db8::9]:51000 to [2001:db8::1]:80\nclient SYN\n"
    records = heard(f"{silent}connection B from {FOUR}:80\n{after} handshake")
    assert Fallbacks(records).has(records[0]) is made_up


@pytest.mark.parametrize(("port", "other", "made_up"), TABLE.values(), ids=TABLE.keys())
def test_fallback(port: int, other: str, made_up: bool) -> None:
    records = heard(REFUSED.format(port=port) + other)
    assert Fallbacks(records).has(records[0]) is made_up
