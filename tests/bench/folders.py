"""Where the bench keeps captures and what it measured."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
HOME = ROOT / ".bench"
"""Everything recorded lies here; it can be removed at any time, and is recorded again on need."""
LATEST = HOME / "results.json"
"""What was measured last."""
COMMITTED = Path(__file__).parent / "results.json"
"""What README.md shows."""
