"""What the numbers depend on besides the programs: processor, memory, kernel."""

import os
import platform
import re
from pathlib import Path


def describe() -> dict[str, str]:
    """Each property as text that a reader of the table understands."""
    memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": f"{_processor()}, {len(os.sched_getaffinity(0))} processors",
        "memory": f"{memory_bytes / 2**30:.0f} GiB",
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
    }


def _processor() -> str:
    described = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    name = re.search(r"^model name\s*:\s*(.+)$", described, re.MULTILINE)
    return name[1].strip() if name else platform.machine()
