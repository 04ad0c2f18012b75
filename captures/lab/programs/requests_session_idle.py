"""Four requests of one requests.Session, with a pause of some seconds after each but the last."""

# mypy: disable-error-code="import-not-found, import-untyped"

import time

import requests

with requests.Session() as session:
    for pause_seconds in (4, 4, 4, 0):
        assert session.get("http://127.0.0.1:8880/", timeout=10).status_code == 200
        time.sleep(pause_seconds)
