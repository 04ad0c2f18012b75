"""What is run: the right command with the right core, and a clear line when there is none."""

import json
import os
import platform
import sys
from pathlib import Path

import pytest

from kacap import __version__, analyze
from tests.bench.errors import BenchError
from tests.bench.tools import Kacap, Tool, ask, environment, has_jobs, kacap

OPTIONS = """
Options:
  -p, --port N            Only this server port; repeatable.  [1<=x<=65535]
  {jobs}
  -h, --help              Show this message and exit.
"""


@pytest.mark.parametrize(
    "line",
    [
        "--jobs N                So many processes.",
        "-j, --jobs N            So many processes.",
        "-j,--jobs N             So many processes.",
        "│ --jobs  -j  INTEGER   So many processes. │",
        "│ -j  --jobs  INTEGER   So many processes. │",
    ],
)
def test_jobs_are_found_as_an_option(line: str) -> None:
    assert has_jobs(OPTIONS.format(jobs=line))


@pytest.mark.parametrize(
    "line", ["--queries               Show them; see --jobs.", "--jobs-file FILE        Another.", "-j N  Many jobs."]
)
def test_other_words_are_not_the_option(line: str) -> None:
    assert not has_jobs(OPTIONS.format(jobs=line))


def test_two_jobs_are_measured_where_they_can_be_asked_for() -> None:
    names = [tool.name for tool in Kacap("compiled", "python", "1", "3", True, {}).summaries()]
    assert names == ["kacap, compiled", "kacap, compiled, --jobs 2"]
    assert len(Kacap("compiled", "python", "1", "3", False, {}).summaries()) == 1


def test_the_places_of_a_command_are_filled() -> None:
    tool = Tool("any", ("any", "-r", "{capture}", "-o", "{scratch}", "-w", "/dev/null"))
    assert tool.command(Path("a.pcap"), Path("b")) == ["any", "-r", "a.pcap", "-o", "b", "-w", "/dev/null"]


def test_this_interpreter_is_asked_for_its_core() -> None:
    sample = Path(__file__).parents[2] / "captures" / "curl-tornado-http10.pcap"
    core = analyze([str(sample)]).kacap.core
    found = kacap(core, sys.executable)
    assert (found.version, found.python_version) == (__version__, platform.python_version())
    assert found.counts(sample) == (21, 2, 2)
    assert found.variables == ({"KACAP_PURE": "1"} if core == "pure" else {})


def test_a_folder_of_packages_comes_before_what_is_installed(tmp_path: Path) -> None:
    package = tmp_path / "kacap"
    package.mkdir()
    (package / "__init__.py").touch()
    said = json.dumps({"kacap": {"version": "9", "core": "compiled"}})
    (package / "__main__.py").write_text(f"print({said!r})", encoding="ascii")
    found = kacap("compiled", sys.executable, tmp_path)
    assert found.version == "9"
    assert {tool.variables["PYTHONPATH"].split(os.pathsep)[0] for tool in found.summaries()} == {str(tmp_path)}


def test_an_interpreter_with_the_other_core_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "python"
    other.write_text('#!/bin/sh\necho \'{"kacap": {"version": "1", "core": "pure"}}\'\n', encoding="ascii")
    other.chmod(0o755)
    with pytest.raises(BenchError, match="has the pure core of kacap, not the compiled one"):
        kacap("compiled", str(other))


def test_a_command_that_fails_is_told() -> None:
    with pytest.raises(BenchError, match=r"exit 3 from .*: why"):
        ask([sys.executable, "-c", "import sys; print('why', file=sys.stderr); sys.exit(3)"], {})
    with pytest.raises(BenchError, match="cannot run no-such-program"):
        ask(["no-such-program"], {})


def test_python_may_keep_what_it_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert "PYTHONDONTWRITEBYTECODE" not in environment({})
