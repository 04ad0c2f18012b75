"""Heads that were seen before: read the same as when they are parsed anew, bounded, and without what nobody needs."""

import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kacap.http.alike import MAX_HEADS
from kacap.http.heads import REQUESTS, RESPONSES, Head
from kacap.http.known import LONGEST, MAX_BYTES, KnownHeads
from kacap.http.parse import read_head
from tests.http.made import content_of, head_of

REQUEST = b"GET /a HTTP/1.1\r\nHost: a.example\r\n\r\n"
OTHER = b"PUT /b HTTP/1.1\r\nHost: a.example\r\n\r\n"
RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"

START_LINES = st.sampled_from(
    (b"GET / HTTP/1.1", b"HEAD /a HTTP/1.0", b"CONNECT a:443 HTTP/1.1", b"HTTP/1.1 200 OK", b"HTTP/1.0 304", b"PRI * X")
)
LINES = st.sampled_from(
    (
        b"Host: a.example",
        b"host:b",
        b"Connection: close",
        b"connection : Keep-Alive, TE",
        b"Keep-Alive: timeout=5, max=9",
        b"Content-Length: 5",
        b"Content-Length: 7",
        b"Transfer-Encoding: chunked",
        b"User-Agent: x\r\n y",
        b"Server: z",
        b"Expect: 100-continue",
        b"Authorization: NTLM abc",
        b"Via: 1.1 p",
        b"Cookie: secret",
        b" Connection: close",
        b"junk",
    )
)
HEADS = st.tuples(START_LINES, st.lists(LINES, max_size=6), st.sampled_from((b"\r\n", b"\n"))).map(
    lambda parts: parts[2].join((parts[0], *parts[1], b"", b""))
)


def content(head: Head | None) -> dict[str, object] | None:
    return None if head is None else content_of(head)


def anew(data: bytes, kind: int) -> Head | None:
    said = read_head(data, 0, len(data), kind)
    return None if said is None else head_of(said)


@given(st.lists(HEADS, min_size=1, max_size=8), st.sampled_from((0, REQUESTS, RESPONSES)))
def test_a_head_says_the_same_as_when_it_is_parsed_anew(heads: list[bytes], kind: int) -> None:
    known = KnownHeads()
    for data in heads * 2:
        block = b"??" + data + b"\r\n\r\nbody"
        assert content(known.read(block, 2, 2 + len(data), kind)) == content(anew(data, kind))


def whole(data: bytes, head: Head | None) -> bytes:
    """The message that begins with this head, as far as it is known how long it is."""
    return data + b"x" * (head.exact_bytes if head is not None and 0 < head.exact_bytes < 10_000 else 0)


@given(st.lists(HEADS, min_size=1, max_size=8), st.binary(max_size=4))
def test_a_message_is_recognised_when_it_is_whole_or_not_at_all(heads: list[bytes], behind: bytes) -> None:
    known = KnownHeads()
    for data in heads * 2:
        usual = anew(data, 0)
        message = whole(data, usual) + behind
        head = known.whole(message, 0, len(message))
        if head is not None:
            assert content(head) == content(usual)
            assert len(data) + head.exact_bytes == len(message)
        known.read(data, 0, len(data), 0)


def test_a_message_is_recognised_when_its_head_comes_again() -> None:
    known = KnownHeads()
    for data in (REQUEST, RESPONSE, OTHER):
        message = whole(data, anew(data, 0))
        assert known.whole(message, 0, len(message)) is None
        head = known.read(data, 0, len(data), 0)
        assert head is not None
        assert known.whole(b"xx" + message + b"ok", 2, len(message) + 2) is head
        for _ in range(2):  # with its length looked for, and with the last one
            assert known.whole(message, 0, len(message)) is head
        assert known.whole(message + b"x", 0, len(message) + 1) is None
        assert known.whole(data[:-1], 0, len(data) - 1) is None
        assert known.whole(message.replace(b"HTTP/1.1", b"HTTP/1.0"), 0, len(message)) is None
    assert len(known) == 3


