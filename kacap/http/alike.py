"""Heads that say the same are one object, and so are the terms of heads that differ in target or length only.

What is remembered is bounded; when it is full it is forgotten, and begins anew: heads that are referred to stay.
"""

from typing import Final

from kacap.http.heads import Head, Said, Terms, Values, parts_of

MAX_HEADS: Final = 8192
"""Heads remembered."""


class AlikeHeads:
    """The heads of a capture by what they say."""

    __slots__ = ("_heads", "_terms")

    def __init__(self) -> None:
        self._terms: dict[Values, Terms] = {}
        self._heads: dict[tuple[Terms, str, int], Head] = {}

    def head_of(self, said: Said) -> Head:
        """The head that says this."""
        values, body_bytes = parts_of(said)
        return self.head(self.terms(values), said.target, body_bytes)

    def terms(self, values: Values) -> Terms:
        """The terms that have these values."""
        terms = self._terms.get(values)
        if terms is None:
            if len(self._terms) >= MAX_HEADS:
                self.forget()
            terms = self._terms[values] = Terms(values)
        return terms

    def head(self, terms: Terms, target: str, body_bytes: int) -> Head:
        """The head of these parts."""
        key = terms, target, body_bytes
        head = self._heads.get(key)
        if head is None:
            if len(self._heads) >= MAX_HEADS:
                self._heads.clear()
            head = self._heads[key] = Head(terms, target, body_bytes)
        return head

    def forget(self) -> None:
        """Begin anew."""
        self._terms.clear()
        self._heads.clear()
