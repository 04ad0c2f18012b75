"""Four requests of one requests.Session with stream=True: the response is closed while its body still comes in."""

# mypy: disable-error-code="import-not-found, import-untyped"

import time

import requests

with requests.Session() as session:
    for _ in range(4):
        with session.get("http://127.0.0.1:8880/large", stream=True, timeout=10) as response:
            assert response.status_code == 200
            time.sleep(0.05)  # the first pieces arrive, and nobody reads them