def test_the_kind_of_a_half_narrows_what_is_known() -> None:
    known = KnownHeads()
    assert known.read(REQUEST, 0, len(REQUEST), 0) is not None
    assert known.read(REQUEST, 0, len(REQUEST), RESPONSES) is None
    assert known.read(REQUEST, 0, len(REQUEST), REQUESTS) is not None


def test_heads_that_differ_in_what_nobody_looks_at_are_one() -> None:
    known = KnownHeads()
    dated = [b"HTTP/1.1 200 OK\r\nDate: %d\r\nServer: s\r\n\r\n" % second for second in range(9)]
    assert len({id(known.read(data, 0, len(data), RESPONSES)) for data in dated}) == 1


def test_words_are_shared() -> None:
    known = KnownHeads()
    heads = [
        known.read(data, 0, len(data), REQUESTS)
        for data in (b"GET /%d HTTP/1.1\r\nHost: a.example\r\nUser-Agent: b c\r\n\r\n" % at for at in range(9))
    ]
    assert len({id(head.host) for head in heads if head}) == len({id(head.user_agent) for head in heads if head}) == 1


def test_what_differs_in_target_or_length_only_shares_the_rest() -> None:
    known = KnownHeads()
    asked = [b"GET /%d HTTP/1.1\r\nHost: a.example\r\n\r\n" % at for at in range(9)]
    said = [b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % at for at in range(9)]
    for family in (asked, said):
        heads = [head for data in family if (head := known.read(data, 0, len(data), 0)) is not None]
        assert len({id(head) for head in heads}) == 9
        assert len({id(head.terms) for head in heads}) == 1
    assert [head.body_bytes for head in heads] == [head.exact_bytes for head in heads] == list(range(9))


def reachable(root: object) -> list[object]:
    """All objects that `root` keeps alive, but for what modules and classes hold."""
    found: dict[int, object] = {}
    due = [root]
    while due:
        thing = due.pop()
        if id(thing) in found or isinstance(thing, type) or type(thing).__name__ == "module":
            continue
        found[id(thing)] = thing
        due += gc.get_referents(thing)
    return list(found.values())


def test_cookies_and_credentials_are_not_kept() -> None:
    known = KnownHeads()
    for data in (
        b"GET /a HTTP/1.1\r\nHost: a.example\r\nCookie: sesame=1\r\nAuthorization: Basic sesame\r\n\r\n",
        b"HTTP/1.1 204 x\r\nSet-Cookie: sesame=2\r\nWWW-Authenticate: NTLM sesame\r\nX-Token: sesame\r\n\r\n",
    ):
        for _ in range(2):
            assert known.read(data, 0, len(data), 0) is not None
            assert known.whole(data, 0, len(data)) is not None
    kept = reachable(known)
    assert "a.example" in kept
    assert not [thing for thing in kept if isinstance(thing, bytes | bytearray)]
    assert not [thing for thing in kept if isinstance(thing, str) and "sesame" in thing]


def test_the_number_is_bounded() -> None:
    known = KnownHeads()
    for at in range(MAX_HEADS + 10):
        data = b"GET /%d HTTP/1.1\r\n\r\n" % at
        assert known.read(data, 0, len(data), 0) is not None
        assert len(known) <= MAX_HEADS
    assert len(known) == 10


def test_the_bytes_are_bounded() -> None:
    known = KnownHeads()
    padding = b"x" * (LONGEST - 100)
    most = MAX_BYTES // LONGEST + 100
    for at in range(2 * most):
        data = b"GET /%d HTTP/1.1\r\nX: %s\r\n\r\n" % (at, padding)
        assert known.read(data, 0, len(data), 0) is not None
        assert 0 < len(known) <= most


@pytest.mark.parametrize(("length", "kept"), [(LONGEST, 1), (LONGEST + 1, 0)])
def test_a_long_head_is_parsed_each_time(length: int, kept: int) -> None:
    known = KnownHeads()
    data = REQUEST[:-2] + b"X: " + b"x" * (length - len(REQUEST) - 5) + b"\r\n\r\n"
    assert len(data) == length
    for _ in range(2):
        assert content(known.read(data, 0, len(data), 0)) == content(anew(data, 0))
        assert len(known) == kept
    assert (known.whole(data, 0, len(data)) is not None) is bool(kept)
