"""A program that draws on its terminal, as `kacap live` does: run by `test_drawing`, which tells it what to do.

Each order is a word on a pipe: `show`, `flood` (as fast as it goes), `close`; and is answered by a line on standard
error. It begins by telling its own number and that of the process that draws. As under a shell, the session has another
leader: when that one ends, the system takes the terminal away from all.
"""

import fcntl
import os
import signal
import socket
import sys
import termios
import time

from kacap.live.drawing import Drawing
from tests.render.glances import busy

FLOOD = 300


def main() -> None:
    """Obey until the orders end."""
    fcntl.ioctl(1, termios.TIOCSCTTY, 0)
    if os.fork():
        signal.pause()
    orders = os.fdopen(int(sys.argv[1]))
    foreign = socket.socket()
    drawing = Drawing()
    say(os.getpid(), drawing.pid)
    for order in orders:
        if order.strip() == "show":
            say(drawing.show(busy()))
        elif order.strip() == "flood":
            began = time.monotonic()
            taken = sum(drawing.show(busy(30)) for _ in range(FLOOD))
            say(taken, time.monotonic() - began)
        else:
            drawing.close()
            say("closed")
    foreign.close()
    drawing.close()


def say(*words: object) -> None:
    """One line to the test."""
    print(*words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
