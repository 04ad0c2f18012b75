"""Where the rooms meet: a frame goes in, and at the end the report comes out. The only file that knows all rooms.

The same analyzer serves files and live capture: it is fed, it never waits, and the only time it knows is the capture's.
Several of them may each take a share of the connections (`jobs`): all are fed all frames, and one brings in the parts.
"""

from array import array
from collections import Counter
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from kacap.core import core
from kacap.http.dialogue import Dialogue
from kacap.http.hearing import Hearing
from kacap.http.known import KnownHeads
from kacap.keeping import Keeping, OnEnd
from kacap.keeping.standing import dialogue_of
from kacap.report import model
from kacap.report.build import build_report
from kacap.report.shortfalls import ports_not_seen, shortfalls
from kacap.tcp.connection import Connection
from kacap.tcp.half import FOREVER, NEVER, UNKNOWN
from kacap.tcp.packed import packed_stream
from kacap.tcp.plain import Plain
from kacap.tcp.sink import Listener
from kacap.tcp.tracker import Tracker
from kacap.verdict.facts import Facts, put_in_order
from kacap.verdict.pair_key import PairKeys
from kacap.verdict.present import requester
from kacap.verdict.resolving import Resolving
from kacap.verdict.wanted import Wanted
from kacap.version import __version__
from kacap.wire import Datagram, Decoder, Frame, Quoted, Segment, SourceInfo
from kacap.wire.names import link_type_name
from kacap.wire.segment import SYN
from kacap.wire.share import Share

if TYPE_CHECKING:
    from kacap.report.glance import Glance
    from kacap.report.onlooker import Onlooker


