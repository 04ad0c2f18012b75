"""Exchanges that are over are numbers in a record: what is made of them is what was written."""

from pathlib import Path

import pytest

from kacap.capture.files import open_capture
from kacap.http.dialogue import Dialogue
from kacap.http.exchanges import Exchanges
from kacap.http.message import Exchange, Message
from kacap.http.persistence import persists, signal
from kacap.http.reader import read_both
from kacap.tcp.connection import Connection
from kacap.tcp.sink import Sink
from kacap.tcp.tracker import Tracker
from kacap.wire import Decoder, Segment
from tests.attributes import attributes_of
from tests.http.made import content_of, request, response
from tests.http.spoken import client, hear, server

CAPTURES = sorted((Path(__file__).parents[2] / "captures").glob("*.pcap*"))
GET = b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CLOSE = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"


def told(message: Message | None) -> object:
    """All that is known of a message."""
    if message is None:
        return None
    said = content_of(message.head)
    return type(message), said, tuple(getattr(message, name) for name in attributes_of(Message) if name != "head")


def whole(exchange: Exchange) -> object:
    """All that is known of an exchange."""
    return (
        exchange.index,
        exchange.informational,
        exchange.response_lost,
        told(exchange.request),
        told(exchange.response),
    )


def columns(exchanges: Exchanges) -> list[tuple[object, ...]]:
    """What is told of each exchange without making an object of it."""
    return [
        (
            exchanges.start_ns(at),
            exchanges.end_ns(at),
            exchanges.complete(at),
            exchanges.persists(at),
            exchanges.signal(at),
            exchanges.has_response(at),
            exchanges.heads(at),
            told(exchanges.request(at)),
        )
        for at in range(len(exchanges))
    ]


def same_columns(exchanges: Exchanges) -> list[tuple[object, ...]]:
    """The same, of the objects."""
    return [
        (
            each.start_ns,
            each.end_ns,
            each.complete,
            persists(each),
            signal(each),
            each.response is not None,
            (each.request and each.request.head, each.response and each.response.head),
            told(each.request),
        )
        for each in exchanges
    ]


class Twice(Sink):
    """Tells one reader each chunk as it is, and another in two pieces, so that no message is whole in one."""

    def __init__(self, plain: Sink, cut: Sink) -> None:
        self.plain, self.cut = plain, cut

    def chunk(self, data: bytes, start: int, end: int, unseen: int, frame: int, time_ns: int) -> None:
        self.plain.chunk(data, start, end, unseen, frame, time_ns)
        middle = start + (end - start) // 2
        if start < middle:
            self.cut.chunk(data, start, middle, 0, frame, time_ns)
        self.cut.chunk(data, middle, end, unseen, frame, time_ns)

    def gap(self, length: int, frame: int, time_ns: int) -> None:
        self.plain.gap(length, frame, time_ns)
        self.cut.gap(length, frame, time_ns)

    def end(self, frame: int, time_ns: int) -> None:
        self.plain.end(frame, time_ns)
        self.cut.end(frame, time_ns)

    def finish(self) -> None:
        self.plain.finish()
        self.cut.finish()


def dialogues(path: Path) -> list[tuple[Dialogue, Dialogue]]:
    """The connections of a capture, each read twice."""
    found: list[tuple[Dialogue, Dialogue]] = []

    def opened(connection: Connection) -> None:
        plain, cut = Dialogue(), Dialogue()
        found.append((plain, cut))
        for half, one, other in zip(
            (connection.first, connection.second), read_both(plain), read_both(cut), strict=True
        ):
            half.sink = Twice(one, other)

    tracker, decoder = Tracker(opened), Decoder()
    for frame in open_capture([str(path)]):
        segment = decoder.decode(frame)
        if isinstance(segment, Segment):
            tracker.feed(segment)
    tracker.finish()
    return found


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.name)
def test_in_every_capture_what_is_sealed_is_what_was_seen(path: Path) -> None:
    for dialogue, cut in dialogues(path):
        found = [whole(exchange) for exchange in dialogue.exchanges]
        assert found == [whole(exchange) for exchange in cut.exchanges]
        assert columns(dialogue.exchanges) == same_columns(dialogue.exchanges)
        again = Exchanges()
        for exchange in list(dialogue.exchanges):
            begun = again.begin(exchange.request)
            begun.response, begun.informational = exchange.response, exchange.informational
            begun.response_lost = exchange.response_lost
        assert [whole(exchange) for exchange in again] == found
        opened = columns(again)
        again.settle()
        again.close()
        assert [whole(exchange) for exchange in again] == found
        assert columns(again) == opened == columns(dialogue.exchanges)
        assert (
            again.spent_ns()
            == dialogue.exchanges.spent_ns()
            == sum(each.send_ns + each.wait_ns + each.receive_ns for each in dialogue.exchanges)
        )


def test_the_captures_are_there() -> None:
    assert len(CAPTURES) > 20


