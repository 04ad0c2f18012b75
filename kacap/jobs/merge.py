"""The parts of all jobs become one: numbered, and told whose a DNS answer was.

A part is a header and then batches, each as `marshal` writes it: the jobs are one program, and hold plain values only.
"""

import marshal
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from kacap.analyzer import Analyzer
from kacap.jobs.rows import HeadsIn, HeadsOut, Row, connection_of_row, row_of_connection
from kacap.tcp.connection import Connection
from kacap.tcp.packed import packed_stream, renumbered
from kacap.tcp.tracker import HELD_BYTES_IN_ALL, MAX_CONNECTIONS
from kacap.verdict.facts import Facts

BATCH: Final = 4096
"""Connections that cross at once."""


class Header(NamedTuple):
    """What a job says before its connections."""

    frames: int
    bytes: int
    """With `frames` and `last_ns`: all jobs must have read the same."""
    last_ns: int
    numbered: list[int]
    """The frame with which each of its `stream` numbers came up."""
    answers: list[tuple[int, int, int]]
    """DNS answers that were taken: which, the frame that began the connection, and its `stream`."""
    duplicates: int
    limits: int
    opened: int
    reservations: int
    held_bytes_most: int
    depends_on_others: bool


def header_of(analyzer: Analyzer) -> Header:
    """Of an analyzer with a share that was fed all frames."""
    tracker = analyzer.tracker
    numbered = tracker.numbered or []
    return Header(
        analyzer.frames,
        analyzer.bytes,
        analyzer.last_ns,
        numbered,
        [(answer, frame, stream) for answer, frame, stream in analyzer.taken_answers],
        tracker.duplicate_frames,
        tracker.limits_hit,
        tracker.opened,
        tracker.reservations,
        tracker.held_bytes_most,
        analyzer.depends_on_others or analyzer.lookups.forgot or tracker.untracked > 0,
    )


def messages(analyzer: Analyzer) -> Iterator[bytes]:
    """The part of one job: its header, then its connections; one that is empty ends it."""
    facts = analyzer.facts()
    yield marshal.dumps(tuple(header_of(analyzer)))
    heads = HeadsOut()
    for start in range(0, len(facts), BATCH):
        rows = [_row(each, heads) for each in facts[start : start + BATCH]]
        yield marshal.dumps((heads.take_new(), rows))
    yield b""


def _row(facts: Facts, heads: HeadsOut) -> Row:
    connection = facts.record or row_of_connection(facts.connection)
    return facts.stream, facts.dns_ns, connection, heads.row_of_dialogue(facts.dialogue_again())


def may_differ(headers: Sequence[Header]) -> bool:
    """Whether one job could have come to another report."""
    first = headers[0]
    return (
        any(each[:3] != first[:3] or each.depends_on_others for each in headers)
        or sum(each.opened for each in headers) > MAX_CONNECTIONS
        or 2 * sum(each.reservations for each in headers) > MAX_CONNECTIONS
        or sum(each.held_bytes_most for each in headers) > HELD_BYTES_IN_ALL
    )


def numbers_of(headers: Sequence[Header]) -> list[list[int]]:
    """For each job, the `stream` number in the whole capture of each of its own."""
    jobs = len(headers)
    marks: list[int] = []
    for job, header in enumerate(headers):
        marks += [frame * jobs + job for frame in header.numbered]
    marks.sort()
    numbers: list[list[int]] = [[] for _ in headers]
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
        self._followed: dict[int, Facts] = {}
        """By their number in the job."""
        self._replacing: list[tuple[Connection, int]] = []

    def add(self, message: bytes) -> None:
        """Take a batch."""
        batch: tuple[list[Row], list[Row]] = marshal.loads(message)
        self._heads.add(batch[0])
        for row in batch[1]:
            self._add(row)

    def _add(self, row: Row) -> None:
        stream, dns_ns, told, dialogue = row
        number = self._numbers[stream]
        if stream in self._losers:
            dns_ns = None
        dialogue = self._heads.dialogue_of_row(dialogue)
        if isinstance(told, bytes):
            self._followed[stream] = self._analyzer.adopt_packed(renumbered(told, number), dialogue, dns_ns)
            return
        connection = connection_of_row(told, number)
        before: Any = told[-1]
        if before >= 0:
            self._replacing.append((connection, before))
        self._followed[stream] = self._analyzer.adopt(connection, dialogue, dns_ns)

    def end(self) -> list[Facts]:
        """All of them, each with what it replaces."""
        for connection, stream in self._replacing:
            before = self._followed[stream]
            if before.record:
                connection.replaces_record = before.record
            else:
                connection.replaces = before.connection
        return list(self._followed.values())
