"""The parts of all jobs become one: numbered, and told whose a DNS answer was.

A part is a header and then batches, each as `marshal` writes it: the jobs are one program, and hold plain values only.
"""

import marshal
from array import array
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from kacap.analyzer import Analyzer
from kacap.http.dialogue import Dialogue
from kacap.http.exchanges import Exchanges
from kacap.jobs.part import Part
from kacap.jobs.plain import Columns, PlainIn, PlainOut
from kacap.jobs.rows import RECORDS, HeadsIn, HeadsOut, Row, connection_of_row, row_of_connection
from kacap.keeping.standing import dialogue_of
from kacap.tcp.connection import Connection
from kacap.tcp.packed import packed_stream, renumbered
from kacap.tcp.tracker import HELD_BYTES_IN_ALL, MAX_CONNECTIONS
from kacap.verdict.facts import Facts

BATCH: Final = 4096
"""Connections that cross at once."""
BATCH_BYTES: Final = 1 << 20
"""Of exchanges that cross at once: who reads them begins while the next ones are written."""


class Header(NamedTuple):
    """What a job says before its connections."""

    wire_bytes: int
    """Of the frames that this job counts, as `segments` and `cut_frames`."""
    segments: int
    cut_frames: int
    first_ns: int
    numbered: bytes
    """The frame with which each of its `stream` numbers came up, as i64."""
    answers: list[tuple[int, int, int]]
    """DNS answers that were taken: which, the frame that began the connection, and its `stream`."""
    duplicates: int
    limits: int
    opened: int
    reservations: int
    held_bytes_most: int
    depends_on_others: bool


def header_of(analyzer: Analyzer) -> Header:
    """Of an analyzer with a share that has ended."""
    tracker = analyzer.tracker
    return Header(
        analyzer.bytes,
        analyzer.segments,
        analyzer.cut_frames,
        analyzer.first_ns,
        b"" if tracker.numbered is None else tracker.numbered.tobytes(),
        [(answer, frame, stream) for answer, frame, stream in analyzer.resolving.taken or ()],
        tracker.duplicate_frames,
        tracker.limits_hit,
        tracker.opened,
        tracker.reservations,
        tracker.holders.most,
        analyzer.depends_on_others or analyzer.resolving.forgot or tracker.untracked > 0,
    )


def messages(part: Part) -> Iterator[bytes]:
    """The part of one job: its header, then its connections; one that is empty ends it."""
    part.end()
    yield marshal.dumps(tuple(header_of(part)))
    connections = part.tracker.connections
    part.tracker.let_go()  # it holds the packed ones, too, which are to go as they cross
    out = _Batches()
    for stream in list(part.packed):
        record, said = part.packed.pop(stream)
        dns_ns = part.dns_of(stream)
        if not (isinstance(said, Exchanges) and out.plain.add(record, said, dns_ns)):
            dialogue = Dialogue(said) if isinstance(said, Exchanges) else said
            out.add(stream, dns_ns, record, dialogue)
        if out.is_full:
            yield out.take()
    for connection in connections:
        stream = connection.stream
        out.add(stream, part.dns_of(stream), row_of_connection(connection), dialogue_of(connection.listener))
        if out.is_full:
            yield out.take()
    yield out.take()
    yield b""


class _Batches:
    """Connections as plain values, until there are enough of them to cross."""

    def __init__(self) -> None:
        self._heads = HeadsOut()
        self.plain = PlainOut(self._heads)
        self._rows: list[Row] = []
        self._bytes = 0

    @property
    def is_full(self) -> bool:
        """Whether it is time to `take`."""
        return len(self.plain) + len(self._rows) >= BATCH or self._bytes >= BATCH_BYTES

    def add(self, stream: int, dns_ns: int | None, told: bytes | Row, dialogue: Dialogue) -> None:
        """One that has no place in the columns; `told` is what TCP showed of it."""
        spoken = self._heads.row_of_dialogue(dialogue)
        self._rows.append((stream, dns_ns, told, spoken))
        self._bytes += len(spoken[RECORDS])

    def take(self) -> bytes:
        """All of them, and the heads that they brought."""
        rows, self._rows, self._bytes = self._rows, [], 0
        return marshal.dumps((self._heads.take_new(), self.plain.take(), rows))


def count_in(analyzer: Analyzer, headers: Sequence[Header]) -> None:
    """Add what other jobs counted."""
    for header in headers:
        analyzer.bytes += header.wire_bytes
        analyzer.segments += header.segments
        analyzer.cut_frames += header.cut_frames
        analyzer.first_ns = min(analyzer.first_ns, header.first_ns)


