"""Every program of a scenario made ready to run: its environment, and its version for the record."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from captures.lab import debian, npm, pypi
from captures.lab.errors import LabError
from captures.lab.folders import HOME
from captures.lab.scenario import Program, Scenario

_VERSION_ARGUMENTS = {"go": ["version"], "haproxy": ["-v"], "java": ["-version"], "nginx": ["-v"]}

_NEW = ["--net", "--mount"]
UNSHARE = ["unshare", *_NEW] if os.geteuid() == 0 else ["unshare", "--map-current-user", "--keep-caps", *_NEW]
"""Begins a command that runs in namespaces of its own: no network but its own, and mounts that nobody else sees. Who is
not root needs a user namespace too."""


def missing() -> str | None:
    """Why nothing can be recorded on this machine, in one line; None when all is there."""
    try:
        for program in ("unshare", "ip", "tcpdump"):
            debian.find(program)
    except LabError as error:
        return str(error)
    probe = "ip link set lo up && tcpdump -i lo -d"  # opens the interface, prints the compiled filter, and ends
    variables = {**os.environ, **debian.environment(), "PATH": debian.search_path()}
    tried = subprocess.run([*UNSHARE, "sh", "-c", probe], env=variables, capture_output=True, text=True, check=False)
    if tried.returncode:
        return f"no network namespace can be made here; run as root: {tried.stderr.strip()}"
    return None


def install(scenario: Scenario) -> dict[str, str]:
    """Make all programs of a scenario ready to run and return their versions, program or package → version.

    Raises LabError when a program is nowhere to be had or a package cannot be installed.
    """
    versions: dict[str, str] = {}
    for program in (*scenario.servers, scenario.client):
        if program.pypi:
            versions |= pypi.install(program.pypi)
        if program.npm:
            versions |= npm.install(program.npm)
        interpreter_or_program = "python3" if program.pypi else program.words[0]
        versions[interpreter_or_program] = _program_version(interpreter_or_program, environment(program))
    return dict(sorted(versions.items()))


def environment(program: Program) -> dict[str, str]:
    """The whole environment of a program: nothing of the caller's (proxies, locale, tracing) may shape a capture."""
    own = pypi.virtualenv(program.pypi) / "bin" if program.pypi else Path(sys.executable).parent
    variables = {
        **debian.environment(),
        "PATH": f"{own}{os.pathsep}{debian.search_path()}",
        "LANG": "C.UTF-8",
        "HOME": str(HOME),
        "PYTHONDONTWRITEBYTECODE": "1",
        "CGO_ENABLED": "0",
        "GO111MODULE": "off",
        "GOCACHE": str(HOME / "go-build"),
    }
    if program.npm:
        variables["NODE_PATH"] = str(npm.modules(program.npm))
    return variables


def _program_version(name: str, variables: Mapping[str, str]) -> str:
    path = shutil.which(name, path=variables["PATH"]) or debian.find(name)
    command = [path, *_VERSION_ARGUMENTS.get(name, ["--version"])]
    asked = subprocess.run(
        command, env={**variables, **debian.environment()}, capture_output=True, text=True, check=False
    )
    version = re.search(r"\d+(\.\d+)+", asked.stdout + asked.stderr)
    if version is None:
        raise LabError(f"{name} does not tell its version")
    return version[0]
