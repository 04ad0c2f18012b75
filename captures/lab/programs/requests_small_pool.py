"""Four threads share one requests.Session whose pool keeps one connection: what is left over is discarded.

The threads ask in turns shorter than the wait for an answer. So all four requests of a round are in flight at once, and
the thread that took the pooled connection is always the first to give it back.
"""

# mypy: disable-error-code="import-not-found, import-untyped"

import time
from threading import Barrier, Thread

import requests
from requests.adapters import HTTPAdapter

THREADS, ROUNDS = 4, 5

session = requests.Session()
session.mount("http://", HTTPAdapter(pool_maxsize=1, pool_block=False))
barrier = Barrier(THREADS)


def ask(turn: int) -> None:
    """Ask once in each round."""
    for _ in range(ROUNDS):
        barrier.wait()
        time.sleep(turn * 0.02)
        assert session.get("http://127.0.0.1:8880/late", timeout=10).status_code == 200


threads = [Thread(target=ask, args=[turn]) for turn in range(THREADS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
