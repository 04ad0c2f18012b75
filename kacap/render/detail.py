"""How much of a report is shown."""

from enum import StrEnum


class Detail(StrEnum):
    """Each level holds the one before it."""

    SUMMARY = "summary"
    """Verdict, pairs and findings."""
    CONNECTIONS = "connections"
    """And every connection."""
    EXCHANGES = "exchanges"
    """And the exchanges of each."""
