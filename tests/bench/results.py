"""What was measured, raw, as a file: JSON that a reader may compare with that of another machine.

Parts that were measured at different times stand together only where machine and versions are the same.
"""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Runs:
    """All runs of one tool on one capture, in the order of the rounds."""

    seconds: list[float]
    cpu_seconds: list[float]
    peak_bytes: int
    """Of all its processes together."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One workload, with every tool that read it."""

    frames: int
    connections: int
    exchanges: int
    file_bytes: int
    runs: dict[str, Runs]
    """Name of a tool → its runs."""


@dataclass(frozen=True, slots=True)
class Peak:
    """The peak memory of kacap on a capture made by number."""

    core: str
    full: bool
    """The whole report as JSON; otherwise the summary."""
    connections: int
    frames: int
    file_bytes: int
    body_bytes: int
    peak_bytes: int


@dataclass(slots=True)
class Results:
    """Everything that was measured on one machine with one set of versions."""

    machine: dict[str, str]
    versions: dict[str, str]
    workloads: dict[str, Measured] = field(default_factory=dict)
    memory: list[Peak] = field(default_factory=list)


def load(path: Path) -> Results:
    """Read a file that `save` has written."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    return Results(
        machine=raw["machine"],
        versions=raw["versions"],
        workloads={name: _measured(one) for name, one in raw["workloads"].items()},
        memory=[Peak(**peak) for peak in raw["memory"]],
    )


def save(results: Results, path: Path) -> None:
    """Write the file anew."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(dataclasses.asdict(results), indent=1) + "\n", encoding="utf-8")


def continued(earlier: Results, machine: Mapping[str, str], versions: Mapping[str, str]) -> Results:
    """The earlier results where they may stand beside new ones, else none."""
    if earlier.machine == machine and earlier.versions == versions:
        return earlier
    return Results(dict(machine), dict(versions))


def _measured(raw: dict[str, object]) -> Measured:
    runs = raw.pop("runs")
    assert isinstance(runs, dict)
    return Measured(**raw, runs={tool: Runs(**each) for tool, each in runs.items()})  # type: ignore[arg-type]
