"""Programs from Debian, unpacked below `.lab/debian` without root; what PATH already has is never fetched."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from captures.lab.errors import LabError
from captures.lab.folders import HOME, alone

_UNPACKED = HOME / "debian"
_APT = HOME / "apt"
_SYSTEM = ("usr/local/bin", "usr/bin", "bin", "usr/local/sbin", "usr/sbin", "sbin")

_PACKAGES = {
    "curl": "curl",
    "go": "golang-go",
    "haproxy": "haproxy",
    "ip": "iproute2",
    "nginx": "nginx-light",
    "node": "nodejs",
    "tcpdump": "tcpdump",
    "tcpflow": "tcpflow",
    "tcptrace": "tcptrace",
    "tshark": "tshark",
    "unshare": "util-linux",
    "wrk": "wrk",
}
"""Program → package. A program that is not here can only come from PATH."""

_NEEDS_INSTALLATION = {"java": "default-jdk-headless", "javac": "default-jdk-headless", "npm": "npm"}
"""Packages that work only where Debian's own scripts have set them up."""


def search_path() -> str:
    """The value of PATH with which every program is looked for and run."""
    own = [str(_UNPACKED / folder) for folder in _SYSTEM]
    return os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin", *own])


def environment() -> dict[str, str]:
    """What unpacked programs need to find their own files, besides `search_path`."""
    libraries = sorted({str(library.parent) for library in _UNPACKED.glob("usr/lib/**/*.so*")})
    return {"LD_LIBRARY_PATH": os.pathsep.join(libraries)} if libraries else {}


def find(program: str) -> str:
    """The path of a program, fetched from Debian when PATH has none; raises LabError with the reason why not."""
    found = shutil.which(program, path=search_path())
    if found is None and program in _PACKAGES:
        with alone():
            _fetch(program)
        found = shutil.which(program, path=search_path())
    if found is None:
        raise LabError(not_found(program))
    return found


def not_found(program: str) -> str:
    """One line: what is missing, and the package that has it."""
    package = _PACKAGES.get(program) or _NEEDS_INSTALLATION.get(program) or program
    return f"{program} is not on PATH; Debian and Ubuntu: apt-get install {package}"


def _fetch(program: str) -> None:
    """Download the package, and those it depends on that this machine lacks, and unpack them."""
    if shutil.which("apt-get") is None:
        raise LabError(not_found(program))
    for folder in (_APT / "lists" / "partial", _APT / "cache" / "archives" / "partial", _UNPACKED):
        folder.mkdir(parents=True, exist_ok=True)
    own = [f"Dir::State::Lists={_APT / 'lists'}", f"Dir::Cache={_APT / 'cache'}", "Debug::NoLocking=1"]
    options = [word for option in own for word in ("-o", option)]
    _run(["apt-get", *options, "update", "-q"], program)
    install = ["install", "-q", "-y", "--no-install-recommends", "--download-only", _PACKAGES[program]]
    _run(["apt-get", *options, *install], program)
    for archive in sorted((_APT / "cache" / "archives").glob("*.deb")):
        _run(["dpkg-deb", "--extract", str(archive), str(_UNPACKED)], program)
        archive.unlink()


def _run(command: list[str], program: str) -> None:
    quiet: Mapping[str, str] = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, env=quiet, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise LabError(f"{not_found(program)} ({Path(command[0]).name} failed: {' '.join(reason)})")