def may_differ(headers: Sequence[Header]) -> bool:
    """Whether one job could have come to another report."""
    return (
        any(each.depends_on_others for each in headers)
        or sum(each.opened for each in headers) > MAX_CONNECTIONS
        or 2 * sum(each.reservations for each in headers) > MAX_CONNECTIONS
        or sum(each.held_bytes_most for each in headers) > HELD_BYTES_IN_ALL
    )


def numbers_of(headers: Sequence[Header]) -> list["array[int]"]:
    """For each job, the `stream` number in the whole capture of each of its own."""
    jobs = len(headers)
    marks: list[int] = []
    for job, header in enumerate(headers):
        marks += [frame * jobs + job for frame in memoryview(header.numbered).cast("q")]
    marks.sort()
    numbers = [array("I") for _ in headers]
    for stream, mark in enumerate(marks):
        numbers[mark % jobs].append(stream)
    return numbers


def losers_of(headers: Sequence[Header]) -> list[set[int]]:
    """For each job, its connections that took a DNS answer which another connection had taken before."""
    first: dict[int, int] = {}
    for header in headers:
        for answer, frame, _ in header.answers:
            first[answer] = min(frame, first.get(answer, frame))
    return [{stream for answer, frame, stream in header.answers if frame != first[answer]} for header in headers]


def renumber_own(facts: Sequence[Facts], numbers: Sequence[int], losers: set[int]) -> None:
    """The connections of the job that brings in the parts."""
    connections: dict[int, Connection] = {}
    for each in facts:
        if each.stream in losers:
            each.dns_ns = None
        each.stream = numbers[each.stream]
        if each.record:
            each.record = renumbered(each.record, each.stream)
            continue
        connection = each.connection
        connections[id(connection)] = connection
        if connection.replaces_record:
            before = packed_stream(connection.replaces_record)
            connection.replaces_record = renumbered(connection.replaces_record, numbers[before])
        if connection.replaces is not None:
            connections[id(connection.replaces)] = connection.replaces
    for connection in connections.values():
        connection.stream = numbers[connection.stream]


class Adoption:
    """Brings the connections of one other job into an analyzer."""

    def __init__(self, analyzer: Analyzer, numbers: Sequence[int], losers: set[int]) -> None:
        self._analyzer = analyzer
        self._numbers = numbers
        self._losers = losers
        self._heads = HeadsIn(analyzer.known_heads.alike)
        self._facts: list[Facts] = []
        self._replacing: list[tuple[Connection, int]] = []
        """What each replaces, by the number in the whole capture."""

    def add(self, message: memoryview) -> None:
        """Take a batch."""
        batch: tuple[list[Row], Columns, list[Row]] = marshal.loads(message)
        self._heads.add(batch[0])
        plain = PlainIn(batch[1], self._heads)
        while plain.advance():
            self._add_packed(plain.record, Dialogue(plain.exchanges), packed_stream(plain.record), plain.dns_ns)
        for stream, dns_ns, told, spoken in batch[2]:
            dialogue = self._heads.dialogue_of_row(spoken)
            if isinstance(told, bytes):
                self._add_packed(told, dialogue, stream, dns_ns)
            else:
                self._add(told, dialogue, stream, dns_ns)

    def _add_packed(self, told: bytes, dialogue: Dialogue, stream: int, dns_ns: int | None) -> None:
        record = renumbered(told, self._numbers[stream])
        dns_ns = None if stream in self._losers else dns_ns
        self._facts.append(self._analyzer.adopt_packed(record, dialogue, dns_ns))

    def _add(self, row: Row, dialogue: Dialogue, stream: int, dns_ns: int | None) -> None:
        connection = connection_of_row(row, self._numbers[stream])
        before: Any = row[-1]
        if before >= 0:
            self._replacing.append((connection, self._numbers[before]))
        facts = self._analyzer.facts_of(connection, dialogue)
        facts.dns_ns = None if stream in self._losers else dns_ns
        self._facts.append(facts)

    def end(self) -> list[Facts]:
        """All of them, each with what it replaces."""
        replaced = {stream for _, stream in self._replacing}
        before_of = {each.stream: each for each in self._facts if each.stream in replaced} if replaced else {}
        for connection, stream in self._replacing:
            before = before_of[stream]
            if before.record:
                connection.replaces_record = before.record
            else:
                connection.replaces = before.connection
        return self._facts
