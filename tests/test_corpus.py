"""Captures that others recorded, held against what independent tools say of them.

The corpus lies beside the repository and nothing of it is copied here. How a report is compared with a truth is the
corpus' own business: its checker is loaded, not repeated.
"""

import ast
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import kacap
from kacap.errors import KacapError
from kacap.render.json import document, schema

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
TRUTH = ".truth.json"
RIGHT_STREAMS = 0.97
CHUNKS = 8

Compare = Callable[[Mapping[str, Any], Mapping[str, Any]], Iterator[tuple[int, list[str]]]]


def captures(folder: str) -> list[Path]:
    """The captures of a folder of the corpus; skips loudly where there is none."""
    root = CORPUS / folder
    if not root.is_dir():
        pytest.skip(f"no corpus at {root}: kacap was not held against captures of others")
    found = sorted(path for path in root.iterdir() if path.is_file() and path.suffix != ".json")
    assert found, f"{root} holds no capture"
    return found


def truths() -> list[Path]:
    """The truth files of dev/http, of which every capture has one."""
    return [path.with_name(path.name + TRUTH) for path in captures("dev/http")]


def read(path: Path) -> Mapping[str, Any]:
    """A truth; ValueError or OSError where it cannot be read."""
    truth: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if "streams" not in truth:
        raise ValueError("no streams")
    return truth


@cache
def checker() -> Compare:
    """`compare` of the corpus' checker, which runs itself when it is imported: only what it defines is loaded."""
    path = CORPUS / "check_corpus.py"
    definitions = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    tree.body = [part for part in tree.body if isinstance(part, definitions)]
    names: dict[str, Any] = {}
    exec(compile(tree, str(path), "exec"), names)
    compare: Compare = names["compare"]
    return compare


@cache
def validator() -> Draft202012Validator:
    Draft202012Validator.check_schema(schema())
    return Draft202012Validator(schema())


def report_on(path: Path) -> dict[str, Any]:
    """The report as a script reads it from `--json`."""
    loaded: dict[str, Any] = json.loads(json.dumps(document(kacap.analyze([str(path)]))))
    return loaded


def problems_with(report: dict[str, Any]) -> list[str]:
    return [f"{error.json_path}: {error.message[:200]}" for error in validator().iter_errors(report)]


def test_every_truth_can_be_read() -> None:
    damaged = []
    for path in truths():
        try:
            read(path)
        except (OSError, ValueError) as problem:
            damaged.append(f"{path.name}: {problem}")
    assert not damaged, "\n".join(damaged)


def test_streams_are_right() -> None:
    """Truths that cannot be read are named by the test above; here they count as wrong."""
    total = right = 0
    wrong = []
    for path in truths():
        name = path.name.removesuffix(TRUTH)
        try:
            truth = read(path)
        except (OSError, ValueError) as problem:
            total += 1
            wrong.append(f"{name}: the truth cannot be read: {problem}")
            continue
        compared = list(checker()(truth, report_on(path.with_name(name))))
        assert len(compared) == len(truth["streams"]), f"{name}: not every stream was compared"
        total += len(compared)
        right += sum(not differences for _, differences in compared)
        wrong += [f"{name} stream {stream}: {'; '.join(found)}" for stream, found in compared if found]
    assert right >= RIGHT_STREAMS * total, "\n".join([f"{right} of {total} streams are right", *wrong])


def test_nothing_is_invented() -> None:
    invented = [path.name for path in captures("dev/nohttp") if kacap.analyze([str(path)]).summary.exchanges]
    assert not invented


@pytest.mark.parametrize("chunk", range(CHUNKS))
@pytest.mark.parametrize("folder", ["dev/http", "dev/nohttp"])
def test_every_report_is_valid(folder: str, chunk: int) -> None:
    wrong = {path.name: problems_with(report_on(path)) for path in captures(folder)[chunk::CHUNKS]}
    assert not {name: problems for name, problems in wrong.items() if problems}


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_a_hostile_file_gives_a_valid_report_or_one_clear_line(chunk: int) -> None:
    wrong: dict[str, list[str]] = {}
    for path in captures("hostile")[chunk::CHUNKS]:
        try:
            problems = problems_with(report_on(path))
        except KacapError as refusal:
            problems = [] if len(str(refusal).splitlines()) == 1 else [f"not one line: {refusal}"]
        except Exception as escaped:
            escaped.add_note(f"while reading {path.name}")
            raise
        if problems:
            wrong[path.name] = problems
    assert not wrong
