"""The record of an exchange that is over: a byte of flags, and numbers. What it does not hold, its two heads say.

All records of a connection have one size: short ones while each message lies whole in one frame, as most do, else long
ones, which begin as the short do.
"""

from collections.abc import Sequence
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

# Then numbers of 8 bytes each; 0 where there is no such message.
BEGUN_AT: Final = 1
"""The time of the request's first byte."""
OVER_AT: Final = 9
"""The time of the response's last byte."""
BEGUN_FRAME: Final = 17
OVER_FRAME: Final = 25
SHORT: Final = 33
"""Bytes of a record; the request ends where it begins, the response begins where it ends, and their heads tell the
length of their bodies."""
REQUEST_END_AT: Final = 33
REQUEST_END_FRAME: Final = 41
REQUEST_BODY: Final = 49
RESPONSE_AT: Final = 57
RESPONSE_FRAME: Final = 65
RESPONSE_BODY: Final = 73
LONG: Final = 81


def is_over(exchange: Exchange) -> bool:
    """Whether nothing more can come of either message."""
    request, response = exchange.request, exchange.response
    if request is not None and not request.complete:
        return False
    return exchange.response_lost if response is None else response.complete


def is_plain(message: Message | None) -> bool:
    """Whether the head and the numbers of a long record say all of a message that is complete."""
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


def is_short(message: Message | None) -> bool:
    """Whether a short record says all of a message that is plain."""
    return (
        message is not None
        and message.end_frame == message.frame
        and message.end_time_ns == message.time_ns
        and message.body_bytes == message.head.exact_bytes
    )


def write_record(writer: BytesWriter, flags: int, request: Message | None, response: Message | None, size: int) -> None:
    """Append a record."""
    writer.append(flags)
    write_i64_le(writer, 0 if request is None else request.time_ns)
    write_i64_le(writer, 0 if response is None else response.end_time_ns)
    write_i64_le(writer, 0 if request is None else request.frame)
    write_i64_le(writer, 0 if response is None else response.end_frame)
    if size == SHORT:
        return
    if request is None:
        writer.write(bytes(RESPONSE_AT - REQUEST_END_AT))
    else:
        write_i64_le(writer, request.end_time_ns)
        write_i64_le(writer, request.end_frame)
        write_i64_le(writer, request.body_bytes)
    if response is None:
        writer.write(bytes(LONG - RESPONSE_AT))
    else:
        write_i64_le(writer, response.time_ns)
        write_i64_le(writer, response.frame)
        write_i64_le(writer, response.body_bytes)


def read_request(head: Head, records: bytes, at: int, size: int) -> Request:
    """The request of the record that begins at `at`."""
    frame, time_ns = read_i64_le(records, at + BEGUN_FRAME), read_i64_le(records, at + BEGUN_AT)
    request = Request(head, frame, time_ns, True)
    if size == SHORT:
        request.end_frame, request.end_time_ns, request.body_bytes = frame, time_ns, head.exact_bytes
    else:
        request.end_frame = read_i64_le(records, at + REQUEST_END_FRAME)
        request.end_time_ns = read_i64_le(records, at + REQUEST_END_AT)
        request.body_bytes = read_i64_le(records, at + REQUEST_BODY)
    return request


def _read_response(head: Head, records: bytes, at: int, size: int) -> Response:
    frame, time_ns = read_i64_le(records, at + OVER_FRAME), read_i64_le(records, at + OVER_AT)
    if size == SHORT:
        response = Response(head, frame, time_ns, True)
        response.body_bytes = head.exact_bytes
    else:
        response = Response(
            head, read_i64_le(records, at + RESPONSE_FRAME), read_i64_le(records, at + RESPONSE_AT), True
        )
        response.body_bytes = read_i64_le(records, at + RESPONSE_BODY)
    response.end_frame, response.end_time_ns = frame, time_ns
    return response


def read_exchange(index: int, records: bytes, size: int, request: Head | None, response: Head | None) -> Exchange:
    """The exchange of the record at `index`, which has these heads."""
    at = index * size
    flags = records[at]
    exchange = Exchange(None, index)
    exchange.response_lost = flags & LOST != 0
    if request is not None:
        exchange.request = read_request(request, records, at, size)
    if response is not None:
        exchange.response = _read_response(response, records, at, size)
        if flags & BODILESS:
            exchange.response.framing = NONE
    return exchange


def lengthened(records: bytes, heads: Sequence[tuple[Head | None, Head | None]]) -> bytes:
    """Short records with these heads, as long ones."""
    writer = BytesWriter()
    for index, (request, response) in enumerate(heads):
        exchange = read_exchange(index, records, SHORT, request, response)
        write_record(writer, records[index * SHORT], exchange.request, exchange.response, LONG)
    return writer.getvalue()
