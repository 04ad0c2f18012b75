"""How many connections a client needed to one server: the most that were busy at once, for each name it asked for.

The design counts one peak for the pair. It is counted here for each `Host` apart, because an HTTP/1 client pools by
name: what it keeps for one it never uses for another, so that a second name on one address is no waste. Names that
shared a connection are one to the client, as they are behind a proxy; so are all names that a forward proxy is asked
for (absolute-form, RFC 9112 section 3.2.2), and what came without a name.

Time may be swept in parts (`Needs`): a part knows all connections that were busy in it, and the peak of the whole is
that of the highest part. It is exact but for what became known only after a part was swept: that two names are one,
that a connection left idle is used again after all (its grace counts for nothing then), that it serves health probes.
"""

from collections.abc import Callable
from typing import Final

from kacap.http.heads import Head
from kacap.tcp.half import FOREVER, NEVER
from kacap.verdict.facts import Facts
from kacap.verdict.occupancy import Cover

_NO_NAME: Final = ""

MAX_NAMES: Final = 256
"""Names of one pair that are told apart over time; where there are more, all are one from then on."""

WasLeft = Callable[[Facts], bool]


class Needs:
    """What one pair needed up to a moment, and of connections that are there no more."""

    __slots__ = ("_found_open", "_is_one", "_one", "_peaks", "apart", "last_opened_ns", "swept_ns")

    def __init__(self) -> None:
        self.swept_ns = NEVER
        """Up to here all is counted."""
        self.apart = 0
        """Connections that are there no more and were needed by definition: health probes, other protocols."""
        self.last_opened_ns = NEVER
        """When the last of those that are there no more was opened."""
        self._peaks: dict[str, int] = {}
        """By the name that stands for those that are one with it."""
        self._found_open: dict[str, int] = {}
        """As many that are there no more were open before the capture began."""
        self._one: dict[str, str] = {}
        self._is_one = False

    def sweep(self, shared: list[Facts], was_left: WasLeft, until_ns: int) -> None:
        """Count up to a moment; `shared` are all connections that were busy before it and since the last one."""
        joined = self.by_name(shared)
        for name, members in joined.items():
            peak = _busy(members, was_left, self.swept_ns, until_ns).peak()
            self._peaks[name] = max(peak, self._peaks.get(name, 0))
        self.swept_ns = until_ns
        if len(self._peaks) + len(self._one) > MAX_NAMES:
            self._peaks = {_NO_NAME: sum(self._peaks.values())}
            self._found_open = {_NO_NAME: sum(self._found_open.values())}
            self._one = {}
            self._is_one = True

    def forget(self, facts: Facts) -> None:
        """One of `shared`, which was swept to its end, is there no more."""
        if facts.opened_here:
            self.last_opened_ns = max(self.last_opened_ns, facts.opened_ns)
        else:
            name = next(iter(self.by_name([facts])))
            self._found_open[name] = self._found_open.get(name, 0) + 1

    def add(self, others: "Needs") -> None:
        """What another pair needed, which is told no more by itself."""
        self.apart += others.apart + sum(
            [max(peak, others._found_open.get(name, 0)) for name, peak in others._peaks.items()]
        )

    def by_name(self, shared: list[Facts]) -> dict[str, list[Facts]]:
        """The connections by what stands for their name, and what is known of it under that name."""
        if self._is_one:
            return {_NO_NAME: list(shared)}
        joined = _by_name(shared, self._one)
        for name in [name for name in self._peaks if name in self._one]:
            root = _root(self._one, name)
            self._peaks[root] = max(self._peaks.pop(name), self._peaks.get(root, 0))
        for name in [name for name in self._found_open if name in self._one]:
            root = _root(self._one, name)
            self._found_open[root] = self._found_open.pop(name) + self._found_open.get(root, 0)
        return joined

    def needed(self, shared: list[Facts], was_left: WasLeft) -> int:
        """The peaks of all names together, up to the end."""
        joined = self.by_name(shared)
        total = self.apart
        for name in self._peaks.keys() | self._found_open.keys() | joined.keys():
            members = joined.get(name, [])
            peak = max(_busy(members, was_left, self.swept_ns, FOREVER).peak(), self._peaks.get(name, 0))
            total += max(peak, _count_found_open(members) + self._found_open.get(name, 0))
        return total


def needed_connections(shared: list[Facts], was_left: WasLeft) -> int:
    """The peaks of all names together. What was open before the capture began is needed: nobody opened it here."""
    return sum(_needed_for_one(members, was_left) for members in _by_name(shared, {}).values())


def _by_name(shared: list[Facts], one: dict[str, str]) -> dict[str, list[Facts]]:
    """The connections by what stands for their name; `one` takes which names are one."""
    groups: dict[str, list[Facts]] = {}
    before: Head | None = None
    alike: list[Facts] = []
    for facts in shared:
        if len(facts.exchanges) == 1:  # most ask what the one before asked
            head = facts.exchanges.heads(0)[0]
            if head is None or head is not before:
                alike = groups.setdefault(_NO_NAME if head is None else pool_name(head), [])
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
    return joined


def _needed_for_one(members: list[Facts], was_left: WasLeft) -> int:
    busy = Cover()
    for facts in members:
        # Who said that it ends left nothing behind.
        busy.add_busy(facts, left=facts.signal is None and was_left(facts))
    return max(busy.peak(), _count_found_open(members))


def _count_found_open(members: list[Facts]) -> int:
    found_open = 0
    for facts in members:
        if not facts.opened_here:
            found_open += 1
    return found_open


def _busy(members: list[Facts], was_left: WasLeft, from_ns: int, until_ns: int) -> Cover:
    """When they were busy between two moments."""
    busy = Cover()
    for facts in members:
        busy.add_busy_part(facts, from_ns, until_ns, left=facts.signal is None and was_left(facts))
    return busy


def _names(facts: Facts) -> list[str]:
    """The names that were asked for on a connection, each once, in order."""
    names: dict[str, None] = {}
    for head in facts.exchanges.request_heads():
        names[pool_name(head)] = None
    return list(names) or [_NO_NAME]


def pool_name(head: Head) -> str:
    """The name that a client keeps the connection of a request for; empty where any connection would do."""
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
