"""Ten threads share one urllib3 pool of ten connections and ask together, round by round."""

# mypy: disable-error-code="import-not-found"

from threading import Barrier, Thread

import urllib3

THREADS, ROUNDS = 10, 8

pool = urllib3.HTTPConnectionPool("127.0.0.1", 8880, maxsize=THREADS, block=True)
barrier = Barrier(THREADS)


def ask() -> None:
    """Ask once in each round."""
    for _ in range(ROUNDS):
        barrier.wait()
        assert pool.request("GET", "/").status == 200


threads = [Thread(target=ask) for _ in range(THREADS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
