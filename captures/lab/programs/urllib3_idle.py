"""Four rounds of three requests through one urllib3 pool, with a pause of three seconds between the rounds."""

# mypy: disable-error-code="import-not-found"

import time

import urllib3

pool = urllib3.HTTPConnectionPool("127.0.0.1", 8880)
for pause_seconds in (0, 3, 3, 3):
    time.sleep(pause_seconds)
    for _ in range(3):
        assert pool.request("GET", "/", timeout=10).status == 200
