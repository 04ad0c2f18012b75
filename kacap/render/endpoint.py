"""Endpoints, as short as the company they are in allows."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kacap.render.escape import safe

if TYPE_CHECKING:
    from kacap.report.connection import Connection

_LIMIT = 60


def clients(connections: "Sequence[Connection]") -> list[str]:
    """`:51000` where all share one client host, else whole endpoints."""
    return short([connection.client for connection in connections])


def servers(connections: "Sequence[Connection]") -> list[str]:
    """`:8880` where all share one server host, else whole endpoints."""
    return short([connection.server for connection in connections])


def host(endpoint: str) -> str:
    """The address without its port and without the brackets of IPv6."""
    return endpoint.rpartition(":")[0].strip("[]")


def short(endpoints: Sequence[str]) -> list[str]:
    """`:51000` where all share one host, else whole."""
    if len({host(endpoint) for endpoint in endpoints}) == 1:
        return [":" + safe(endpoint.rpartition(":")[2], _LIMIT) for endpoint in endpoints]
    return [safe(endpoint, _LIMIT) for endpoint in endpoints]
