"""Connections of one server that end together: a server that stops, a worker that is replaced, a proxy's reload.

A wave is a group of ends, close in time, of connections that were in use until then: the server closed them in peace,
or said close on a connection that it had kept. Ends that agree on their idle time are a timer, and ends that agree on
their number of exchanges are a limit: neither is a wave. All pairs with that server are looked at together. Ends that
agree on an idle time far below the announced one are a wave where the next connection was refused.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Final, NamedTuple

from kacap.http.persistence import SERVER_CLOSE
from kacap.tcp.half import FOREVER, NEVER, UNKNOWN
from kacap.verdict.facts import Facts
from kacap.verdict.occupancy import Cover, Interval
from kacap.verdict.patterns.habits import (
    SECOND_NS,
    SHORTEST_IDLE_NS,
    announced_ns,
    idle_at_close_ns,
    is_as_announced,
    tolerance_ns,
)
from kacap.verdict.patterns.nesting import Endpoint
from kacap.verdict.words import ConnectionVerdict, Side

Service = tuple[bytes, int, str]
"""Client address, server port and `Host`: the servers behind one load balancer have these in common."""

_NO_SERVICE: Service = (b"", 0, "")

GAP_NS: Final = 250_000_000
"""Ends of one wave follow one another within this time."""

LONGEST_WAVE_NS: Final = 2 * SECOND_NS

REFUSED_WITHIN_NS: Final = 10 * SECOND_NS
"""A refusal later than this has nothing to do with what ended before."""

SHUT_DOWN: Final = 3
"""Connections that end together before it is called a shutdown."""

_PARTIAL: Final = 3
_SHARE: Final = 0.25
"""Ends of a wave that others survive, in number and of all that were open: fewer end together by chance."""


class End:
    """When a connection was over for new requests, and how idle it was."""

    __slots__ = ("facts", "idle_ns", "time_ns")

    def __init__(self, facts: Facts, time_ns: int, idle_ns: int) -> None:
        self.facts = facts
        self.time_ns = time_ns
        self.idle_ns = idle_ns
        """0 where the last answer said close."""


class Wave(NamedTuple):
    """Ends of one server that belong together."""

    ends: tuple[End, ...]
    survivors: int
    """Connections to that server that were open before it and after it."""
    next_opening: Facts | None
    """The next connection that anybody tried to open to that server."""

    @property
    def refused(self) -> bool:
        """Whether that next connection was refused, soon after."""
        return self.next_opening is not None and refused_soon(self.next_opening, self.ends[-1].time_ns)

    @property
    def is_shutdown(self) -> bool:
        """Whether several ended together, and nobody listened any more."""
        return self.refused and len(self.ends) >= SHUT_DOWN

    @property
    def is_partial(self) -> bool:
        """Whether it took a part of what was open, and too much of it for chance."""
        ended = len(self.ends)
        return self.survivors > 0 and ended >= max(_PARTIAL, _SHARE * (ended + self.survivors))

    @property
    def span_ns(self) -> int:
        """From its first end to its last."""
        return self.ends[-1].time_ns - self.ends[0].time_ns


class Departures:
    """What ended together in the whole capture."""

    __slots__ = ("_connections", "_in_use", "_partial", "_waves")

    def __init__(self, connections: list[Facts]) -> None:
        servers: dict[Endpoint, list[Facts]] = {}
        for facts in connections:
            servers.setdefault(_endpoint(facts), []).append(facts)
        self._waves: dict[int, Wave] = {}
        self._partial: dict[Endpoint, int] = {}
        for endpoint, members in servers.items():
            waves = _waves_of(members)
            self._partial[endpoint] = sum(wave.is_partial for wave in waves)
            self._waves |= {end.facts.stream: wave for wave in waves for end in wave.ends}
        self._connections = connections
        self._in_use: dict[Service, _InUse] | None = None

    def wave(self, facts: Facts) -> Wave | None:
        """The wave of ends at its server in which this connection ended, if any."""
        return self._waves.get(facts.stream)

    def partial_waves(self, facts: Facts) -> int:
        """How many waves of its server took a part of its connections."""
        return self._partial.get(_endpoint(facts), 0)

    def others_in_use(self, facts: Facts, moment_ns: int) -> int:
        """Servers of the same port that the same client asked for the same host, before that moment and after it."""
        if self._in_use is None:
            self._in_use = _in_use(self._connections)
        found = self._in_use.get(_service(facts) or _NO_SERVICE)
        return 0 if found is None else found.others(facts.server.address, moment_ns)


def client_wave(used: list[Facts]) -> list[End]:
    """The last ends of a pair, where its client closed all that it had, used a moment ago or not; else none."""
    ends = [
        End(facts, facts.first_close_ns, idle_ns)
        for facts in used
        if facts.first_close is Side.CLIENT
        and facts.signal is None
        and (idle_ns := idle_at_close_ns(facts)) is not None
    ]
    groups = grouped(ends)
    if not groups or not _is_of_one_moment(groups[-1]) or not _is_no_timer(groups[-1]):
        return []
    first_ns, last_ns = groups[-1][0].time_ns, groups[-1][-1].time_ns
    members = {end.facts.stream for end in groups[-1]}
    left = [facts for facts in used if facts.stream not in members and not _over_ns(facts) < first_ns]
    return [] if left or last_ns == FOREVER else groups[-1]


def _waves_of(connections: list[Facts]) -> list[Wave]:
    """The waves of one server."""
    ends: list[End] = []
    for facts in connections:
        end = None if facts.verdict is ConnectionVerdict.FAILED else server_end(facts)
        if end is not None:
            ends.append(end)
    groups = [group for group in grouped(ends) if _is_of_one_moment(group)]
    if not groups:
        return []
    established = [facts for facts in connections if facts.verdict is not ConnectionVerdict.FAILED]
    openings = sorted((facts for facts in connections if facts.opened_here), key=_opened_ns)
    began = sorted([facts.opened_ns for facts in established])
    over = sorted([_over_ns(facts) for facts in established])
    waves: list[Wave] = []
    for group in groups:
        first_ns, last_ns = group[0].time_ns, group[-1].time_ns
        at = bisect_right(openings, last_ns, key=_opened_ns)
        following = openings[at] if at < len(openings) else None
        if not _is_no_timer(group) and not (_was_announced_longer(group) and refused_soon(following, last_ns)):
            continue
        opened_during = bisect_right(began, last_ns) - bisect_left(began, first_ns)
        still_open = bisect_right(began, last_ns) - bisect_right(over, last_ns)
        waves.append(Wave(tuple(group), max(0, still_open - opened_during), following))
    return waves


class _InUse:
    """When the servers of one service answered."""

    __slots__ = ("_cover", "_spans")

    def __init__(self) -> None:
        self._spans: dict[bytes, Interval] = {}
        """Address → from the first answer to the last."""
        self._cover: Cover | None = None

    def add(self, address: bytes, begin_ns: int, end_ns: int) -> None:
        """One connection to a server."""
        known = self._spans.get(address, (begin_ns, end_ns))
        self._spans[address] = min(known[0], begin_ns), max(known[1], end_ns)

    def others(self, address: bytes, moment_ns: int) -> int:
        """How many servers but that one answered well before that moment and well after it."""
        if self._cover is None:
            self._cover = Cover([span for each in self._spans.values() if (span := _well_within(each)) is not None])
        own = _well_within(self._spans[address]) if address in self._spans else None
        return self._cover.at(moment_ns) - (own is not None and own[0] <= moment_ns < own[1])


def _well_within(span: Interval) -> Interval | None:
    """A span without its first and last second; None where nothing is left."""
    begin_ns, end_ns = span[0] + SECOND_NS + 1, span[1] - SECOND_NS
    return (begin_ns, end_ns) if begin_ns < end_ns else None


def _in_use(connections: list[Facts]) -> dict[Service, _InUse]:
    """From the first to the last answer of each server of a service."""
    found: dict[Service, _InUse] = {}
    for facts in connections:
        service = _service(facts)
        if service is not None:
            servers = found.setdefault(service, _InUse())
            servers.add(facts.server.address, facts.exchanges[0].start_ns, facts.exchanges[-1].end_ns)
    return found


def _service(facts: Facts) -> Service | None:
    """Client, server port and `Host`; None where nothing was asked."""
    request = facts.first_request
    if request is None or not request.host:
        return None
    return facts.client.address, facts.server.port, request.host.lower()


def _endpoint(facts: Facts) -> Endpoint:
    return facts.server.address, facts.server.port


def server_end(facts: Facts) -> End | None:
    """The end of a connection by its server, in peace, of one that had been in use."""
    said = facts.signal
    if said is not None:
        response = facts.exchanges.at(said.index).response
        if said.side is not Side.SERVER or said.cause != SERVER_CLOSE or facts.asked < 2 or response is None:
            return None
        return End(facts, response.time_ns, 0) if response.status < 400 else None
    idle_ns = idle_at_close_ns(facts) if facts.first_close is Side.SERVER else None
    if idle_ns is None or (idle_ns < SHORTEST_IDLE_NS and facts.asked < 2):
        return None
    return End(facts, facts.first_close_ns, idle_ns)


def grouped(ends: Sequence[End]) -> list[list[End]]:
    """The ends in order of time, cut where nothing ended for a while."""
    groups: list[list[End]] = []
    for end in sorted(ends, key=_time_ns):
        if groups and end.time_ns - groups[-1][-1].time_ns <= GAP_NS:
            groups[-1].append(end)
        else:
            groups.append([end])
    return groups


def _time_ns(end: End) -> int:
    return end.time_ns


def are_of_different_idle(group: Sequence[End]) -> bool:
    """Whether no timer explains that these ended together."""
    idles = [end.idle_ns for end in group]
    return max(idles) - min(idles) > max(SHORTEST_IDLE_NS, tolerance_ns(max(idles)))


def refused_soon(opening: Facts | None, moment_ns: int) -> bool:
    """Whether the server's host answered the SYN of a connection by RST, within a short time after that moment."""
    if opening is None or opening.verdict is not ConnectionVerdict.FAILED or opening.server.rst_frame == UNKNOWN:
        return False
    return 0 <= opening.opened_ns - moment_ns <= REFUSED_WITHIN_NS


