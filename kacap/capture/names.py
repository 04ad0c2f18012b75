"""Which inputs the words on the command line mean.

Rules: a name that exists is taken literally; only then are `*?[` wildcards. An input is read once, however often it
is named. Nothing is opened here.
"""

import glob
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from kacap.capture.blocks import STANDARD_INPUT
from kacap.errors import CannotReadError


class Source(NamedTuple):
    """One input: `path` to open (`-` is standard input), `name` to speak of."""

    path: str
    name: str
    size_bytes: int | None
    """None for what is not a regular file: it has no known end and can be read only once."""


def find_sources(paths: Sequence[str], warnings: list[str]) -> list[Source]:
    """The inputs in the order they were named. Raises CannotReadError."""
    if not paths:
        raise CannotReadError("no capture was named")
    sources: dict[str, Source] = {}
    for path in [found for given in paths for found in _matches(given)]:
        source = _source(path)
        identity = path if path == "-" else os.path.realpath(path)
        if identity in sources:
            warnings.append(f"{sources[identity].name}: named more than once, read once")
        else:
            sources[identity] = source
    return list(sources.values())


def _matches(path: str) -> list[str]:
    if path == "-" or os.path.lexists(path) or not any(sign in path for sign in "*?["):
        return [path]
    found = [match for match in sorted(glob.glob(path)) if not Path(match).is_dir()]  # noqa: PTH207 - any path, as given
    if not found:
        raise CannotReadError(f"{path}: no file matches")
    return found


def _source(path: str) -> Source:
    name = "standard input" if path == "-" else path
    try:
        facts = os.fstat(STANDARD_INPUT) if path == "-" else Path(path).stat()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise CannotReadError(f"{name}: cannot be opened: {reason}") from error
    if stat.S_ISDIR(facts.st_mode):
        raise CannotReadError(f"{name}: is a directory: name the captures in it, e.g. {Path(path) / '*.pcap'}")
    return Source(path, name, facts.st_size if stat.S_ISREG(facts.st_mode) else None)
