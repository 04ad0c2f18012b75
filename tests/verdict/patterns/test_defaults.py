"""Whose default an idle time is: the value must fit, and no header may contradict."""

import pytest

from kacap.verdict.patterns.defaults import DEFAULTS, fitting, lazy_within
from kacap.verdict.words import Side

SECOND = 1_000_000_000


def stacks(side: Side, seconds: float, name: str | None) -> list[str]:
    return [each.stack for each in fitting(side, round(seconds * SECOND), name)]


@pytest.mark.parametrize(
    ("side", "seconds", "name", "found"),
    [
        (Side.SERVER, 2.002, "gunicorn", ["gunicorn"]),
        (Side.SERVER, 2.002, "uvicorn", []),
        (Side.SERVER, 5.001, "uvicorn", ["uvicorn"]),
        (Side.SERVER, 5.001, "Apache/2.4", ["Apache httpd"]),
        (Side.SERVER, 5.001, None, ["uvicorn", "Apache httpd"]),
        (Side.SERVER, 4.9, "uvicorn", []),
        (Side.SERVER, 5.5, "uvicorn", []),
        (Side.CLIENT, 15.0, "Python/3.11 aiohttp/3.9", ["aiohttp"]),
        (Side.CLIENT, 15.0, "python-requests/2", []),
        (Side.CLIENT, 5.0, "python-httpx/0.28", []),
    ],
)
def test_fitting(side: Side, seconds: float, name: str | None, found: list[str]) -> None:
    assert stacks(side, seconds, name) == found


def test_a_lazy_client_is_named_by_its_header_and_the_range() -> None:
    assert [each.stack for each in lazy_within(SECOND, 6 * SECOND, "python-httpx/0.28")] == ["httpx"]
    assert lazy_within(SECOND, 4 * SECOND, "python-httpx/0.28") == ()
    assert lazy_within(SECOND, 6 * SECOND, None) == ()


def test_names_are_lower_case() -> None:
    assert [each for each in DEFAULTS if any(name != name.lower() for name in each.names)] == []
