"""Twenty calls of requests.get, one after the other: each makes a Session of its own and drops it."""

# mypy: disable-error-code="import-not-found, import-untyped"

import requests

for _ in range(20):
    assert requests.get("http://127.0.0.1:8880/", timeout=10).status_code == 200
