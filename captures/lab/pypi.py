"""Packages from PyPI: one virtualenv for each set of them."""

import importlib.metadata
import re
import subprocess
import venv
from pathlib import Path

from captures.lab.errors import LabError
from captures.lab.folders import HOME, alone


def virtualenv(packages: tuple[str, ...]) -> Path:
    """Where the virtualenv of these packages is, or would be."""
    return HOME / "virtualenvs" / "+".join(sorted(packages))


def install(packages: tuple[str, ...]) -> dict[str, str]:
    """Make their virtualenv on first need and return package → version; raises LabError when pip cannot."""
    with alone():
        complete = virtualenv(packages) / "complete"
        if not complete.exists():
            _fill(virtualenv(packages), packages)
            complete.touch()
    return _versions(packages)


def _fill(folder: Path, packages: tuple[str, ...]) -> None:
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


def _versions(packages: tuple[str, ...]) -> dict[str, str]:
    path = [str(folder) for folder in (virtualenv(packages) / "lib").glob("python*/site-packages")]
    versions = {}
    for requirement in packages:
        name = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
        found = next(iter(importlib.metadata.distributions(name=name, path=path)), None)
        if found is None:
            raise LabError(f"pip installed no {name}; remove {virtualenv(packages)} and try again")
        versions[name] = found.version
    return versions
