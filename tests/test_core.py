"""Both cores, the pure and the compiled, say the same of every capture; and each runs where it is asked for.

The compiled one is what `make compile` leaves in `.compiled`, which no other test looks at. `make test-compiled` runs
all tests on it and sets KACAP_EXPECT_CORE, so that they cannot run on the pure one unnoticed.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from kacap.core import core

ROOT = Path(__file__).parents[1]
COMPILED = ROOT / ".compiled"
CAPTURES = ROOT / "captures"
CORPUS = ROOT.parent / "shared" / "corpus" / "dev"
CHUNKS = 4

REPORTS = """
import json, sys
import kacap
from kacap.core import core
from kacap.errors import KacapError
from kacap.render.json import document

print(core())
for line in sys.stdin:
    try:
        report = document(kacap.analyze(line.removesuffix("\\n")))
    except KacapError as problem:
        print(problem)
    else:
        assert report["kacap"].pop("core") == core()
        print(json.dumps(report))
"""
"""Paths of captures → the core, and a line for each: its report, but for the core's name, or what is wrong with it."""


def sources(folder: Path) -> dict[str, str]:
    """The modules of the package in this folder, and digests of what they hold."""
    paths = (folder / "kacap").rglob("*.py")
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def run(folder: Path, *words: str, given: str = "", **variables: str) -> list[str]:
    """The lines that Python prints for these words with the package of `folder`."""
    kept: Mapping[str, str] = {name: value for name, value in os.environ.items() if name != "KACAP_PURE"}
    environment = {**kept, "PYTHONPATH": str(folder), "PYTHONSAFEPATH": "1", "PYTHONIOENCODING": "utf-8", **variables}
    command = [sys.executable, *words]
    ended = subprocess.run(command, input=given, capture_output=True, encoding="utf-8", env=environment, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.splitlines()


@pytest.fixture(scope="module")
def compiled() -> Path:
    """Where the compiled package lies; skips where there is none, or one of other sources."""
    if not COMPILED.is_dir():
        pytest.skip(f"no {COMPILED}: the compiled core was not held against the pure one; see make compile")
    if sources(COMPILED) != sources(ROOT):
        pytest.skip(f"{COMPILED} was made of other sources: make clean compile")
    return COMPILED


def agree(compiled: Path, paths: list[Path]) -> None:
    """Both cores say the same of these captures."""
    given = "".join(f"{path}\n" for path in paths)
    name, *found = run(compiled, "-c", REPORTS, given=given)
    pure_name, *expected = run(ROOT, "-c", REPORTS, given=given, KACAP_PURE="1")
    assert (name, pure_name) == ("compiled", "pure")
    assert len(found) == len(expected) == len(paths)
    assert [path.name for path, a, b in zip(paths, found, expected, strict=True) if a != b] == []


def test_the_tests_run_on_the_core_that_is_meant() -> None:
    assert core() == os.environ.get("KACAP_EXPECT_CORE", "pure")


def test_a_compiled_package_can_be_run_pure(compiled: Path) -> None:
    (version,) = run(compiled, "-m", "kacap", "--version")
    assert version.endswith(" (compiled)")
    assert run(compiled, "-m", "kacap", "--version", KACAP_PURE="1") == [version.replace("compiled", "pure")]
    listing = "import sys, kacap.analyzer\nprint(*(m.__file__ for m in sys.modules.values() if hasattr(m, '__file__')))"
    (loaded,) = run(compiled, "-c", listing, KACAP_PURE="1")
    ours = [path for path in loaded.split() if path.startswith(str(compiled))]
    assert len(ours) > 1
    assert all(path.endswith(".py") for path in ours)


def test_the_cores_agree_on_the_committed_captures(compiled: Path) -> None:
    agree(compiled, sorted(CAPTURES.glob("*.pcap*")))


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_the_cores_agree_on_captures_of_others(compiled: Path, chunk: int) -> None:
    if not CORPUS.is_dir():
        pytest.skip(f"no corpus at {CORPUS}: the cores were not compared on captures of others")
    paths = sorted(path for path in CORPUS.rglob("*") if path.is_file() and path.suffix != ".json")
    assert paths, f"{CORPUS} holds no capture"
    agree(compiled, paths[chunk::CHUNKS])
