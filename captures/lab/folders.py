"""Where the lab finds its programs and puts what it fetches."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOME = ROOT / ".lab"
"""Everything fetched lies here; it can be removed at any time, and is fetched again on need."""
PROGRAMS = Path(__file__).parent / "programs"


@contextmanager
def alone() -> Iterator[None]:
    """Wait until no other lab fetches something: tests may record at the same time."""
    HOME.mkdir(exist_ok=True)
    with (HOME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
