"""Keeps an analyzer small over days: what is over is judged in rounds and leaves, but for the newest `keep`.

Rules of this room:
- Memory is bounded by what is kept, what is open, and the pairs (`report.fold`), never by what has gone by.
- A round is judged with what was open beside it and what came after it in view, so that as many as a `ROUND` stay
  until the end, however few are to be kept.
- Now and then, after as many frames as there is to look at, and at least each second of capture time, it looks at all
  connections: those that are over, packed or not (`tcp.leaving`), are listed in the order in which that was seen; of
  the oldest beyond `keep` a round is judged, and leaves. So each frame carries an equal, small part of the work.
- Of a connection that stays open the old exchanges leave in the same way, beyond the newest `EXCHANGES_KEPT`: what they
  needed is counted first. They are the only ones that a rule no longer sees when the connection ends.
- Nothing leaves within `SETTLED_NS`: what is seen late, as an answer to a SYN or a close, is seen by then.
- What is over and not packed stays followed until it leaves: if it speaks again, it is not over.
- Where the clock is set back, the moment steps back with it, and what lies ahead of it happened before.
"""

from kacap.keeping.rounds import Keeping, OnEnd

__all__ = ["Keeping", "OnEnd"]
