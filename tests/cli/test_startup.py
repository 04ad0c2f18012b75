"""`--help` is quick: a command loads its rooms when it runs."""

import subprocess
import sys
from pathlib import Path
from time import perf_counter

import pytest

from tests.cli.command import COMMAND, HEALTHY, ROOT

LOADED_FOR_HELP = {
    "kacap",
    "kacap.cli",
    "kacap.cli.analyze",
    "kacap.cli.app",
    "kacap.cli.explain",
    "kacap.cli.interfaces",
    "kacap.cli.live",
    "kacap.cli.options",
    "kacap.cli.run",
    "kacap.core",
    "kacap.live",
    "kacap.render",
    "kacap.render.detail",
    "kacap.version",
}


def loaded_by(code: str) -> set[str]:
    listing = f"import sys\n{code}\nprint(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(ended.stdout.split())


def seconds(*command: str) -> float:
    """The best of five."""

    def once() -> float:
        start = perf_counter()
        subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
        return perf_counter() - start

    return min(once() for _ in range(5))


def test_the_command_line_loads_no_room() -> None:
    loaded = loaded_by("import kacap.cli.app")
    assert {name for name in loaded if name.partition(".")[0] == "kacap"} == LOADED_FOR_HELP
    assert not loaded & {"rich.console", "dpkt", "scapy", "pyshark"}


def test_help_costs_little_more_than_its_libraries() -> None:
    libraries = seconds(sys.executable, "-c", "import typer, rich")
    assert seconds(*COMMAND, "--help") < 1.8 * libraries


def loaded_by_analyzing(tmp_path: Path, *words: str) -> set[str]:
    command = ["analyze", str(HEALTHY), "-o", str(tmp_path / "report"), *words]
    return loaded_by(f"from kacap.cli.app import app\napp({command!r}, standalone_mode=False)")


@pytest.mark.parametrize("words", [("--json",), ("--json", "--detail", "summary")])
def test_json_loads_no_rich_console(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert not loaded_by_analyzing(tmp_path, *words) & {"rich.console", "kacap.render.terminal", "jsonschema"}


@pytest.mark.parametrize("words", [("--json",), ()])
def test_a_summary_loads_no_rows(tmp_path: Path, words: tuple[str, ...]) -> None:
    rows = {"kacap.report.rows", "kacap.report.connection"}
    assert not loaded_by_analyzing(tmp_path, "--detail", "summary", *words) & rows
    assert rows <= loaded_by_analyzing(tmp_path, "--detail", "connections", *words)
