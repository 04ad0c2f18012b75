"""A recording is whole, or it is said how much is lost."""

import pytest

from tests.bench.errors import BenchError
from tests.bench.stage import lost_frames

COUNTS = """\
{captured} packets captured
{received} packets received by filter
{dropped} packets dropped by kernel
"""


@pytest.mark.parametrize(
    ("captured", "received", "dropped", "lost"),
    [
        pytest.param(1000, 1000, 0, 0, id="whole"),
        pytest.param(916_654, 1_110_238, 193_584, 193_584, id="dropped by the kernel"),
        pytest.param(900, 1000, 0, 100, id="left unread at the end"),
        pytest.param(1, 1, 0, 0, id="one"),
    ],
)
def test_lost_frames_are_those_that_were_not_written(captured: int, received: int, dropped: int, lost: int) -> None:
    said = COUNTS.format(captured=captured, received=received, dropped=dropped).replace("\n1 packets", "\n1 packet")
    assert lost_frames(said) == lost


def test_an_interface_that_drops_is_another_matter() -> None:
    assert lost_frames(COUNTS.format(captured=5, received=5, dropped=0) + "7 packets dropped by interface\n") == 0


def test_no_counts_are_no_zero() -> None:
    with pytest.raises(BenchError, match="does not count: tcpdump: no permission"):
        lost_frames("tcpdump: no permission\n")
