"""A command is run to its end, and its memory is that of all its processes."""

import os
import sys
from pathlib import Path

import pytest

from tests.bench.errors import BenchError
from tests.bench.run import measure

MIB = 1 << 20
_HOLD = "import sys, time; held = b'x' * (int(sys.argv[1]) << 20); time.sleep(0.2)"
_TWO = """
import subprocess, sys, time
hold = "import sys; held = b'x' * (64 << 20); print(flush=True); sys.stdin.read()"
ends = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
children = [subprocess.Popen([sys.executable, "-c", hold], **ends) for _ in range(2)]
for child in children:
    child.stdout.readline()
time.sleep(0.2)
for child in children:
    child.communicate()
"""


def test_the_peak_of_a_process_is_seen(tmp_path: Path) -> None:
    usage = measure([sys.executable, "-c", _HOLD, "300"], os.environ, tmp_path, watch=True)
    assert 300 * MIB < usage.peak_bytes < 400 * MIB


def test_what_children_hold_is_added_up(tmp_path: Path) -> None:
    usage = measure([sys.executable, "-c", _TWO], os.environ, tmp_path, watch=True)
    assert usage.peak_bytes > 128 * MIB


def test_without_watching_the_peak_is_at_least_that_of_the_process(tmp_path: Path) -> None:
    assert measure([sys.executable, "-c", _HOLD, "300"], os.environ, tmp_path).peak_bytes > 300 * MIB


def test_time_is_counted(tmp_path: Path) -> None:
    usage = measure([sys.executable, "-c", "sum(range(10**6))"], os.environ, tmp_path)
    assert usage.seconds > 0
    assert usage.cpu_seconds > 0


def test_a_command_that_fails_is_told_with_its_last_line(tmp_path: Path) -> None:
    script = "import sys; print('first\\nlast', file=sys.stderr); sys.exit(3)"
    with pytest.raises(BenchError, match=r"^exit 3 from .*: last$"):
        measure([sys.executable, "-c", script], os.environ, tmp_path)


def test_a_command_runs_where_it_is_told_to(tmp_path: Path) -> None:
    measure([sys.executable, "-c", "open('here', 'w').close()"], os.environ, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["here"]
