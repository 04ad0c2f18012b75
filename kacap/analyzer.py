"""Where the rooms meet: a frame goes in, and at the end the report comes out. The only file that knows all rooms.

The same analyzer serves files and live capture: it is fed, it never waits, and the only time it knows is the capture's.
Several of them may each take a share of the connections (`jobs`): all are fed all frames, and one brings in the parts.
"""

import ipaddress
from array import array
from collections import Counter
from collections.abc import Collection, Iterable

from kacap.core import core
from kacap.http.dialogue import Dialogue
from kacap.http.heads import REQUESTS
from kacap.http.hearing import Hearing
from kacap.http.known import KnownHeads
from kacap.report import model
from kacap.report.build import build_report
from kacap.report.shortfalls import ports_not_seen, shortfalls
from kacap.tcp.connection import Connection
from kacap.tcp.half import FOREVER, NEVER, UNKNOWN, Half
from kacap.tcp.packed import packed_stream
from kacap.tcp.plain import Plain
from kacap.tcp.sink import Listener
from kacap.tcp.tracker import Tracker
from kacap.verdict.facts import Facts
from kacap.verdict.lookups import Lookups
from kacap.verdict.pair_key import PairKeys
from kacap.version import __version__
from kacap.wire import Datagram, Decoder, Frame, Quoted, Segment, SourceInfo
from kacap.wire.dns import read_dns
from kacap.wire.names import link_type_name
from kacap.wire.segment import SYN
from kacap.wire.share import Share


