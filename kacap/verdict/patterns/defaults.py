"""Idle times that servers and clients come with: value → stack.

A default is named only where the measured value fits and no header contradicts: `Server` or `User-Agent` of another
stack does. Without a header all that fit are named. A hint, never a proof. A server that announces its idle time in
`Keep-Alive: timeout`, as Node.js does, is not in the table: what it says is better than a guess.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from kacap.verdict.words import Side

_S: Final = 1_000_000_000


class Default(NamedTuple):
    """One stack with its idle time."""

    side: Side
    value_ns: int
    stack: str
    """With the versions that have this value."""
    names: tuple[str, ...] = ()
    """What its header contains, lower case; none: it sends no such header of its own."""
    lazy: bool = False
    """It looks only when it needs a connection: the close comes late."""


DEFAULTS: tuple[Default, ...] = (
    Default(Side.SERVER, 2 * _S, "gunicorn", ("gunicorn",)),
    Default(Side.SERVER, 5 * _S, "uvicorn", ("uvicorn",)),
    Default(Side.SERVER, 5 * _S, "Apache httpd", ("apache",)),
    Default(Side.SERVER, 20 * _S, "Tomcat as shipped", ("coyote", "tomcat")),
    Default(Side.SERVER, 60 * _S, "Tomcat", ("coyote", "tomcat")),
    Default(Side.SERVER, 60 * _S, "AWS ALB", ("awselb",)),
    Default(Side.SERVER, 65 * _S, "Puma 8"),
    Default(Side.SERVER, 75 * _S, "nginx", ("nginx", "openresty")),
    Default(Side.SERVER, 75 * _S, "aiohttp run_app", ("aiohttp",)),
    Default(Side.SERVER, 130 * _S, "Kestrel", ("kestrel",)),
    Default(Side.SERVER, 610 * _S, "Google load balancer", ("google frontend",)),
    Default(Side.SERVER, 3600 * _S, "Tornado", ("tornado",)),
    Default(Side.CLIENT, 2 * _S, "Ruby Net::HTTP", ("ruby",), lazy=True),
    Default(Side.CLIENT, 4 * _S, "undici and fetch of Node.js", ("undici", "node")),
    Default(Side.CLIENT, 5 * _S, "httpx", ("python-httpx",), lazy=True),
    Default(Side.CLIENT, 5 * _S, "the global agent of Node.js >= 19"),
    Default(Side.CLIENT, 15 * _S, "aiohttp", ("aiohttp",)),
    Default(Side.CLIENT, 30 * _S, "java.net.http of JDK >= 20", ("java-http-client",)),
    Default(Side.CLIENT, 60 * _S, ".NET >= 6"),
    Default(Side.CLIENT, 90 * _S, "Go net/http", ("go-http-client",)),
    Default(Side.CLIENT, 118 * _S, "libcurl", ("curl/",), lazy=True),
    Default(Side.CLIENT, 120 * _S, ".NET < 6"),
    Default(Side.CLIENT, 180 * _S, "Apache HttpClient 5", ("apache-httpclient/5",), lazy=True),
    Default(Side.CLIENT, 300 * _S, "OkHttp", ("okhttp",)),
    Default(Side.CLIENT, 1200 * _S, "java.net.http of JDK < 20", ("java-http-client",)),
)


def fitting(side: Side, idle_ns: int, name: str | None) -> tuple[Default, ...]:
    """The timers of `side` that fit a measured idle time.

    `name` is what the side calls itself (None: it does not say).
    """
    near = [each for each in DEFAULTS if each.side is side and not each.lazy and _fits(each.value_ns, idle_ns)]
    return _not_contradicted(near, name)


def lazy_within(shortest_ns: int, longest_ns: int, name: str | None) -> tuple[Default, ...]:
    """The clients that look only when they need a connection, named in the header, with a value in that range."""
    near = [each for each in DEFAULTS if each.lazy and shortest_ns <= each.value_ns <= longest_ns]
    return _not_contradicted(near, name) if name else ()


def _fits(value_ns: int, idle_ns: int) -> bool:
    """A timer fires late, never early; some servers look at their connections now and then only."""
    return value_ns - value_ns // 100 <= idle_ns <= value_ns + value_ns // 33 + _S // 4


def _not_contradicted(near: Sequence[Default], name: str | None) -> tuple[Default, ...]:
    if name is None:
        return tuple(near)
    lower = name.lower()
    return tuple(each for each in near if any(mark in lower for mark in each.names))
