"""The record of an exchange that is over: a byte of flags, five numbers of the request and five of the response.

What a record does not hold, its two heads say.
"""

from typing import Final

from librt.strings import BytesWriter, read_i64_le, write_i64_le

from kacap.http.framing import NONE
from kacap.http.heads import Head
from kacap.http.message import Exchange, Message, Request, Response
from kacap.http.persistence import lasts

# The first byte of a record.
ASKED: Final = 1
"""There is a request."""
ANSWERED: Final = 2
"""There is a response, and it is complete."""
LASTS: Final = 4
"""The connection could be used again after it."""
LOST: Final = 8
BODILESS: Final = 16
"""The response had no body, whatever its head says."""
ASIDE: Final = 32
"""Nothing stands here: it stays an object."""
IN_ORDER: Final = 64
"""Both messages are there, and their four times follow each other."""

# Then five numbers of the request, and five of the response; 0 where there is none.
REQUEST: Final = 1
RESPONSE: Final = 41
TIME: Final = 8
END_FRAME: Final = 16
END_TIME: Final = 24
BODY: Final = 32
SIZE: Final = 81

# Of one that is IN_ORDER.
BEGUN_AT: Final = REQUEST + TIME
OVER_AT: Final = RESPONSE + END_TIME


def is_over(exchange: Exchange) -> bool:
    """Whether nothing more can come of either message."""
    request, response = exchange.request, exchange.response
    if request is not None and not request.complete:
        return False
    return exchange.response_lost if response is None else response.complete


def is_plain(message: Message | None) -> bool:
    """Whether the head and five numbers say all of a message that is complete."""
    if message is None:
        return True
    head = message.head
    return message.head_complete and message.oddities == head.oddities and message.framing in (head.framing, NONE)


def flags_of(exchange: Exchange) -> int:
    request, response = exchange.request, exchange.response
    flags = LOST if exchange.response_lost else 0
    if request is not None:
        flags |= ASKED
    if response is not None:
        flags |= ANSWERED
        if response.framing != response.head.framing:
            flags |= BODILESS
        if lasts(head_of(request), response.head, response.framing):
            flags |= LASTS
        if request is not None and (request.time_ns <= request.end_time_ns <= response.time_ns <= response.end_time_ns):
            flags |= IN_ORDER
    return flags


def head_of(message: Message | None) -> Head | None:
    return None if message is None else message.head


def write_message(writer: BytesWriter, message: Message | None) -> None:
    if message is None:
        writer.write(bytes(RESPONSE - REQUEST))
        return
    write_i64_le(writer, message.frame)
    write_i64_le(writer, message.time_ns)
    write_i64_le(writer, message.end_frame)
    write_i64_le(writer, message.end_time_ns)
    write_i64_le(writer, message.body_bytes)


def read_request(head: Head, records: bytes, at: int) -> Request:
    """The request whose numbers stand at `at`."""
    request = Request(head, read_i64_le(records, at), read_i64_le(records, at + TIME), True)
    request.end_frame = read_i64_le(records, at + END_FRAME)
    request.end_time_ns = read_i64_le(records, at + END_TIME)
    request.body_bytes = read_i64_le(records, at + BODY)
    return request


def _read_response(head: Head, records: bytes, at: int) -> Response:
    response = Response(head, read_i64_le(records, at), read_i64_le(records, at + TIME), True)
    response.end_frame = read_i64_le(records, at + END_FRAME)
    response.end_time_ns = read_i64_le(records, at + END_TIME)
    response.body_bytes = read_i64_le(records, at + BODY)
    return response


def read_exchange(index: int, records: bytes, request: Head | None, response: Head | None) -> Exchange:
    """The exchange of the record at `index`, which has these heads."""
    at = index * SIZE
    flags = records[at]
    exchange = Exchange(None, index)
    exchange.response_lost = flags & LOST != 0
    if request is not None:
        exchange.request = read_request(request, records, at + REQUEST)
    if response is not None:
        exchange.response = _read_response(response, records, at + RESPONSE)
        if flags & BODILESS:
            exchange.response.framing = NONE
    return exchange
