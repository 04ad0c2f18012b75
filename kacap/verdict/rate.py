"""The share of opportunities to reuse a connection that were taken, and the word for it."""

from typing import Final

from kacap.verdict.words import Verdict

REUSED_FROM: Final = 0.95
NOT_REUSED_BELOW: Final = 0.05


def reuse_rate(reused: int, exchanges: int, needed: int) -> float | None:
    """Reused exchanges ÷ (exchanges - needed connections); None when there was no opportunity."""
    opportunities = exchanges - needed
    if opportunities <= 0:
        return None
    return min(1.0, reused / opportunities)


def judge(rate: float | None, incomplete: int, used: int) -> Verdict:
    """The word for a rate. What the capture missed on `incomplete` of the `used` connections could only raise it."""
    if rate is not None and rate >= REUSED_FROM:
        return Verdict.REUSED
    if incomplete > (1 - REUSED_FROM) * used:
        return Verdict.INCONCLUSIVE
    if rate is None:
        return Verdict.NO_OPPORTUNITY
    return Verdict.NOT_REUSED if rate < NOT_REUSED_BELOW else Verdict.PARTLY_REUSED
