"""Two hops in one capture: which pair stands behind which."""

import re

from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.patterns.hops import link
from kacap.wire.names import address_text, endpoint_text
from tests.verdict.heard import heard

CLIENT, PROXY, SERVER = "192.0.2.9", "192.0.2.1:8880", "192.0.2.2:8881"


def linked(script: str) -> dict[tuple[str, str], PairFacts]:
    """The pairs of a dialogue by client and server, linked."""
    groups: dict[tuple[str, str], list[Facts]] = {}
    for facts in heard(script):
        server = facts.server
        key = address_text(facts.client.address), endpoint_text(server.address, server.port)
        groups.setdefault(key, []).append(facts)
    pairs = {key: PairFacts(members) for key, members in groups.items()}
    link(list(pairs.values()))
    return pairs


def through(times: int, inner_client: str = "192.0.2.1", client: str = CLIENT, answer_after: str = "5ms") -> str:
    """A client, a proxy and the server behind it, one connection on each hop."""
    lines = [f"connection A from {client} to {PROXY}", "handshake", f"connection P from {inner_client} to {SERVER}"]
    lines.append("handshake")
    for at in range(times):
        lines += [
            f"+1ms A client GET /{at} | Host: a.example",
            f"+1ms P client GET /{at} | Host: behind.example",
            f"+{answer_after} P server 200 | Content-Length: 2 || ok",
            "+1ms A server 200 | Content-Length: 2 || ok",
        ]
    return "\n".join(lines)


def test_a_pair_behind_a_proxy() -> None:
    pairs = linked(through(2))
    outer, inner = pairs[CLIENT, PROXY], pairs["192.0.2.1", SERVER]
    assert inner.outer is outer
    assert outer.inner == (inner,)
    assert outer.outer is None
    assert inner.inner == ()
    assert inner.behind is not None
    origin = inner.behind.origin(inner.used[0].exchanges[1])
    assert origin is not None
    assert origin.exchange.key == outer.used[0].exchanges[1].key
    assert outer.before is not None
    within = outer.before.passed_on(outer.used[0].exchanges[1])
    assert within is not None
    assert within.exchange.key == inner.used[0].exchanges[1].key


def test_one_request_is_no_proof() -> None:
    assert linked(through(1))["192.0.2.1", SERVER].outer is None


def test_another_address_of_the_proxy_needs_more_requests() -> None:
    assert linked(through(4, "198.51.100.1"))["198.51.100.1", SERVER].outer is None
    assert linked(through(5, "198.51.100.1"))["198.51.100.1", SERVER].outer is not None


def test_a_client_that_asks_two_servers_at_once_is_no_proxy() -> None:
    assert linked(through(9, CLIENT))[CLIENT, SERVER].outer is None


def test_requests_of_its_own_make_it_no_proxy() -> None:
    own = "\n".join(f"+1ms P client GET /own{at}\n+1ms P server 200 | Content-Length: 0" for at in range(3))
    assert linked(f"{through(9)}\n{own}")["192.0.2.1", SERVER].outer is None


def test_one_request_of_its_own_among_many_may_be_a_health_check() -> None:
    own = "+1ms P client GET /health\n+1ms P server 200 | Content-Length: 0"
    assert linked(f"{through(9)}\n{own}")["192.0.2.1", SERVER].outer is not None


def test_of_a_chain_each_stands_behind_the_nearest() -> None:
    lines = [
        "connection A from 127.0.0.1 to 127.0.0.1:8880",
        "handshake",
        "connection B from 127.0.0.1 to 127.0.0.1:8881",
        "handshake",
        "connection C from 127.0.0.1 to 127.0.0.1:8882",
        "handshake",
    ]
    for _ in range(2):
        lines += [f"+1ms {name} client GET / | Host: a.example" for name in "ABC"]
        lines += [f"+1ms {name} server 200 | Content-Length: 2 || ok" for name in "CBA"]
    pairs = linked("\n".join(lines))
    first, second, third = pairs.values()
    assert first.outer is None
    assert second.outer is first
    assert third.outer is second


def test_frames_tell_the_hops_apart_where_the_clock_does_not() -> None:
    script = through(3, "127.0.0.1", "127.0.0.1", "0ms").replace("+1ms ", "").replace("+0ms ", "")
    pairs = linked(script.replace("192.0.2.1:8880", "127.0.0.1:8880").replace(SERVER, "127.0.0.1:8881"))
    assert pairs["127.0.0.1", "127.0.0.1:8880"].outer is None
    assert pairs["127.0.0.1", "127.0.0.1:8881"].outer is pairs["127.0.0.1", "127.0.0.1:8880"]


def test_no_exchange_no_hop() -> None:
    assert linked(f"connection to {PROXY}\nhandshake\nconnection to {SERVER}\nclient SYN")[CLIENT, SERVER].outer is None


def test_another_address_of_the_proxy_needs_more_targets() -> None:
    script = re.sub(r"GET /\d+", "GET /metrics", through(9, "198.51.100.1"))
    assert linked(script)["198.51.100.1", SERVER].outer is None
    says_so = script.replace("Host: behind.example", "Host: behind.example | X-Forwarded-For: 192.0.2.9")
    assert linked(says_so)["198.51.100.1", SERVER].outer is not None


def test_the_address_makes_sure_that_it_is_the_proxy() -> None:
    for address, sure in (("192.0.2.1", True), ("127.0.0.1", True), ("198.51.100.1", False)):
        behind = linked(through(5, address))[address, SERVER].behind
        assert behind is not None
        assert behind.is_sure is sure


def test_a_request_that_was_kept_back() -> None:
    pairs = linked(f"{through(3)}\n+1ms A client GET /kept-back | Host: a.example\n+1s A client FIN")
    outer = pairs[CLIENT, PROXY]
    (facts,) = outer.used
    assert outer.before is not None
    assert [outer.before.has_kept_back(facts, exchange) for exchange in facts.exchanges] == [False, False, False, True]


def test_where_the_proxy_asks_on_its_own_account_nothing_is_known_to_be_kept_back() -> None:
    own = "+1ms P client GET /own\n+1ms P server 200 | Content-Length: 0"
    pairs = linked(f"{through(12)}\n{own}\n+1ms A client GET /late | Host: a.example\n+1s A client FIN")
    outer = pairs[CLIENT, PROXY]
    (facts,) = outer.used
    assert outer.before is not None
    assert not outer.before.has_kept_back(facts, facts.exchanges[-1])