def test_a_sequence() -> None:
    exchanges = hear(*[step for _ in range(5) for step in (client(GET), server(OK))], client(GET)).exchanges
    assert len(exchanges) == 6
    assert [each.index for each in exchanges] == [0, 1, 2, 3, 4, 5]
    assert [each.index for each in reversed(exchanges)] == [5, 4, 3, 2, 1, 0]
    assert [each.index for each in exchanges[-2:]] == [4, 5]
    assert [each.index for each in exchanges[4:1:-2]] == [4, 2]
    assert (exchanges[-1].index, exchanges[-6].index, exchanges.at(3).index) == (5, 0, 3)
    assert not exchanges[5].complete
    for wrong in (6, -7):
        with pytest.raises(IndexError):
            exchanges[wrong]
    assert not Exchanges()


def test_equal_each_time_and_never_the_same_for_two() -> None:
    exchanges = hear(client(GET), server(OK), client(GET), server(CLOSE)).exchanges
    first = exchanges[0]
    second = exchanges[1]
    assert whole(exchanges[0]) == whole(first)
    assert whole(exchanges[1]) == whole(second)
    assert exchanges[0].key == first.key != second.key == exchanges[1].key


def test_what_is_kept_is_the_same_object() -> None:
    exchanges = hear(client(GET), server(OK), client(GET), server(OK)).exchanges
    kept = exchanges.keep(0)
    assert exchanges[1].index == 1
    assert exchanges[0] is kept


def test_two_in_one_frame_differ_by_their_place() -> None:
    exchanges = hear(client(GET + GET), server(OK + OK)).exchanges
    assert len({each.key for each in exchanges}) == 2


def test_an_interim_response_leaves_an_object() -> None:
    exchanges = hear(client(GET), server(b"HTTP/1.1 103\r\n\r\n" + OK), client(GET), server(OK)).exchanges
    assert exchanges[0].informational == (103,)
    assert exchanges[0] is exchanges[0]
    assert (exchanges.complete(0), exchanges.persists(0), exchanges.signal(0)) == (True, True, None)
    assert columns(exchanges) == same_columns(exchanges)


def test_where_the_answers_end() -> None:
    steps = [client(GET), server(OK), client(GET), server(OK[:-1]), client(GET + GET)]
    ends = [hear(*steps[:count]).exchanges.answered_until() for count in range(6)]
    assert ends == [0, 0, 1, 1, 2, 2]
    assert hear(client(GET), server(OK), client(GET)).exchanges.answered_until() == 1


def test_orphans_are_counted() -> None:
    exchanges = hear(server(OK), server(OK), client(GET), server(OK)).exchanges
    assert (exchanges.orphans, exchanges.first_asked()) == (2, 2)
    assert hear(server(OK)).exchanges.first_asked() == 1


def test_a_sealed_exchange_holds_no_object() -> None:
    exchanges = hear(*[step for _ in range(100) for step in (client(GET), server(OK))]).exchanges
    assert exchanges.idle
    assert len({id(head) for head in exchanges.request_heads()}) == 1


def test_what_is_open_is_not_sealed() -> None:
    exchanges = Exchanges()
    begun = exchanges.begin(request())
    begun.response = response()
    exchanges.settle()
    assert exchanges[0] is begun
    assert not exchanges.idle


def test_the_order_of_heads() -> None:
    other = GET.replace(b"a.example", b"b.example")
    said = [client(each) if each[:1] == b"G" else server(each) for each in (GET, OK, GET, OK, other, OK, GET, OK)]
    hosts = [head.host for head in hear(*said).exchanges.request_heads()]
    assert hosts == ["a.example", "b.example", "a.example"]


def test_the_order_of_answers() -> None:
    said = [client(each) if each[:1] == b"G" else server(each) for each in (GET, OK, GET, OK, GET, CLOSE)]
    kept = hear(*said)
    options = [head.connection for head in kept.exchanges.response_heads()]
    assert options == [(), ("close",)]
    kept.exchanges.keep(1)
    assert [head.connection for head in kept.exchanges.response_heads()] == options


# Fields: when the request begins and ends, when the response begins and ends.
TIMES = [(1, 2, 3, 4), (1, 1, 1, 1), (1, 2, 3, 2), (3, 4, 1, 2), (2, 1, 3, 4), (1, 3, 2, 4), (1, 5, 2, 4), (4, 3, 2, 1)]


@pytest.mark.parametrize("times", TIMES)
def test_where_time_steps_back(times: tuple[int, int, int, int]) -> None:
    exchanges = Exchanges()
    asked, answered = request(1, times[0]), response(2, times[2], content_length=("0",))
    for message, end_ns in ((asked, times[1]), (answered, times[3])):
        message.head_complete = message.complete = True
        message.end_time_ns = end_ns
    answered.framing = "length"
    exchanges.begin(asked).response = answered
    begun = columns(exchanges), exchanges.spent_ns()
    exchanges.settle()
    assert exchanges.over == 1
    assert (columns(exchanges), exchanges.spent_ns()) == begun


@pytest.mark.parametrize("end_ns", [3, 4, 5])
def test_where_time_steps_back_between_messages_of_one_frame(end_ns: int) -> None:
    exchanges = Exchanges()
    head, answer = request(1, 4).head, response(2, end_ns, content_length=("0",)).head
    exchanges.add(head, 1, 4, answer, 2, end_ns)
    assert (exchanges.start_ns(0), exchanges.end_ns(0)) == (min(4, end_ns), max(4, end_ns))
    assert exchanges.spent_ns() == max(0, end_ns - 4)
