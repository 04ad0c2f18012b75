"""The causes that a report can name: one cause, one row. `kacap explain` and the findings read the same rows."""

from kacap.verdict.cause import GROUPS, Cause, Remedy
from kacap.verdict.cause_rows import CAUSES

__all__ = ["CAUSES", "GROUPS", "Cause", "Remedy"]
