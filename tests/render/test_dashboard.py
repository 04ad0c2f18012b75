"""The dashboard: goldens to read, and what must hold on any screen, whatever a capture says."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from kacap.render.dashboard import dashboard
from kacap.render.glance_lanes import lanes_now
from kacap.report.glance import Glance, Standing
from kacap.verdict.words import Verdict
from tests.render.glances import GLANCES, NOTHING, busy, hostile, lane, standing
from tests.render.golden import assert_golden
from tests.render.screen import Screen, printed

GOLDENS = Path(__file__).parent / "goldens" / "dashboard"
SIZES = [(80, 24), (160, 50)]
SILLY = [(1, 1), (5, 2), (20, 5), (40, 10), (60, 3), (79, 24), (80, 4), (80, 6), (100, 200), (300, 100)]


def shown(glance: Glance, width: int = 80, height: int = 24, *, encoding: str = "utf-8") -> list[str]:
    screen = Screen(max(width, 1), encoding=encoding)
    screen.console.print(dashboard(glance, width, height), end="")
    return screen.text.split("\n")[:-1]


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("name", GLANCES)
def test_golden(name: str, width: int, height: int) -> None:
    text = "\n".join(shown(GLANCES[name], width, height)) + "\n"
    assert_golden(GOLDENS / f"{name}-{width}x{height}.txt", text)


def test_golden_ascii() -> None:
    lines = shown(GLANCES["busy"], encoding="ascii")
    assert_golden(GOLDENS / "busy-80x24-ascii.txt", "\n".join(lines) + "\n")
    assert all(line.isascii() for line in lines)


@pytest.mark.parametrize(("width", "height"), SIZES + SILLY)
@pytest.mark.parametrize("name", GLANCES)
def test_it_fills_the_screen_and_no_more(name: str, width: int, height: int) -> None:
    lines = shown(GLANCES[name], width, height)
    assert len(lines) == height
    assert max(map(cell_len, lines)) <= width


@given(st.integers(1, 320), st.integers(1, 110), st.integers(0, 30), st.integers(0, 20), st.integers(0, 16))
@settings(max_examples=60, deadline=None)
def test_whatever_there_is_it_fits(width: int, height: int, pairs: int, ended: int, lanes: int) -> None:
    glance = busy(pairs)
    lines = shown(replace(glance, ended=glance.ended[:ended], lanes=glance.lanes[:lanes]), width, height)
    assert (len(lines), max(map(cell_len, lines)) <= width) == (height, True)


@given(st.text(st.characters(exclude_categories=())), st.sampled_from([20, 80, 160]))
@settings(max_examples=40, deadline=None)
def test_no_text_of_a_capture_reaches_the_terminal_as_control(text: str, width: int) -> None:
    assert all(character.isprintable() for line in shown(hostile(text), width) for character in line)


def test_colour_adds_escape_sequences_and_changes_no_letter() -> None:
    screen = Screen(80, colour=True)
    screen.console.print(dashboard(GLANCES["dropping"], 80, 24), end="")
    assert "\x1b[1;31mNOT REUSED" in screen.text
    plain = re.sub(r"\x1b\[[0-9;]*m", "", screen.text).split("\n")[:-1]
    assert [line.rstrip() for line in plain] == shown(GLANCES["dropping"])


def test_the_verdict_stands_first_and_how_to_end_last() -> None:
    lines = shown(GLANCES["busy"])
    assert lines[0].startswith("NOT REUSED  12,355 connections for 12,845 exchanges; 74 would have done")
    assert lines[-1].endswith("Ctrl-C: the report")


def test_on_the_smallest_screens_the_verdict_stays() -> None:
    assert shown(GLANCES["busy"], 20, 1) == ["NOT REUSED"]
    assert shown(GLANCES["busy"], 80, 1)[0].startswith("NOT REUSED")


def test_drops_are_loud_and_only_when_there_are_any() -> None:
    assert "no drops" in shown(GLANCES["busy"])[-1]
    assert shown(GLANCES["dropping"])[-2].startswith(" 1,234 FRAMES DROPPED ")
    unknown = shown(replace(GLANCES["busy"], dropped_frames=None))
    assert not any("drop" in line.lower() for line in unknown)
    screen = Screen(80, colour=True)
    screen.console.print(dashboard(GLANCES["dropping"], 80, 24), end="")
    assert "\x1b[1;7;31m 1,234 FRAMES DROPPED " in screen.text


def test_who_reads_too_slowly_says_so() -> None:
    assert shown(GLANCES["dropping"])[-1].startswith("2.34 s behind · eth0")
    assert not any("behind" in line for line in shown(GLANCES["busy"]))


@pytest.mark.parametrize("frames", [1, 2])
def test_even_where_little_fits_drops_are_said(frames: int) -> None:
    assert any("DROPPED" in line for line in shown(replace(busy(), dropped_frames=frames), 30, 6))


@pytest.mark.parametrize(
    ("summary", "said"),
    [
        (standing(Verdict.NO_OPPORTUNITY), "WAITING  no HTTP/1 exchange yet"),
        (standing(Verdict.INCONCLUSIVE, connections=1), "WAITING  no HTTP/1 exchange yet in 1 connection"),
        (
            standing(Verdict.INCONCLUSIVE, connections=2, used=2, exchanges=3),
            "INCONCLUSIVE  2 connections for 3 exchanges seen; the capture misses some of what was said",
        ),
        (standing(Verdict.REUSED, used=1, exchanges=3), "REUSED  1 connection for 3 exchanges; none was avoidable"),
        (
            standing(Verdict.REUSED, used=9, exchanges=3000, avoidable_connections=8, needed_connections=1),
            "REUSED  9 connections for 3,000 exchanges; 8 avoidable, which is little",
        ),
    ],
)
def test_sentences(summary: Standing, said: str) -> None:
    assert shown(replace(NOTHING, summary=summary), 120)[0] == said


def test_what_all_pairs_have_in_common_stands_in_the_header() -> None:
    glance = GLANCES["busy"]
    assert any(line.startswith("  192.0.2.9 → ") for line in shown(glance))
    turned = tuple(replace(pair, client=f"192.0.2.{at}", server="192.0.2.1:80") for at, pair in enumerate(glance.pairs))
    assert any(line.startswith("  → 192.0.2.1:80 ") for line in shown(replace(glance, pairs=turned)))
    mixed = tuple(replace(pair, client=f"192.0.2.{at}") for at, pair in enumerate(glance.pairs))
    narrow, wide = shown(replace(glance, pairs=mixed)), shown(replace(glance, pairs=mixed), 160)
    assert any(line.startswith("  192.0.2.0 ") for line in narrow)
    assert any(line == "  → 192.0.2.1:8880" for line in narrow)
    assert any(line.startswith("  192.0.2.0 → 192.0.2.1:8880 ") for line in wide)


def test_lanes_begin_and_end_as_connections_do() -> None:
    whole = lane(3, busy=(), first_time_ns=NOTHING.time_ns - 5 * 10**9, closed_at_ns=NOTHING.time_ns - 2 * 10**9)
    rows = (
        whole,
        replace(whole, reset=True),
        replace(whole, opened=False, closed_at_ns=None),
        replace(whole, first_time_ns=NOTHING.time_ns - 50 * 10**9, http=False),
    )
    drawn = [line[9:] for line in printed(lanes_now(replace(NOTHING, lanes=rows), 59, 6), 59).split("\n")[1:5]]
    assert drawn == [
        " " * 25 + "├" + "─" * 14 + "┤",
        " " * 25 + "├" + "─" * 14 + "✗",
        " " * 25 + "─" * 25,
        "┈" * 40 + "┤",
    ]


def test_a_sentence_of_two_lines_costs_no_figure() -> None:
    summary = standing(
        Verdict.REUSED,
        used=2_390,
        exchanges=119_178,
        needed_connections=5,
        avoidable_connections=2_385,
        reuse_rate=0.98,
    )
    head = shown(replace(busy(), summary=summary))[:4]
    assert "which is" in head[0]
    assert head[3].startswith("        now: 0 open")


@pytest.mark.parametrize("width", range(60, 120))
def test_what_does_not_fit_at_the_foot_is_left_out_and_never_cut(width: int) -> None:
    lines = shown(GLANCES["dropping"], width)[-2:]
    assert not any("…" in line for line in lines)
    assert lines[1].startswith("2.34 s behind · eth0 · 1,487 frames/s")
    assert lines[0].endswith(("DROPPED", "the counts are too low"))


def test_before_the_first_frame_nothing_is_said_to_have_lasted() -> None:
    assert shown(NOTHING)[-1].split("  ")[0] == "0 frames/s · 0 B/s"


def test_a_column_stays_when_all_pairs_say_the_same_in_it() -> None:
    pairs = tuple(replace(each, standing=replace(each.standing, idle=0, open=4)) for each in busy().pairs)
    assert any(
        line.split()[-7:] == ["verdict", "open", "idle", "new/s", "exchanges", "reused", "avoidable"]
        for line in shown(replace(busy(), pairs=pairs))
    )
