"""An attempt that failed, and the address that the client went on with."""

import pytest

from kacap.verdict.fallbacks import Fallbacks
from tests.verdict.heard import heard

REFUSED = "connection A from [2001:db8::9]:51000 to [2001:db8::1]:{port}\nclient SYN\nserver RST ACK\n"
FOUR, SIX = "192.0.2.9:52000 to 192.0.2.1", "[2001:db8::9]:52000 to [2001:db8::2]"

TABLE = {
    # name: port of the failed attempt, the other connection, whether it makes up for it
    "at once, over the other version": (80, f"connection B from {FOUR}:80\n+1ms handshake", True),
    "within a second": (80, f"connection B from {FOUR}:80\n+999ms handshake", True),
    "much later": (80, f"connection B from {FOUR}:80\n+2s handshake", False),
    "to another port": (80, f"connection B from {FOUR}:81\n+1ms handshake", False),
    "over the same version": (80, f"connection B from {SIX}:80\n+1ms handshake", False),
    "refused as well": (80, f"connection B from {FOUR}:80\n+1ms client SYN\nserver RST ACK", False),
}


@pytest.mark.parametrize(("port", "other", "made_up"), TABLE.values(), ids=TABLE.keys())
def test_fallback(port: int, other: str, made_up: bool) -> None:
    records = heard(REFUSED.format(port=port) + other)
    assert Fallbacks(records).has(records[0]) is made_up
