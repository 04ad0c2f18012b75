"""`kacap explain`."""

from kacap.verdict.causes import CAUSES
from tests.cli.command import kacap


def test_lists_all() -> None:
    ended = kacap("explain", COLUMNS="200")
    assert (ended.code, ended.err) == (0, "")
    assert all(f"  {cause.id} " in ended.out and cause.title in ended.out for cause in CAUSES)


def test_one_in_full() -> None:
    cause = CAUSES[0]
    ended = kacap("explain", cause.id)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(cause.title)
    assert "On the wire" in ended.out


def test_an_id_in_capital_letters() -> None:
    assert kacap("explain", CAUSES[0].id.upper()) == kacap("explain", CAUSES[0].id)
    misspelt = kacap("explain", CAUSES[0].id.upper()[:-2])
    assert misspelt.complaint.endswith(f"did you mean {CAUSES[0].id}?")


def test_unknown_id_suggests_the_nearest() -> None:
    ended = kacap("explain", CAUSES[0].id[:-2])
    assert ended.code == 2
    assert ended.complaint.endswith(f"did you mean {CAUSES[0].id}?")


def test_unknown_id_unlike_any_other() -> None:
    ended = kacap("explain", "\x1b[2Jzzz")
    assert ended.code == 2
    assert ended.complaint == r"no cause is named \x1b[2Jzzz; kacap explain lists them"
