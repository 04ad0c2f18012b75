"""Where the rooms meet: a frame goes in, and at the end the report comes out. The only file that knows all rooms.

The same analyzer serves files and live capture: it is fed, it never waits, and the only time it knows is the capture's.
"""

import ipaddress
from collections import Counter
from collections.abc import Collection, Iterable

from kacap.core import core
from kacap.http.dialogue import Dialogue
from kacap.http.heads import REQUESTS
from kacap.http.known import KnownHeads
from kacap.http.reader import read_both
from kacap.report import model
from kacap.report.build import build_report
from kacap.report.shortfalls import ports_not_seen, shortfalls
from kacap.tcp.connection import Connection
from kacap.tcp.half import FOREVER, NEVER, UNKNOWN, Half
from kacap.tcp.tracker import Tracker
from kacap.verdict.facts import Facts
from kacap.verdict.lookups import Lookups
from kacap.verdict.pair_key import PairKeys
from kacap.version import __version__
from kacap.wire import Datagram, Decoder, Frame, Quoted, Segment, SourceInfo
from kacap.wire.dns import read_dns
from kacap.wire.names import link_type_name
from kacap.wire.segment import SYN


class Analyzer:
    """Judges the connections of one capture. Feed it every frame in order, then call `finish` once."""

    def __init__(
        self, *, ports: Collection[int] = (), hosts: Collection[str] = (), streams: Collection[int] = ()
    ) -> None:
        """Narrow the report to server `ports`, to `hosts` (addresses of either side), to `streams`; empty means all."""
        self._ports = frozenset(ports)
        self._hosts = frozenset(ipaddress.ip_address(host).packed for host in hosts)
        self._streams = frozenset(streams)
        self._decoder = Decoder()
        self._tracker = Tracker(self._opened, self._over, self._woken)
        self._dialogues: dict[int, Dialogue] = {}
        """Of the connections that are not over."""
        self._done: list[Facts | None] = []
        """Of those that are, each at the place of its `stream`."""
        self._known_heads = KnownHeads()
        self._pair_keys = PairKeys()
        self._lookups = Lookups()
        self._dns_ns: dict[int, int] = {}
        self._skipped: Counter[str] = Counter()
        self._link_types: dict[int, None] = {}
        self._frames = self._bytes = self._segments = self._cut = 0
        self._link_type = UNKNOWN
        self._first_ns = FOREVER
        self._last_ns = NEVER

    def feed_all(self, frames: Iterable[Frame]) -> None:
        """Take all frames of a source, one after the other."""
        for frame in frames:
            self.feed(frame)

    def feed(self, frame: Frame) -> None:
        """Take the next frame of the capture."""
        self._frames += 1
        self._bytes += frame.wire_bytes
        time_ns = frame.time_ns
        if time_ns > self._last_ns:
            self._last_ns = time_ns
        if time_ns < self._first_ns:
            self._first_ns = time_ns
        if frame.link_type != self._link_type:
            self._link_type = frame.link_type
            self._link_types[frame.link_type] = None
        if frame.wire_bytes > frame.end - frame.start:
            self._cut += 1
        found = self._decoder.decode(frame)
        if isinstance(found, Segment):
            self._segments += 1
            self._tracker.feed(found)
        elif isinstance(found, str):
            self._skipped[found] += 1
        elif isinstance(found, Datagram):
            self._skipped["udp"] += 1
            self._note_lookup(found)
        elif isinstance(found, Quoted):
            self._skipped[found.reason] += 1
            self._tracker.number(found)

    def tick(self, now_ns: int) -> None:
        """Capture time has come to `now_ns` without a frame: what waits for missing bytes need not wait for ever."""
        self._tracker.tick(now_ns)

    def finish(self, source: SourceInfo) -> model.Report:
        """The capture is over: judge it. `source` tells what only the reader of the capture knows."""
        facts = self.facts()
        wanted = [each for each in facts if self._is_wanted(each)]
        if self._decoder.fragments.waiting:
            self._skipped["ip-fragment-incomplete"] += self._decoder.fragments.waiting
        capture = model.Capture(
            sources=tuple(source.sources),
            format=source.format,
            link_types=tuple(link_type_name(number) for number in self._link_types),
            frames=self._frames,
            bytes=self._bytes,
            tcp_segments=self._segments,
            first_time_ns=self._first_ns if self._frames else None,
            last_time_ns=self._last_ns if self._frames else None,
            dropped_frames=source.dropped_frames,
            truncated_file=source.truncated_file,
            snaplen_cut_frames=self._cut,
            duplicate_frames=self._tracker.duplicate_frames,
            skipped=dict(sorted(self._skipped.items())),
        )
        limits_hit = self._tracker.limits_hit + sum(each.dialogue.limits_hit for each in facts)
        dropped = self._decoder.fragments.dropped
        warnings = [*source.warnings, *shortfalls(wanted, limits_hit, dropped, self._tracker.untracked)]
        warnings += ports_not_seen(self._ports, facts)
        return build_report(wanted, len(facts) - len(wanted), capture, model.Kacap(__version__, core()), warnings)

    def facts(self) -> list[Facts]:
        """The capture is over: all its connections, in order of their streams."""
        self._tracker.finish()
        facts = list(filter(None, self._done))
        facts += [self._facts(connection) for connection in self._tracker.connections]
        facts.sort(key=lambda each: each.stream)
        return facts

    def _opened(self, connection: Connection) -> None:
        dialogue = Dialogue()
        connection.first.sink, connection.second.sink = read_both(dialogue, self._known_heads)
        self._dialogues[connection.stream] = dialogue
        if not self._decoder.segment.flags & SYN:
            return  # who was connected before looked nothing up
        duration_ns = self._lookups.take(connection.first.address, connection.second.address, connection.first_time_ns)
        if duration_ns is not None:
            self._dns_ns[connection.stream] = duration_ns

    def _over(self, connection: Connection, record: bytes) -> None:
        facts = self._facts(connection)
        facts.keep_packed(record)
        stream = connection.stream
        self._done += [None] * (stream + 1 - len(self._done))
        self._done[stream] = facts
        del self._dialogues[stream]

    def _woken(self, connection: Connection) -> None:
        facts = self._done[connection.stream]
        self._done[connection.stream] = None
        if facts is not None:
            self._dialogues[connection.stream] = facts.dialogue_again()

    def _facts(self, connection: Connection) -> Facts:
        dialogue = self._dialogues[connection.stream]
        client = connection.settle_roles(_requester(connection, dialogue), self._ports)
        facts = Facts(connection, dialogue, client, self._last_ns if self._frames else 0, self._pair_keys)
        if client is connection.first:
            facts.dns_ns = self._dns_ns.get(connection.stream)
        return facts

    def _is_wanted(self, facts: Facts) -> bool:
        client, server, port = facts.pair_key
        if self._ports and port not in self._ports:
            return False
        if self._streams and facts.stream not in self._streams:
            return False
        return not self._hosts or bool(self._hosts & {client, server})

    def _note_lookup(self, datagram: Datagram) -> None:
        message = read_dns(datagram.payload)
        if message is None:
            return
        source, destination, time_ns = datagram.source, datagram.destination, datagram.time_ns
        if not message.is_response:
            self._lookups.asked(source, destination, datagram.source_port, message.id, time_ns)
        elif message.addresses:
            port = datagram.destination_port
            self._lookups.answered(destination, source, port, message.id, message.addresses, time_ns)


def _requester(connection: Connection, dialogue: Dialogue) -> Half | None:
    """The half that says requests, or whose peer says responses."""
    if not dialogue.first_says:
        return None
    return connection.first if dialogue.first_says == REQUESTS else connection.second
