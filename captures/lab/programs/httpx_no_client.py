"""Ten calls of httpx.get, one after the other: each makes a Client of its own and drops it."""

# mypy: disable-error-code="import-not-found"

import httpx

for _ in range(10):
    assert httpx.get("http://127.0.0.1:8880/").status_code == 200