class Analyzer:
    """Judges the connections of one capture. Feed it every frame in order, then call `finish` once."""

    def __init__(
        self,
        *,
        ports: Collection[int] = (),
        hosts: Collection[str] = (),
        streams: Collection[int] = (),
        share: Share | None = None,
        keep: int | None = None,
        on_end: OnEnd | None = None,
    ) -> None:
        """Narrow the report to server `ports`, to `hosts` (addresses of either side), to `streams`; empty means all.

        `share`: follow only the connections that it holds. `keep`: of the connections that are over list the newest so
        many, and count the others (`keeping`); then `on_end` is called once for each connection that is over.
        """
        self._wanted = Wanted(ports, hosts, streams)
        self._decoder = Decoder()
        self._share = share
        self.tracker = Tracker(self._opened, self._over, self._woken, self._began)
        if share is not None:
            self.tracker.numbered = array("q")
        self._done: list[Facts | None] = []
        """Of the connections that are over, each at the place of its `stream`."""
        self.known_heads = KnownHeads()
        self._pair_keys = PairKeys()
        self.resolving = Resolving(notes_taken=share is not None)
        self.keeping = None if keep is None else Keeping(keep, self.tracker, self._pair_keys, self, on_end)
        self._skipped: Counter[str] = Counter()
        self._link_types: dict[int, None] = {}
        self._fed = 0
        self.depends_on_others = False
        """With a share: it came to a segment that is judged by what happens on connections it does not follow."""
        self.bytes = self.segments = self.cut_frames = 0
        """With a share: what no other job counts."""
        self._onlooker: Onlooker | None = None
        self._link_type = UNKNOWN
        self.first_ns, self.last_ns = FOREVER, NEVER

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
        if share is not None and share.latest_ns > self.last_ns:
            self.last_ns = share.latest_ns  # time has passed with the frames that were passed over
        time_ns = frame.time_ns
        is_late = time_ns < self.last_ns
        if not is_late:
            self.last_ns = time_ns
        elif time_ns < self.first_ns:
            self.first_ns = time_ns
        if frame.link_type != self._link_type:
            self.first_ns = min(self.first_ns, time_ns)  # as for the first frame
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
            wire_bytes = frame.wire_bytes
            self.bytes += wire_bytes  # as `_count_bytes`, without a call for each segment
            if wire_bytes > frame.end - frame.start:
                self.cut_frames += 1
            self.tracker.feed(found)
            if self.keeping is not None and self.keeping.is_due(self._fed, time_ns):
                self._look(self.keeping, time_ns)
            return
        if share is None or share.index == 0:  # what is no segment comes to all
            self._count_bytes(frame)
        if isinstance(found, str):
            self._skipped[found] += 1
        elif isinstance(found, Datagram):
            self._skipped["udp"] += 1
            self.resolving.note(found)
        elif isinstance(found, Quoted):
            self._skipped[found.reason] += 1
            if share is None or share.holds(found.key):
                self.tracker.number(found)

    def _count_bytes(self, frame: Frame) -> None:
        self.bytes += frame.wire_bytes
        if frame.wire_bytes > frame.end - frame.start:
            self.cut_frames += 1

    def tick(self, now_ns: int) -> None:
        """Capture time has come to `now_ns` without a frame: what waits for missing bytes need not wait for ever."""
        self.tracker.tick(now_ns)
        if self.keeping is not None and self.keeping.is_due(self._fed, now_ns):
            self._look(self.keeping, now_ns)

    def _look(self, keeping: Keeping, now_ns: int) -> None:
        for stream in keeping.look(self._fed, self.first_ns, now_ns):
            self.resolving.forget(stream)

    def glance(self, now_ns: int, source: SourceInfo | None = None) -> "Glance":
        """What is going on at capture time `now_ns`; `source` tells what only the reader of the capture knows, so far.

        Who looks more than once begins when the capture does: what is told per second is told between looks.
        """
        from kacap.report.onlooker import Counted, Onlooker  # noqa: PLC0415 - who reads files never looks

        if self._onlooker is None:
            self._onlooker = Onlooker(self._pair_keys, self._wanted.has)
            for facts in filter(None, self._done) if self.keeping is None else self.keeping.ended.values():
                self._onlooker.ended(facts)
        dropped, sources = (None, []) if source is None else (source.dropped_frames, source.sources)
        counted = Counted(
            self.frames, self.bytes, self.first_ns if self.frames else None, self.last_ns, dropped, sources
        )
        return self._onlooker.look(now_ns, self.tracker.followed, counted)

    def finish(self, source: SourceInfo) -> model.Report:
        """The capture is over: judge it. `source` tells what only the reader of the capture knows."""
        report = self.judge(self.facts(), source)
        if self.keeping is not None:
            self.keeping.tell_rest(report.connections)
        return report

    def facts(self) -> list[Facts]:
        """The capture is over: all connections that were followed, in order of their streams."""
        facts = [] if self.keeping is None else self.keeping.settle(self.first_ns, self.last_ns)
        self.end()
        for each in self.tracker.connections:
            self._put(self.facts_of(each, dialogue_of(each.listener)))
        facts += filter(None, self._done)
        self._done = []
        self.tracker.let_go()  # to judge takes memory, too
        put_in_order(facts)
        return facts

    def end(self) -> None:
        """The capture is over: nothing that is open goes on."""
        share = self._share
        if share is not None:
            self.last_ns = max(self.last_ns, share.latest_ns)
            self.tracker.pass_over(share.passed_frame, share.passed_time_ns)
        self.tracker.finish()

    def adopt_packed(self, record: bytes, dialogue: Dialogue, dns_ns: int | None) -> Facts:
        """A connection that is packed, by this analyzer or another."""
        facts = Facts(None, dialogue, None, pair_keys=self._pair_keys, record=record)
        facts.dns_ns = dns_ns
        return facts

    def judge(self, facts: list[Facts], source: SourceInfo, duplicates: int = 0, limits: int = 0) -> model.Report:
        """The report on all connections; `duplicates` and `limits` is what other trackers counted."""
        put_in_order(facts)
        wanted = list(filter(self.is_wanted, facts)) if not self._wanted.is_all else facts
        fragments = self._decoder.fragments
        if fragments.waiting:
            self._skipped["ip-fragment-incomplete"] += fragments.waiting
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
        limits_hit = limits + self.tracker.limits_hit + sum([each.dialogue.limits_hit for each in facts])
        left_out = len(facts) - len(wanted)
        fold, ports = None, Counter(each.pair_key.port for each in (facts if self._wanted.ports else ()))
        if self.keeping is not None:
            fold = self.keeping.fold
            limits_hit += self.keeping.limits_hit
            left_out += self.keeping.left_out
            ports += self.keeping.ports
        warnings = [*source.warnings, *shortfalls(wanted, limits_hit, fragments.dropped, self.tracker, fold)]
        warnings += ports_not_seen(self._wanted.ports, ports)
        return build_report(wanted, left_out, capture, model.Kacap(__version__, core()), warnings, fold)

    def _began(self, plain: Plain) -> Hearing:
        self.resolving.opened(plain.key, plain)
        return Hearing(self.known_heads)

    def _opened(self, connection: Connection) -> None:
        hearing = Hearing(self.known_heads)
        hearing.divide()
        connection.listener = hearing
        connection.first.sink, connection.second.sink = hearing.first_sink, hearing.second_sink
        if self._decoder.segment.flags & SYN:  # who was connected before looked nothing up
            self.resolving.opened(connection.first.key, connection)

    def _over(self, listener: Listener, record: bytes) -> None:
        stream = packed_stream(record)
        took_ns = self.resolving.took_ns(stream)
        if self.keeping is not None:
            self.keeping.packed(stream)
        self.ended(self.adopt_packed(record, dialogue_of(listener), took_ns))

    def ended(self, facts: Facts) -> None:
        """A connection is over, as far as can be seen: all that are, come by here."""
        if self._onlooker is not None:
            self._onlooker.ended(facts)
        if self.keeping is not None:
            self.keeping.add(facts)
            return
        self._put(facts)

    def _put(self, facts: Facts) -> None:
        stream, done = facts.stream, self._done
        while len(done) <= stream:
            done.append(None)
        done[stream] = facts

    def goes_on(self, stream: int) -> Facts:
        """One of those is not over."""
        if self.keeping is not None:
            facts: Facts | None = self.keeping.take_back(stream)
        else:
            facts = self._done[stream]
            self._done[stream] = None
        assert facts is not None
        if self._onlooker is not None:
            self._onlooker.woken(facts)
        return facts

    def _woken(self, stream: int) -> Dialogue:
        return self.goes_on(stream).dialogue_again()

    def facts_of(self, connection: Connection, dialogue: Dialogue) -> Facts:
        """A connection that is over, or that is looked at as it is."""
        client = connection.settle_roles(requester(connection, dialogue), self._wanted.ports)
        facts = Facts(connection, dialogue, client, self.last_ns if self.frames else 0, self._pair_keys)
        if client is connection.first:
            facts.dns_ns = self.resolving.took_ns(connection.stream)
        return facts

    def is_wanted(self, facts: Facts) -> bool:
        """Whether the report speaks of it."""
        return self._wanted.has(facts.pair_key, facts.stream)
