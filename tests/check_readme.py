"""README.md shows what the program says, not what it once said.

    python -m tests.check_readme            compare; exit 1 and a diff for every block that differs
    python -m tests.check_readme --write    write the blocks anew

A block stands between `<!-- block: NAME -->` and `<!-- end: NAME -->`. What is between is made here, never by hand.
The Python example is written by hand, and run: the block below it holds what it prints.
"""

import argparse
import difflib
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from itertools import groupby
from pathlib import Path

from kacap.verdict.causes import CAUSES
from tests.bench.folders import COMMITTED
from tests.bench.page import page
from tests.bench.results import load

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
COLUMNS = 100

_BLOCK = re.compile(
    r"(?P<begin><!-- block: (?P<name>[a-z0-9-]+) -->\n)(?P<body>.*?)(?P<end><!-- end: (?P=name) -->)", re.DOTALL
)
_MARKER = re.compile(r"<!-- (?:block|end): ([a-z0-9-]+) -->")
_PYTHON = re.compile(r"^```python\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE)


class ReadmeError(Exception):
    """The README or a command that it shows is broken: one line that says which."""


def output(*command: str) -> str:
    """What Python prints for these arguments, at a fixed width and without colour.

    Raises ReadmeError when the command fails.
    """
    plain = {"COLUMNS": str(COLUMNS), "NO_COLOR": "1", "TERM": "dumb", "PYTHONIOENCODING": "utf-8"}
    environment = {name: value for name, value in os.environ.items() if name not in {"FORCE_COLOR", "LINES"}} | plain
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode != 0:
        raise ReadmeError(f"exit {done.returncode} from python {' '.join(command)}\n{done.stderr.strip()}")
    return "\n".join(line.rstrip() for line in done.stdout.strip("\n").splitlines())


def shown(*arguments: str) -> Callable[[str], str]:
    """A block with a kacap command and its output."""

    def block(_readme: str) -> str:
        return f"```console\n$ kacap {' '.join(arguments)}\n{output('-m', 'kacap', *arguments)}\n```\n"

    return block


def causes_table(_readme: str) -> str:
    """The rows of the causes as a table, each group under its heading."""
    lines = ["| id | what it is | decided by |", "| --- | --- | --- |"]
    for group, causes in groupby(CAUSES, key=lambda cause: cause.group):
        lines.append(f"| **{group}** | | |")
        lines += (f"| `{cause.id}` | {cause.title} | {' or '.join(cause.deciders)} |" for cause in causes)
    return "\n" + "\n".join(lines) + "\n\n"


def example_output(readme: str) -> str:
    """What the Python example of the README prints."""
    example = _PYTHON.search(readme)
    if example is None:
        raise ReadmeError("README.md has no ```python example")
    return f"```text\n{output('-c', example['code'])}\n```\n"


def speed(_readme: str) -> str:
    """What the bench measured when it was last told to keep it; nothing is measured here."""
    return f"\n{page(load(COMMITTED))}\n"


BLOCKS: Mapping[str, Callable[[str], str]] = {
    "reused": shown("analyze", "captures/urllib3-pool-gunicorn-gevent.pcap"),
    "not-reused": shown("analyze", "captures/curl-tornado-http10.pcap"),
    "help": shown("--help"),
    "help-analyze": shown("analyze", "--help"),
    "help-live": shown("live", "--help"),
    "help-run": shown("run", "--help"),
    "help-interfaces": shown("interfaces", "--help"),
    "causes": causes_table,
    "speed": speed,
    "example-output": example_output,
}


def renewed(readme: str, blocks: Mapping[str, Callable[[str], str]]) -> str:
    """The README with every block made anew.

    Raises ReadmeError for a block that is missing, doubled, not closed, or unknown.
    """
    names = [match["name"] for match in _BLOCK.finditer(readme)]
    markers = _MARKER.findall(readme)
    wrong = set(names) ^ set(blocks) | {name for name in markers if markers.count(name) != 2}
    if wrong:
        raise ReadmeError(f"README.md: each block stands once, between its markers: {', '.join(sorted(wrong))}")
    return _BLOCK.sub(lambda match: match["begin"] + blocks[match["name"]](readme) + match["end"], readme)


def main() -> int:
    """Compare or write; 0 when README.md is right."""
    parser = argparse.ArgumentParser(description="Hold README.md against what the program says.")
    parser.add_argument("--write", action="store_true", help="write the blocks anew")
    write = parser.parse_args().write
    before = README.read_text(encoding="utf-8")
    try:
        after = renewed(before, BLOCKS)
    except ReadmeError as error:
        print(f"check_readme: {error}", file=sys.stderr)
        return 1
    if before == after:
        return 0
    if write:
        README.write_text(after, encoding="utf-8")
        return 0
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), "README.md", "what the program says", lineterm=""
    )
    print("\n".join(lines))
    print("check_readme: README.md is out of date: make readme", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
