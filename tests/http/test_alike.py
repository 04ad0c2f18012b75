"""Heads that say the same are one, whatever was said in between, and no more of them are remembered than that."""

from kacap.http.alike import MAX_HEADS, AlikeHeads
from kacap.http.heads import REQUESTS, RESPONSES, Said
from tests.http.made import NO_FIELDS, content_of

ASKED = Said(REQUESTS, "GET", "/", 0, "1.1", NO_FIELDS._replace(host="a.example"))


def test_equal_heads_are_one() -> None:
    alike = AlikeHeads()
    assert alike.head_of(ASKED) is alike.head_of(ASKED._replace())


def test_each_part_counts() -> None:
    alike = AlikeHeads()
    others = [
        ASKED._replace(target="/other"),
        ASKED._replace(method="PUT"),
        ASKED._replace(version="1.0"),
        ASKED._replace(fields=ASKED.fields._replace(host="b.example")),
        ASKED._replace(fields=ASKED.fields._replace(content_length=("7",))),
        ASKED._replace(fields=ASKED.fields._replace(content_length=("7", "8"))),
        ASKED._replace(fields=ASKED.fields._replace(transfer_encoding=("chunked",))),
        Said(RESPONSES, "", "", 200, "1.1", ASKED.fields),
        Said(RESPONSES, "", "", 404, "1.1", ASKED.fields),
    ]
    heads = [alike.head_of(said) for said in (ASKED, *others)]
    assert len({id(head) for head in heads}) == len(heads)
    assert len({repr(content_of(head)) for head in heads}) == len(heads)


def test_terms_are_known_again_by_their_values() -> None:
    alike = AlikeHeads()
    head = alike.head_of(ASKED)
    values = content_of(head)["terms"]
    assert isinstance(values, tuple)
    assert alike.terms(values) is head.terms
    assert alike.head(head.terms, head.target, head.body_bytes) is head


def test_what_is_full_begins_anew() -> None:
    alike = AlikeHeads()
    first = alike.head_of(ASKED)
    for at in range(MAX_HEADS):
        alike.head_of(ASKED._replace(target=f"/{at}"))
        alike.head_of(ASKED._replace(method=f"M{at}"))
    again = alike.head_of(ASKED)
    assert again is not first
    assert content_of(again) == content_of(first)
