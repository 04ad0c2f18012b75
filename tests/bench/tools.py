"""What is compared: commands that read one capture to its end.

kacap comes as two cores, pure and compiled, and where it has --jobs each is also measured with two. Of the others,
tcpdump only copies, tshark dissects, tcptrace follows TCP, and tcpflow follows TCP and writes every body to disk: a
file for each direction of a connection, here in folders of a thousand (-Fm), for one folder of all takes far longer.
"""

import json
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from captures.lab import debian
from captures.lab.errors import LabError
from tests.bench.errors import BenchError
from tests.bench.folders import ROOT

COPY = "tcpdump"
TSHARK = "tshark"
KACAP = {"compiled": "kacap, compiled", "pure": "kacap, pure"}
"""Core → the name of kacap as it runs by default with it."""
TWO_JOBS = ", --jobs 2"

LONG_SECONDS = 30.0

CAPTURE = "{capture}"
SCRATCH = "{scratch}"

_FIELDS = ("frame.number", "tcp.stream", "http.request.method", "http.response.code")
_SUMMARY = ("analyze", "--detail", "summary")
_SAMPLE = ROOT / "captures" / "curl-tornado-http10.pcap"
_VERSION_ARGUMENTS = {"tcpdump": "--version", "tshark": "--version", "tcptrace": "-v", "tcpflow": "-V"}
_VERSION_ARGUMENTS |= {"nginx": "-v", "wrk": "-v"}


@dataclass(frozen=True, slots=True)
class Tool:
    """A command; the words `{capture}` and `{scratch}` in it stand for a file to read and an empty folder."""

    name: str
    words: tuple[str, ...]
    variables: Mapping[str, str] = field(default_factory=dict)
    """What is added to the environment."""
    is_slow: bool = False
    """It sits out later rounds where its last took longer than `LONG_SECONDS`."""

    def command(self, capture: Path, scratch: Path) -> list[str]:
        """The words, with their places filled."""
        places = {CAPTURE: str(capture), SCRATCH: str(scratch)}
        return [places.get(word, word) for word in self.words]


@dataclass(frozen=True, slots=True)
class Kacap:
    """One installed kacap."""

    core: str
    python: str
    version: str
    python_version: str
    has_jobs: bool
    variables: Mapping[str, str]
    """What makes it run with its core."""

    def summaries(self) -> list[Tool]:
        """The command that is held against the other tools: by default, and with two jobs where that can be said."""
        words = (self.python, "-m", "kacap", *_SUMMARY)
        default = Tool(KACAP[self.core], (*words, CAPTURE), self.variables)
        shared = Tool(KACAP[self.core] + TWO_JOBS, (*words, "--jobs", "2", CAPTURE), self.variables)
        return [default, shared] if self.has_jobs else [default]

    def full(self) -> Tool:
        """The command that writes every connection and exchange."""
        words = (self.python, "-m", "kacap", "analyze", "--json", "-o", os.devnull, CAPTURE)
        return Tool(KACAP[self.core], words, self.variables)

    def counts(self, capture: Path) -> tuple[int, int, int]:
        """Frames, connections and exchanges of a capture."""
        said = ask([self.python, "-m", "kacap", *_SUMMARY, "--json", str(capture)], self.variables)
        report = json.loads(said)
        return report["capture"]["frames"], report["summary"]["connections"], report["summary"]["exchanges"]


def kacap(core: str, python: str, folder: Path | None = None) -> Kacap:
    """The kacap that an interpreter runs, or that lies in a folder of packages; BenchError when it has another core."""
    variables = {"KACAP_PURE": "1"} if core == "pure" else {}
    if folder is not None:
        others = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
        variables["PYTHONPATH"] = os.pathsep.join([str(folder), *others])
    found = json.loads(ask([python, "-m", "kacap", *_SUMMARY, "--json", str(_SAMPLE)], variables))["kacap"]
    if found["core"] != core:
        raise BenchError(f"{folder or python} has the {found['core']} core of kacap, not the {core} one")
    python_version = ask([python, "-c", "import platform; print(platform.python_version())"], variables).strip()
    offers_jobs = has_jobs(ask([python, "-m", "kacap", "analyze", "--help"], variables))
    return Kacap(core, python, found["version"], python_version, offers_jobs, variables)


def has_jobs(help_text: str) -> bool:
    """Whether `kacap analyze --help` offers --jobs, as an option and not within a sentence."""
    return re.search(r"^\W*(?:-\w,?\s*)?--jobs(?![\w-])", help_text, re.MULTILINE) is not None


def others() -> list[Tool]:
    """The other tools, the copy first, found or fetched; raises BenchError for one that is not to be had."""
    fields = [word for name in _FIELDS for word in ("-e", name)]
    only_http = ("-Y", "http.request or http.response", "-T", "fields", *fields)
    return [
        Tool(COPY, (find("tcpdump"), "-r", CAPTURE, "-w", os.devnull)),
        Tool("tcptrace", (find("tcptrace"), "-n", CAPTURE)),
        Tool(TSHARK, (find("tshark"), "-r", CAPTURE, *only_http), is_slow=True),
        Tool("tcpflow", (find("tcpflow"), "-Fm", "-r", CAPTURE, "-o", SCRATCH), is_slow=True),
    ]


def find(program: str) -> str:
    """The path of a program; raises BenchError with what to do when there is none."""
    try:
        return debian.find(program)
    except LabError as error:
        raise BenchError(str(error)) from None


def version(program: str) -> str:
    """The version that a program tells of itself; raises BenchError when it tells none."""
    asked = subprocess.run(
        [find(program), _VERSION_ARGUMENTS[program]],
        env=environment({}),
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    told = re.search(r"\d+(\.\d+)+", asked.stdout + asked.stderr)  # some tell it with an exit status of 1
    if told is None:
        raise BenchError(f"{program} does not tell its version")
    return told[0]


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """The whole environment of a command. Python keeps what it compiled there, as where nobody told it not to."""
    usual = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**usual, **debian.environment(), "PATH": debian.search_path(), **variables}


def ask(command: list[str], variables: Mapping[str, str]) -> str:
    """What a command prints; raises BenchError when it cannot be run or does not end with 0."""
    plain = {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}
    try:
        done = subprocess.run(
            command,
            cwd=os.sep,  # where no folder named kacap hides the installed one
            env=environment({**variables, **plain}),
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        raise BenchError(f"cannot run {command[0]}: {error.strerror}") from None
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:]
        raise BenchError(f"exit {done.returncode} from {' '.join(command)}: {' '.join(reason)}")
    return done.stdout
