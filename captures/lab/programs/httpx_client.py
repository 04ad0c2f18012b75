"""One httpx.Client asks once, and once more after each pause; the arguments are pauses in seconds."""

# mypy: disable-error-code="import-not-found"

import sys
import time

import httpx

with httpx.Client(base_url="http://127.0.0.1:8880") as client:
    for pause in (0, *map(float, sys.argv[1:])):
        time.sleep(pause)
        assert client.get("/").status_code == 200
