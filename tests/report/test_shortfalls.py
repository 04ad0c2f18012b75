"""What the reader is warned of."""

from collections import Counter

import pytest

from kacap.report.shortfalls import ports_not_seen

OTHER = "no connection to port 9999; ports seen: "


@pytest.mark.parametrize(
    ("asked", "seen", "lines"),
    [
        (set(), [8880], []),
        ({8880}, [8880], []),
        ({9999}, [8880, 8880], [OTHER + "8880"]),
        ({9999, 80}, [8880], ["no connection to port 80, 9999; ports seen: 8880"]),
        ({9999, 8880}, [80, 8880, 80], [OTHER + "80, 8880"]),
        ({9999}, [1, 2, 3, 4, 5, 6, 7], [OTHER + "1, 2, 3, 4, 5, and 2 more"]),
        ({9999}, [], [OTHER + "none"]),
    ],
)
def test_a_port_that_nobody_connected_to(asked: set[int], seen: list[int], lines: list[str]) -> None:
    assert ports_not_seen(asked, Counter(seen)) == lines
