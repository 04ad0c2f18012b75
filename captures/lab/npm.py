"""Packages from the npm registry: one folder for each set of them."""

import json
import shutil
import subprocess
from pathlib import Path

from captures.lab.errors import LabError
from captures.lab.folders import HOME, alone


def modules(packages: tuple[str, ...]) -> Path:
    """Where the modules of these packages are, or would be."""
    return _folder(packages) / "node_modules"


def install(packages: tuple[str, ...]) -> dict[str, str]:
    """Fetch them on first need and return package → version; raises LabError when npm cannot."""
    with alone():
        complete = _folder(packages) / "complete"
        if not complete.exists():
            _fetch(_folder(packages), packages)
            complete.touch()
    return {name: _version(packages, name) for name in (requirement.rpartition("@")[0] for requirement in packages)}


def _folder(packages: tuple[str, ...]) -> Path:
    return HOME / "npm" / "+".join(sorted(packages)).replace("/", "+")


def _fetch(folder: Path, packages: tuple[str, ...]) -> None:
    if shutil.which("npm") is None:
        raise LabError("npm is not on PATH; it comes with Node.js")
    folder.mkdir(parents=True, exist_ok=True)
    npm = ["npm", "install", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    done = subprocess.run([*npm, *packages], capture_output=True, text=True, check=False)
    if done.returncode:
        raise LabError(f"npm could not install {' '.join(packages)}: {done.stderr.strip()}")


def _version(packages: tuple[str, ...], name: str) -> str:
    return str(json.loads((modules(packages) / name / "package.json").read_text(encoding="utf-8"))["version"])
