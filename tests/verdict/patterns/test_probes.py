"""What tells a health probe: a name, or a constant period and a request like a probe's, or none."""

import pytest

from kacap.verdict.patterns.probes import probes_of
from tests.verdict.heard import heard

PLAIN = "client GET /health | Host: a\n+1ms server 200 | Content-Length: 2 || ok\nclient closes"
NAMED = "client GET / | User-Agent: ELB-HealthChecker/2.0\n+1ms server 200 | Content-Length: 2 || ok\nclient closes"
HAPROXY = "client OPTIONS / HTTP/1.0\n+1ms server 200 | Content-Length: 0\nserver closes"
WORK = "client GET /jobs | Host: a\n+1ms server 200 | Content-Length: 2 || ok\nclient closes"
POST = "client POST /health | Content-Length: 2 || ab\n+1ms server 200 | Content-Length: 2 || ok\nclient closes"
TWICE = "client GET /health | Host: a\n+1ms server 200 | Content-Length: 0\n" * 2 + "client closes"
NOTHING = "client RST ACK"


def at_intervals(said: str, *seconds: float) -> str:
    """A connection on which `said` is said, again after each of `seconds`."""
    return "\n".join(f"connection\n+{wait}s handshake\n{said}" for wait in (0, *seconds))


REGULAR = (5, 5, 5.2)

TABLE = {
    # name: lines, probes, their period in seconds, whether a name told
    "named, and regular": (at_intervals(NAMED, *REGULAR), 4, 5, True),
    "named, and not regular": (at_intervals(NAMED, 1, 9), 3, None, True),
    "a single one that is named": (at_intervals(NAMED), 1, None, True),
    "a target to be probed": (at_intervals(PLAIN, *REGULAR), 4, 5, False),
    "the check of HAProxy": (at_intervals(HAPROXY, 2, 2, 2), 4, 2, False),
    "the handshake alone": (at_intervals(NOTHING, *REGULAR), 4, 5, False),
    "one is missing in a long row": (at_intervals(PLAIN, 5, 5, 10, 5, 5), 6, 5, False),
    "too few": (at_intervals(PLAIN, 5, 5), 0, None, False),
    "not regular": (at_intervals(PLAIN, 2, 9, 4, 7), 0, None, False),
    "too often": (at_intervals(PLAIN, 0.5, 0.5, 0.5, 0.5), 0, None, False),
    "work at intervals": (at_intervals(WORK, *REGULAR), 0, None, False),
    "a request with a body": (at_intervals(POST, *REGULAR), 0, None, False),
    "two requests on each": (at_intervals(TWICE, *REGULAR), 0, None, False),
}


@pytest.mark.parametrize(("lines", "count", "seconds", "named"), TABLE.values(), ids=TABLE.keys())
def test_probes(lines: str, count: int, seconds: float | None, named: bool) -> None:
    found = probes_of(heard(lines))
    assert len(found) == count
    for probe in found.values():
        assert probe.named is named
        assert (probe.period_ns is None) == (seconds is None)
        assert seconds is None or abs((probe.period_ns or 0) - seconds * 1e9) < 0.05e9
