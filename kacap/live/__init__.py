"""One analysis of what arrives: from the open socket to the report.

Rules of this room:
- One loop, and no thread in it: read what is there, look at the clock, look at the conditions that end it. Nothing in
  it waits but the reading, and that never for longer than `WAIT_S`.
- The analysis knows capture time only. The clock speaks to it where nothing arrives: then time passes all the same.
- What had arrived by the end is judged, although it still lay in the socket: the end is a time, not a place in a queue.
- What the socket lost is said as a number and as a warning. No count is made up for it.
- A socket is opened before anything happens that it is to see, and whoever opened it closes it.

How the parts meet: `watch` (the loop) is what a command runs in its own process, and `recording` in a thread beside the
code of a test; `drawing` shows what `watch` has seen so far, in a process of its own.
"""

KEEP = 10_000
"""Ended connections that are kept in full, unless told otherwise: more than anybody reads, and some 20 MB."""
