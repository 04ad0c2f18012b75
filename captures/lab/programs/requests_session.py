"""Five requests of one requests.Session, one after the other."""

# mypy: disable-error-code="import-not-found, import-untyped"

import requests

with requests.Session() as session:
    for _ in range(5):
        assert session.get("http://127.0.0.1:8880/", timeout=10).status_code == 200
