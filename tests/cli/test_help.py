"""The words of the command line are a contract: help and version, to the letter."""

from pathlib import Path

import pytest

from kacap.core import core
from kacap.version import __version__
from tests.cli.command import kacap
from tests.render.golden import assert_golden

COMMANDS = ("analyze", "live", "run", "explain", "interfaces")
GOLDENS = Path(__file__).parent / "goldens"


@pytest.mark.parametrize("words", [(), *((name,) for name in COMMANDS)], ids=["kacap", *COMMANDS])
def test_help(words: tuple[str, ...]) -> None:
    ended = kacap(*words, "--help")
    assert (ended.code, ended.err) == (0, "")
    assert_golden(GOLDENS / f"help{''.join(f'-{word}' for word in words)}.txt", ended.out)
    assert kacap(*words, "-h").out == ended.out


def test_without_words_there_is_help_and_no_error() -> None:
    ended = kacap()
    assert (ended.code, ended.out) == (0, kacap("--help").out)


def test_version() -> None:
    ended = kacap("--version")
    assert (ended.code, ended.out) == (0, f"kacap {__version__} ({core()})\n")