class Analyzer:
    """Judges the connections of one capture. Feed it every frame in order, then call `finish` once."""

    def __init__(
        self,
        *,
        ports: Collection[int] = (),
        hosts: Collection[str] = (),
        streams: Collection[int] = (),
        share: Share | None = None,
    ) -> None:
        """Narrow the report to server `ports`, to `hosts` (addresses of either side), to `streams`; empty means all.

        `share`: follow only the connections that it holds.
        """
        self._ports = frozenset(ports)
        self._hosts = frozenset(ipaddress.ip_address(host).packed for host in hosts)
        self._streams = frozenset(streams)
        self._narrowed = bool(self._ports or self._hosts or self._streams)
        self._decoder = Decoder()
        self._share = share
        self.tracker = Tracker(self._opened, self._over, self._woken, self._began)
        if share is not None:
            self.tracker.numbered = array("q")
        self._done: list[Facts | None] = []
        """Of the connections that are over, each at the place of its `stream`."""
        self.known_heads = KnownHeads()
        self._pair_keys = PairKeys()
        self.lookups = Lookups()
        self.taken_answers: list[tuple[int, int, int]] = []
        """With a share: which answer a connection took (from 0), the frame that began it, and its `stream`."""
        self._dns_ns: dict[int, int] = {}
        self._skipped: Counter[str] = Counter()
        self._link_types: dict[int, None] = {}
        self._fed = 0
        self._passed = 0
        """Of the frames that the reader passed over for the share, those that were noted."""
        self.depends_on_others = False
        """With a share: it came to a segment that is judged by what happens on connections it does not follow."""
        self.bytes = self.segments = self.cut_frames = 0
        """With a share: what no other job counts."""
        self._link_type = UNKNOWN
        self.first_ns = FOREVER
        self.last_ns = NEVER

    @property
    def frames(self) -> int:
        """How many there were, those with them that the reader passed over."""
        return self._fed if self._share is None else self._fed + self._share.passed_frames

    def feed_all(self, frames: Iterable[Frame]) -> None:
        """Take all frames of a source, one after the other."""
        for frame in frames:
            self.feed(frame)

    def feed(self, frame: Frame) -> None:
        """Take the next frame of the capture."""
        self._fed += 1
        share = self._share
        if share is not None and share.passed_frames != self._passed:
            self._note_passed(share)
        time_ns = frame.time_ns
        is_late = time_ns < self.last_ns
        if not is_late:
            self.last_ns = time_ns
        if time_ns < self.first_ns:
            self.first_ns = time_ns
        if frame.link_type != self._link_type:
            self._link_type = frame.link_type
            self._link_types[frame.link_type] = None
        found = self._decoder.decode(frame)
        if isinstance(found, Segment):
            if share is not None:
                if share.own_frame != frame.number and not share.holds(found.key):
                    self.tracker.pass_over(found.frame, found.time_ns)
                    return
                if is_late and self.tracker.depends_on_others(found, self.last_ns):
                    self.depends_on_others = True
            self.segments += 1
            self._count_bytes(frame)
            self.tracker.feed(found)
            return
        if share is None or share.index == 0:  # what is no segment comes to all
            self._count_bytes(frame)
        if isinstance(found, str):
            self._skipped[found] += 1
        elif isinstance(found, Datagram):
            self._skipped["udp"] += 1
            self._note_lookup(found)
        elif isinstance(found, Quoted):
            self._skipped[found.reason] += 1
            if share is None or share.holds(found.key):
                self.tracker.number(found)

    def _count_bytes(self, frame: Frame) -> None:
        self.bytes += frame.wire_bytes
        if frame.wire_bytes > frame.end - frame.start:
            self.cut_frames += 1

    def _note_passed(self, share: Share) -> None:
        """Time has passed with the frames that were passed over; each of them was a segment."""
        self._passed = share.passed_frames
        if share.latest_ns > self.last_ns:
            self.last_ns = share.latest_ns
        self.tracker.pass_over(share.passed_frame, share.passed_time_ns)

    def tick(self, now_ns: int) -> None:
        """Capture time has come to `now_ns` without a frame: what waits for missing bytes need not wait for ever."""
        self.tracker.tick(now_ns)

    def finish(self, source: SourceInfo) -> model.Report:
        """The capture is over: judge it. `source` tells what only the reader of the capture knows."""
        return self.judge(self.facts(), source)

    def facts(self) -> list[Facts]:
        """The capture is over: all connections that were followed, in order of their streams."""
        self.end()
        facts = list(filter(None, self._done))
        self._done = []
        facts += [self._facts(each, dialogue_of(each.listener)) for each in self.tracker.connections]
        self.tracker.let_go()  # to judge takes memory, too
        facts.sort(key=lambda each: each.stream)
        return facts

    def end(self) -> None:
        """The capture is over: nothing that is open goes on."""
        if self._share is not None and self._share.passed_frames != self._passed:
            self._note_passed(self._share)
        self.tracker.finish()

    def adopt(self, connection: Connection, dialogue: Dialogue, dns_ns: int | None) -> Facts:
        """A connection that another analyzer followed."""
        facts = self._facts(connection, dialogue)
        facts.dns_ns = dns_ns
        return facts

    def adopt_packed(self, record: bytes, dialogue: Dialogue, dns_ns: int | None) -> Facts:
        """The same, of one that is packed."""
        facts = Facts(None, dialogue, None, pair_keys=self._pair_keys, record=record)
        facts.dns_ns = dns_ns
        return facts

    def judge(self, facts: list[Facts], source: SourceInfo, duplicates: int = 0, limits: int = 0) -> model.Report:
        """The report on all connections; `duplicates` and `limits` is what other trackers counted."""
        facts.sort(key=lambda each: each.stream)
        wanted = list(filter(self._is_wanted, facts)) if self._narrowed else facts
        if self._decoder.fragments.waiting:
            self._skipped["ip-fragment-incomplete"] += self._decoder.fragments.waiting
        capture = model.Capture(
            sources=tuple(source.sources),
            format=source.format,
            link_types=tuple(link_type_name(number) for number in self._link_types),
            frames=self.frames,
            bytes=self.bytes,
            tcp_segments=self.segments,
            first_time_ns=self.first_ns if self.frames else None,
            last_time_ns=self.last_ns if self.frames else None,
            dropped_frames=source.dropped_frames,
            truncated_file=source.truncated_file,
            snaplen_cut_frames=self.cut_frames,
            duplicate_frames=self.tracker.duplicate_frames + duplicates,
            skipped=dict(sorted(self._skipped.items())),
        )
        limits_hit = limits + self.tracker.limits_hit + sum(each.dialogue.limits_hit for each in facts)
        dropped = self._decoder.fragments.dropped
        warnings = [*source.warnings, *shortfalls(wanted, limits_hit, dropped, self.tracker.untracked)]
        warnings += ports_not_seen(self._ports, facts)
        return build_report(wanted, len(facts) - len(wanted), capture, model.Kacap(__version__, core()), warnings)

    def _began(self, plain: Plain) -> Hearing:
        self._note_lookup_of(plain.key, plain.stream, plain.first_frame, plain.first_time_ns)
        return Hearing(self.known_heads)

    def _opened(self, connection: Connection) -> None:
        hearing = Hearing(self.known_heads)
        hearing.divide()
        connection.listener = hearing
        connection.first.sink, connection.second.sink = hearing.first_sink, hearing.second_sink
        if self._decoder.segment.flags & SYN:  # who was connected before looked nothing up
            first_ns = connection.first_time_ns
            self._note_lookup_of(connection.first.key, connection.stream, connection.first_frame, first_ns)

    def _note_lookup_of(self, key: bytes, stream: int, first_frame: int, first_time_ns: int) -> None:
        if not self.lookups.answers:
            return
        width = (len(key) - 4) // 2
        duration_ns = self.lookups.take(key[:width], key[width : 2 * width], first_time_ns)
        if self._share is not None and self.lookups.taken >= 0:
            self.taken_answers.append((self.lookups.taken, first_frame, stream))
        if duration_ns is not None:
            self._dns_ns[stream] = duration_ns

    def _over(self, listener: Listener, record: bytes) -> None:
        stream = packed_stream(record)
        facts = self.adopt_packed(record, dialogue_of(listener), self._dns_ns.get(stream))
        self._done += [None] * (stream + 1 - len(self._done))
        self._done[stream] = facts

    def _woken(self, stream: int) -> Dialogue:
        facts = self._done[stream]
        self._done[stream] = None
        assert facts is not None
        return facts.dialogue_again()

    def _facts(self, connection: Connection, dialogue: Dialogue) -> Facts:
        client = connection.settle_roles(_requester(connection, dialogue), self._ports)
        facts = Facts(connection, dialogue, client, self.last_ns if self.frames else 0, self._pair_keys)
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
            self.lookups.asked(source, destination, datagram.source_port, message.id, time_ns)
        elif message.addresses:
            port = datagram.destination_port
            self.lookups.answered(destination, source, port, message.id, message.addresses, time_ns)


def dialogue_of(listener: Listener) -> Dialogue:
    """Who listens to the connections of an analyzer."""
    assert isinstance(listener, Dialogue)
    return listener


def _requester(connection: Connection, dialogue: Dialogue) -> Half | None:
    """The half that says requests, or whose peer says responses."""
    if not dialogue.first_says:
        return None
    return connection.first if dialogue.first_says == REQUESTS else connection.second
