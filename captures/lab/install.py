"""Programs and their versions: PyPI packages in virtualenvs of the lab's own, everything else from PATH."""

import fcntl
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping
from pathlib import Path

from captures.lab.errors import LabError
from captures.lab.scenario import Program, Scenario

ROOT = Path(__file__).parents[2]
HOME = ROOT / ".lab"
PROGRAMS = Path(__file__).parent / "programs"

_DEBIAN_PACKAGES = {"curl": "curl", "ip": "iproute2", "tcpdump": "tcpdump", "unshare": "util-linux"}
_VERSION_ARGUMENTS = {"go": ["version"], "haproxy": ["-v"], "java": ["-version"], "nginx": ["-v"]}

UNSHARE = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-current-user", "--keep-caps", "--net"]
"""Begins a command that runs in a network namespace of its own. Who is not root needs a user namespace too."""


def missing() -> str | None:
    """Why nothing can be recorded on this machine, in one line; None when all is there."""
    for program in ("unshare", "ip", "tcpdump"):
        if shutil.which(program) is None:
            return _not_found(program)
    probe = "ip link set lo up && tcpdump -i lo -d"  # opens the interface, prints the compiled filter, and ends
    tried = subprocess.run([*UNSHARE, "sh", "-c", probe], capture_output=True, text=True, check=False)
    if tried.returncode:
        return f"no network namespace can be made here; run as root: {tried.stderr.strip()}"
    return None


def install(scenario: Scenario) -> dict[str, str]:
    """Make all programs of a scenario ready to run and return their versions, program or package → version.

    Raises LabError when a program is not on PATH or a package cannot be installed.
    """
    versions: dict[str, str] = {}
    for program in (*scenario.servers, scenario.client):
        if program.packages:
            _make_virtualenv(program.packages)
            versions |= _package_versions(program.packages)
        interpreter_or_program = "python3" if program.packages else program.words[0]
        versions[interpreter_or_program] = _program_version(interpreter_or_program, environment(program))
    return dict(sorted(versions.items()))


def environment(program: Program) -> dict[str, str]:
    """The whole environment of a program: nothing of the caller's (proxies, locale, tracing) may shape a capture."""
    bin_directory = _virtualenv(program.packages) / "bin" if program.packages else Path(sys.executable).parent
    return {
        "PATH": f"{bin_directory}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _virtualenv(packages: tuple[str, ...]) -> Path:
    return HOME / "virtualenvs" / "+".join(sorted(packages))


def _make_virtualenv(packages: tuple[str, ...]) -> None:
    HOME.mkdir(exist_ok=True)
    with (HOME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests may record at the same time
        complete = _virtualenv(packages) / "complete"
        if not complete.exists():
            _fill_virtualenv(_virtualenv(packages), packages)
            complete.touch()


def _fill_virtualenv(folder: Path, packages: tuple[str, ...]) -> None:
    try:
        venv.create(folder, clear=True, with_pip=True)
    except subprocess.CalledProcessError as error:
        raise LabError(
            f"no virtualenv can be made (Debian and Ubuntu: apt-get install python3-venv): {error}"
        ) from None
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*pip, *packages], capture_output=True, text=True, check=False)
    if done.returncode:
        raise LabError(f"pip could not install {' '.join(packages)}: {done.stderr.strip()}")


def _package_versions(packages: tuple[str, ...]) -> dict[str, str]:
    path = [str(folder) for folder in (_virtualenv(packages) / "lib").glob("python*/site-packages")]
    versions = {}
    for requirement in packages:
        name = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
        found = next(iter(importlib.metadata.distributions(name=name, path=path)), None)
        if found is None:
            raise LabError(f"pip installed no {name}; remove {_virtualenv(packages)} and try again")
        versions[name] = found.version
    return versions


def _program_version(name: str, variables: Mapping[str, str]) -> str:
    path = shutil.which(name, path=variables["PATH"])
    if path is None:
        raise LabError(_not_found(name))
    command = [path, *_VERSION_ARGUMENTS.get(name, ["--version"])]
    asked = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    version = re.search(r"\d+(\.\d+)+", asked.stdout + asked.stderr)
    if version is None:
        raise LabError(f"{name} does not tell its version")
    return version[0]


def _not_found(program: str) -> str:
    return f"{program} is not on PATH; Debian and Ubuntu: apt-get install {_DEBIAN_PACKAGES.get(program, program)}"
