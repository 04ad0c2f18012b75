"""What is written is what goes on the wire, and nothing else."""

import pytest

from tests.dialogue.messages import chunked, client_hello, filler, message


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("GET /a | Host: b", b"GET /a HTTP/1.1\r\nHost: b\r\n\r\n"),
        ("GET /a HTTP/1.0", b"GET /a HTTP/1.0\r\n\r\n"),
        ("200", b"HTTP/1.1 200 OK\r\n\r\n"),
        ("200 Fine | A: b || ok", b"HTTP/1.1 200 Fine\r\nA: b\r\n\r\nok"),
        ("HTTP/1.0 404 No | A: b", b"HTTP/1.0 404 No\r\nA: b\r\n\r\n"),
        ("204 | A: b\\r\\n c", b"HTTP/1.1 204 No Content\r\nA: b\r\n c\r\n\r\n"),
        ("200 || 3 bytes", b"HTTP/1.1 200 OK\r\n\r\nabc"),
        ("200 || a || b", b"HTTP/1.1 200 OK\r\n\r\na || b"),
        ("200 || chunks", b"HTTP/1.1 200 OK\r\n\r\n0\r\n\r\n"),
        (
            "200 || chunks 1 11;x=y | T: v",
            b"HTTP/1.1 200 OK\r\n\r\n1\r\na\r\nb;x=y\r\nabcdefghijk\r\n0\r\nT: v\r\n\r\n",
        ),
        ("raw a\\r\\n\\t\\x00\\\\b", b"a\r\n\t\0\\b"),
        ("hex 16 03 01", b"\x16\x03\x01"),
        ("4 bytes", b"abcd"),
    ],
)
def test_forms(text: str, data: bytes) -> None:
    assert message(text) == data


@pytest.mark.parametrize("text", ["hello", "hello world", "20", "hex zz", "raw \\q", "GET"])
def test_unreadable(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        message(text)


def test_filler_has_its_size_and_holds_no_line_end() -> None:
    assert len(filler(100)) == 100
    assert not {b"\r", b"\n"} & {filler(100)[at : at + 1] for at in range(100)}


def test_chunked_ends_with_the_rest_and_the_last_chunk() -> None:
    assert chunked(b"hello world", [5]) == b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
    assert chunked(b"", [3]) == b"0\r\n\r\n"


def test_client_hello_says_its_own_lengths() -> None:
    record = client_hello("a.example", ("h2",))
    assert record[:3] == b"\x16\x03\x01"
    assert int.from_bytes(record[3:5], "big") == len(record) - 5
    assert int.from_bytes(record[6:9], "big") == len(record) - 9
    assert b"a.example" in record
