"""Connections that a request authenticates (RFC 4559): no pool may share these."""

from typing import NamedTuple

from kacap.http.message import Request
from kacap.verdict.facts import Facts


class Bound(NamedTuple):
    """One such connection."""

    facts: Facts
    request: Request
    """The first that does so."""
    scheme: str


def bound_by(used: list[Facts]) -> list[Bound]:
    """Those among `used`, in their order."""
    found: list[Bound] = []
    for facts in used:
        exchanges = facts.exchanges
        if all(head.auth_scheme is None for head in exchanges.request_heads()):
            continue
        for at in range(len(exchanges)):
            request = exchanges.request(at)
            if request is not None and request.auth_scheme is not None:
                found.append(Bound(facts, request, request.auth_scheme))
                break
    return found
