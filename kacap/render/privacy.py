"""What of a message's text may leave kacap.

A query string is hidden unless asked for; a name and password written into a URL are hidden always. That something was
hidden stays visible: `…` stands in its place, after the `?` or before the `@`.
"""

import re

_HIDDEN = "…"
_AUTHORITY = re.compile(r"(?:(?:[A-Za-z][A-Za-z0-9+.\-]*:)?//|(?!/))([^/?#]*)")
"""The authority of a target in absolute-form or authority-form (RFC 9112 section 3.2)."""


def shown_target(target: str, *, queries: bool) -> str:
    """A request target without userinfo, and without its query unless `queries`."""
    authority = _AUTHORITY.match(target)
    if authority is not None:
        start, end = authority.span(1)
        target = target[:start] + shown_host(target[start:end]) + target[end:]
    if queries:
        return target
    path, mark, query = target.partition("?")
    return f"{path}?{_HIDDEN}" if query else path + mark


def shown_host(host: str) -> str:
    """A `Host` header or an authority without its userinfo."""
    userinfo, at, name = host.rpartition("@")
    return f"{_HIDDEN}@{name}" if userinfo else at + name
