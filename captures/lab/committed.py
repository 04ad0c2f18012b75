"""What lies in `captures/`: the captures, and the versions of what was recorded."""

import json
from collections.abc import Mapping
from pathlib import Path

CAPTURES = Path(__file__).parents[1]
LIMIT_BYTES = 300_000
"""A capture that is kept for good must stay small."""

_RECORDED = "recorded.json"


def recorded(folder: Path = CAPTURES) -> dict[str, dict[str, str]]:
    """Scenario → program or package → the version that was recorded; empty when nothing was."""
    try:
        text = (folder / _RECORDED).read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    versions: dict[str, dict[str, str]] = json.loads(text)
    return versions


def keep(folder: Path, name: str, capture: bytes, versions: Mapping[str, str]) -> Path:
    """Put a capture and its versions in place; returns the path of the capture."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{name}.pcap"
    target.write_bytes(capture)
    text = json.dumps(recorded(folder) | {name: dict(versions)}, indent=2, sort_keys=True)
    (folder / _RECORDED).write_text(text + "\n", encoding="utf-8")
    return target
