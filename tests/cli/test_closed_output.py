"""Output that the caller closed is not wanted: that is no mistake, and no traceback."""

import subprocess
from pathlib import Path

import pytest

from tests.cli.command import COMMAND, HEALTHY, ROOT, environment


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_a_report_goes_nowhere(closed: str) -> None:
    words = " ".join(f"'{word}'" for word in (*COMMAND, "analyze", HEALTHY))
    ended = subprocess.run(
        ["sh", "-c", f"{words} {closed}"], capture_output=True, check=False, cwd=ROOT, env=environment(), timeout=60
    )
    assert ended.returncode == 0
    assert ended.stderr == b""
    assert bool(ended.stdout) == (closed == "2>&-")


def test_a_file_gets_its_report_all_the_same(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    words = " ".join(f"'{word}'" for word in (*COMMAND, "analyze", HEALTHY, "-o", report))
    subprocess.run(["sh", "-c", f"{words} >&- 2>&-"], check=True, cwd=ROOT, env=environment(), timeout=60)
    assert report.read_text(encoding="utf-8").startswith("{")
