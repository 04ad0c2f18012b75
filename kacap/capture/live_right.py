"""The right to open a raw socket (CAP_NET_RAW), and how the user of this machine gets it.

Rules: the effective capabilities are asked for, not who the user is: a container's root may lack the right, and a
Python that was given it by `setcap` has it without being root.
"""

import os
import shutil
import sys
from pathlib import Path
from typing import Final

STATUS: Final = Path("/proc/self/status")
_NET_RAW: Final = 1 << 13


def missing_right() -> str | None:
    """One line that says what to do, or None: a raw socket may be opened."""
    return None if _capabilities() & _NET_RAW else how_to_get_it()


def how_to_get_it() -> str:
    """Which of `sudo` and `setcap` fits this Python."""
    if os.geteuid() == 0:
        return "root has no CAP_NET_RAW here: a container gets it with --cap-add NET_RAW"
    python = Path(sys.executable).resolve()
    command = shutil.which("kacap") or f"{sys.executable} -m kacap"
    line = f"capturing needs CAP_NET_RAW: start it with: sudo {command} …"
    if owner_of(python) == os.geteuid():
        return f"{line}; or give the right to this Python, which is yours, once: sudo setcap cap_net_raw+ep {python}"
    return f"{line} (setcap does not fit: {python} is shared by everyone here)"


def owner_of(path: Path) -> int | None:
    """The user whose file it is; None: this one is not even shown it."""
    try:
        return path.stat().st_uid
    except OSError:
        return None


def _capabilities() -> int:
    for line in STATUS.read_text(encoding="ascii").splitlines():
        if line.startswith("CapEff:"):
            return int(line.split()[1], 16)
    return 0
