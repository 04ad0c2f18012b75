"""The check of README.md notices what it is there to notice."""

import re

import pytest

from kacap.verdict.causes import CAUSES
from tests.check_readme import BLOCKS, README, ReadmeError, causes_table, example_output, output, renewed

PAGE = "before\n<!-- block: one -->\nold\n<!-- end: one -->\nafter <!-- a comment -->\n"


def one(_readme: str) -> str:
    return "new\n"


def test_a_block_is_made_anew_and_the_rest_stays() -> None:
    assert renewed(PAGE, {"one": one}) == PAGE.replace("old", "new")


def test_a_right_page_stays_as_it_is() -> None:
    page = renewed(PAGE, {"one": one})
    assert renewed(page, {"one": one}) == page


def test_a_backslash_in_an_output_stays() -> None:
    assert "\\1 \\g<name>\n" in renewed(PAGE, {"one": lambda _readme: "\\1 \\g<name>\n"})


@pytest.mark.parametrize(
    "page",
    [
        pytest.param("no markers\n", id="missing"),
        pytest.param(PAGE + PAGE, id="doubled"),
        pytest.param(PAGE.replace("<!-- end: one -->\n", ""), id="not closed"),
        pytest.param(PAGE + PAGE.replace("one", "two"), id="unknown"),
        pytest.param(PAGE + "<!-- end: one -->\n", id="closed twice"),
    ],
)
def test_a_page_with_wrong_markers_is_refused(page: str) -> None:
    with pytest.raises(ReadmeError):
        renewed(page, {"one": one})


def test_a_command_that_fails_is_not_shown() -> None:
    with pytest.raises(ReadmeError, match="exit 3"):
        output("-c", "raise SystemExit(3)")


def test_output_has_no_colour_and_no_trailing_blanks() -> None:
    script = "import os; print(os.environ['NO_COLOR'], os.environ['COLUMNS'], '  ')"
    assert output("-c", script) == "1 100"


def test_the_example_is_run() -> None:
    assert example_output("x\n```python\nprint(6 * 7)\n```\n") == "```text\n42\n```\n"


def test_a_page_without_an_example_is_refused() -> None:
    with pytest.raises(ReadmeError, match="python example"):
        example_output("nothing here")


def test_the_table_has_a_row_for_each_cause() -> None:
    assert re.findall(r"^\| `([a-z0-9-]+)` \|", causes_table(""), re.MULTILINE) == [cause.id for cause in CAUSES]


def test_the_readme_has_the_markers_of_every_block() -> None:
    page = README.read_text(encoding="utf-8")
    assert renewed(page, dict.fromkeys(BLOCKS, one)).count("-->\nnew\n<!-- end") == len(BLOCKS)
