"""Ratios of two tools that were measured in turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of some ratios, with the lowest and the highest of them."""

    median: float
    low: float
    high: float


def spread(values: Sequence[float]) -> Spread:
    """The median and the bounds of at least one value."""
    return Spread(median(values), min(values), max(values))


def per_round(numerators: Sequence[float], denominators: Sequence[float]) -> Spread:
    """The spread of the ratios within each round.

    A round counts where both were measured: a slow tool sits out the later ones. Noise that lasts longer than a round
    slows both and leaves their ratio alone, which the ratio of two medians would not.
    """
    return spread([over / under for over, under in zip(numerators, denominators, strict=False)])
