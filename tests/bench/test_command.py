"""The command line refuses what it cannot do, in one line."""

import subprocess
import sys

from tests.bench.folders import ROOT


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.bench", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_a_part_that_is_not_there_is_refused() -> None:
    done = bench("small", "tiny")
    assert done.returncode == 2
    assert "there is no part tiny" in done.stderr


def test_a_count_that_is_none_is_refused() -> None:
    assert bench("--rounds", "0").returncode == 2


def test_help_names_all_parts() -> None:
    assert "small, close, bodies, memory" in bench("--help").stdout
