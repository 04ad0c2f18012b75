"""How many connections a client needed to one server: the most that were busy at once, for each name it asked for.

The design counts one peak for the pair. It is counted here for each `Host` apart, because an HTTP/1 client pools by
name: what it keeps for one it never uses for another, so that a second name on one address is no waste. Names that
shared a connection are one to the client, as they are behind a proxy; so are all names that a forward proxy is asked
for (absolute-form, RFC 9112 section 3.2.2), and what came without a name.
"""

from collections.abc import Callable, Sequence

from kacap.http.heads import Head
from kacap.verdict.facts import Facts
from kacap.verdict.occupancy import Cover

_NO_NAME = ""


def needed_connections(shared: Sequence[Facts], was_left: Callable[[Facts], bool]) -> int:
    """The peaks of all names together. What was open before the capture began is needed: nobody opened it here."""
    groups: dict[str, list[Facts]] = {}
    one: dict[str, str] = {}
    before: Head | None = None
    alike: list[Facts] = []
    for facts in shared:
        if len(facts.exchanges) == 1:  # most ask what the one before asked
            head = facts.exchanges.heads(0)[0]
            if head is None or head is not before:
                alike = groups.setdefault(_NO_NAME if head is None else _name(head), [])
                before = head
            alike.append(facts)
            continue
        names = _names(facts)
        for name in names[1:]:
            _join(one, names[0], name)
        groups.setdefault(names[0], []).append(facts)
    joined: dict[str, list[Facts]] = {}
    for name, members in groups.items():
        joined.setdefault(_root(one, name), []).extend(members)
    return sum(_needed_for_one(members, was_left) for members in joined.values())


def _needed_for_one(members: Sequence[Facts], was_left: Callable[[Facts], bool]) -> int:
    busy = Cover()
    found_open = 0
    for facts in members:
        if not facts.opened_here:
            found_open += 1
        # Who said that it ends left nothing behind.
        busy.add_busy(facts, left=facts.signal is None and was_left(facts))
    return max(busy.peak(), found_open)


def _names(facts: Facts) -> list[str]:
    """The names that were asked for on a connection, each once, in order."""
    names: dict[str, None] = {}
    for head in facts.exchanges.request_heads():
        names[_name(head)] = None
    return list(names) or [_NO_NAME]


def _name(head: Head) -> str:
    if head.host is None or not head.target.startswith(("/", "*")):
        return _NO_NAME
    return head.host.lower()


def _root(one: dict[str, str], name: str) -> str:
    """The name that stands for all that are one with it; the way there is halved, so that no chain grows long."""
    while (parent := one.get(name)) is not None:
        one[name] = one.get(parent, parent)
        name = parent
    return name


def _join(one: dict[str, str], name: str, other: str) -> None:
    name, other = _root(one, name), _root(one, other)
    if name != other:
        one[other] = name
