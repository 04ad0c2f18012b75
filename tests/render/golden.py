"""Expected output as text files beside the tests; KACAP_UPDATE_GOLDENS=1 writes them anew, to be read before use."""

import os
from pathlib import Path

_UPDATE = os.environ.get("KACAP_UPDATE_GOLDENS") == "1"


def assert_golden(path: Path, text: str) -> None:
    """`text` is what the file holds."""
    if _UPDATE:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"{path.name}: KACAP_UPDATE_GOLDENS=1 writes it anew"
