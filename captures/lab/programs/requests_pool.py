"""Ten threads share one requests.Session with a pool of ten connections."""

# mypy: disable-error-code="import-not-found, import-untyped"

from threading import Barrier, Thread

import requests
from requests.adapters import HTTPAdapter

THREADS, REQUESTS = 10, 40

session = requests.Session()
session.mount("http://", HTTPAdapter(pool_connections=THREADS, pool_maxsize=THREADS, pool_block=True))
barrier = Barrier(THREADS)


def ask() -> None:
    """Ask again and again, together with the other threads."""
    barrier.wait()
    for _ in range(REQUESTS):
        assert session.get("http://127.0.0.1:8880/").status_code == 200


threads = [Thread(target=ask) for _ in range(THREADS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
