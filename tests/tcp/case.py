"""A row of a table: what is said, and what is to be heard of it."""

from typing import NamedTuple

from tests.tcp.listener import heard
from tests.tcp.script import Script


class Case(NamedTuple):
    name: str
    said: str
    heard: str
    counted: str = ""
    """Every counter that is not zero."""


def check(case: Case, before: str = "", script: Script | None = None) -> None:
    """Whether a tracker hears what it should, and counts nothing else than it should."""
    listener = heard(before + case.said, script=script)
    assert listener.take() == case.heard
    assert listener.counted == case.counted
