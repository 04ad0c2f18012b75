"""What of a target may be shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kacap.render.privacy import shown_host, shown_target


@pytest.mark.parametrize(
    ("target", "hidden", "with_queries"),
    [
        ("/", "/", "/"),
        ("*", "*", "*"),
        ("", "", ""),
        ("/a?b=c", "/a?…", "/a?b=c"),
        ("/a?", "/a?", "/a?"),
        ("/a?b?c", "/a?…", "/a?b?c"),
        ("/users/@me", "/users/@me", "/users/@me"),
        ("http://api.example/x?k=v", "http://api.example/x?…", "http://api.example/x?k=v"),
        ("http://me:hush@api.example/x?k=v", "http://…@api.example/x?…", "http://…@api.example/x?k=v"),
        ("HTTP://a@b@c/", "HTTP://…@c/", "HTTP://…@c/"),
        ("http://api.example/@x", "http://api.example/@x", "http://api.example/@x"),
        ("//me:hush@host/", "//…@host/", "//…@host/"),
        ("me:hush@host:443", "…@host:443", "…@host:443"),
        ("host:443", "host:443", "host:443"),
    ],
)
def test_targets(target: str, hidden: str, with_queries: str) -> None:
    assert shown_target(target, queries=False) == hidden
    assert shown_target(target, queries=True) == with_queries


@given(st.text("abc:0%"), st.text("abc:0%", min_size=1), st.booleans())
def test_a_password_never_shows(name: str, password: str, queries: bool) -> None:
    target = f"http://{name}:{password}XYZ@host/path"
    assert "XYZ" not in shown_target(target, queries=queries)


def test_hosts() -> None:
    assert shown_host("api.example:80") == "api.example:80"
    assert shown_host("me:hush@api.example") == "…@api.example"
    assert shown_host("@api.example") == "@api.example"