def _is_of_one_moment(group: Sequence[End]) -> bool:
    """Whether two or more ended together, all of them opened before."""
    if len(group) < 2 or group[-1].time_ns - group[0].time_ns > LONGEST_WAVE_NS:
        return False
    return max(end.facts.opened_ns for end in group) < group[0].time_ns


def _was_announced_longer(group: Sequence[End]) -> bool:
    """Whether the server said of each that it would stay idle for longer."""
    for end in group:
        hint_ns = announced_ns(end.facts)
        if hint_ns is None or end.idle_ns >= hint_ns or is_as_announced(end.idle_ns, hint_ns):
            return False
    return True


def _is_no_timer(group: Sequence[End]) -> bool:
    """Whether neither an idle time nor a number of exchanges explains that these ended together."""
    idles = [end.idle_ns for end in group]
    if max(idles) < SHORTEST_IDLE_NS:
        return len({end.facts.asked for end in group}) > 1
    # A server that looks for idle connections now and then ends none that was in use a moment ago.
    return min(idles) < SECOND_NS and are_of_different_idle(group)


def _over_ns(facts: Facts) -> int:
    end = server_end(facts)
    if end is not None:
        return end.time_ns
    return facts.first_close_ns if facts.first_close_ns != NEVER else FOREVER


def _opened_ns(facts: Facts) -> int:
    return facts.opened_ns
