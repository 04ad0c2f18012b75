"""The looks of words: colour only where it tells something, and never colour alone."""

DIM = "dim"
STRONG = "bold"
CAUTION = "yellow"
ALARM = "bold reverse red"

VERDICT = {
    "reused": "bold green",
    "partly-reused": "bold yellow",
    "not-reused": "bold red",
    "no-opportunity": "bold cyan",
    "inconclusive": "bold magenta",
}
SEVERITY = {"error": "bold red", "warning": "bold yellow", "note": "cyan"}
CONNECTION = {"reused": "green", "single-use": "yellow", "failed": "red", "unused": "yellow"}


def spoken(verdict: str) -> str:
    """`not-reused` as a person says it."""
    return verdict.replace("-", " ")
