"""The end of the process."""

import os
import sys


def leave(code: object) -> None:
    """End the process with this exit code, at once; return where only the usual way, which is slower, will do.

    On that way Python frees one object after the other, and to free a large analysis takes a tenth of the time that it
    took to make it. What is open is written and closed by now: only standard output and error are left.
    """
    if not isinstance(code, int) or sys.getprofile() is not None or sys.gettrace() is not None:
        return
    try:
        for out in (sys.stdout, sys.stderr):
            if out is not None:
                out.flush()
    except (OSError, ValueError):
        return
    os._exit(code)
