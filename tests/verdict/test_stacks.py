"""A name that a stack gives itself moves its remedies to the front, and changes nothing else."""

import pytest

from kacap.verdict.causes import CAUSES
from kacap.verdict.causes.cause import Remedy
from kacap.verdict.stacks import NAMED, STACKS, Given, names_given, recognised_first
from kacap.verdict.words import Decider, Side
from tests.verdict.heard import heard

NOBODY = Decider.NOBODY

REMEDIES = {cause.id: cause.remedies for cause in CAUSES}


def asked_by(user_agent: str) -> str:
    return f"""
        connection
        handshake
        client GET / | User-Agent: {user_agent}
        +1ms server 204 | Server: TornadoServer/6.4
        client GET / | User-Agent: Second/1
        +1ms server 204 | Server: Second/1
    """


def named(names: str) -> Given:
    return Given(names, None)


def test_names_are_those_of_first_exchanges_each_once_in_lower_case() -> None:
    connections = heard(asked_by("Python-Requests/2.31") + asked_by("curl/8.5") + asked_by("curl/8.5"))
    assert names_given(connections, NOBODY) == Given("curl/8.5\npython-requests/2.31\ntornadoserver/6.4", None)


def test_who_says_nothing_has_no_name_to_miss() -> None:
    assert names_given(heard("connection\nhandshake\nclient GET /"), Decider.SERVER) == Given("", None)
    assert names_given(heard("connection\nhandshake"), Decider.CLIENT) == Given("", None)
    assert names_given([], NOBODY) == Given("", None)


def test_only_those_who_decided_are_asked_for_their_name() -> None:
    connections = heard(asked_by("curl/8.5"))
    assert names_given(connections, Decider.CLIENT) == Given("curl/8.5", None)
    assert names_given(connections, Decider.SERVER) == Given("tornadoserver/6.4", None)


NAMELESS = [
    # what the client and the server write, who decided, the stack that it looks like
    ("GET /", "204", Decider.CLIENT, ""),
    ("GET / | Connection: keep-alive", "204", Decider.CLIENT, "node"),
    ("GET / | Connection: close", "204", Decider.CLIENT, "node"),
    ("GET / HTTP/1.0 | Connection: close", "204", Decider.CLIENT, ""),
    ("GET /", "204 | Connection: keep-alive | Keep-Alive: timeout=5", Decider.SERVER, "node"),
    ("GET /", "204 | Connection: keep-alive | Keep-Alive: timeout=5, max=100", Decider.SERVER, "node"),
    ("GET /", "204 | Connection: keep-alive", Decider.SERVER, ""),
    ("GET /", "204 | Connection: close", Decider.SERVER, "go-http-server"),
    ("GET /", "204", Decider.SERVER, "go-http-server"),
    ("GET /", "HTTP/1.0 204", Decider.SERVER, ""),
]


@pytest.mark.parametrize(("request_line", "response_line", "decided_by", "names"), NAMELESS)
def test_who_gives_no_name_is_told_by_its_headers(
    request_line: str, response_line: str, decided_by: Decider, names: str
) -> None:
    connections = heard(f"connection\nhandshake\nclient {request_line}\nserver {response_line}")
    assert names_given(connections, decided_by) == Given(names, Side(decided_by.value))


FIRST = [
    # what they call themselves, cause, the stack whose remedy comes first
    ("python-requests/2.31.0", "client-no-session", "Python requests"),
    ("python-urllib3/2.2", "client-no-session", "Python urllib3"),
    ("python-urllib/3.11", "client-sends-connection-close", "Python urllib.request"),
    ("python-httpx/0.27", "client-no-session", "Python httpx"),
    ("python/3.11 aiohttp/3.9", "client-no-session", "Python aiohttp"),
    ("go-http-client/1.1", "client-no-session", "Go net/http"),
    ("apachebench/2.3", "client-http10", "ApacheBench"),
    ("curl/8.5.0", "client-no-session", "PHP curl"),
    ("curl/8.5.0", "client-http10", "curl"),
    ("java/17.0.9", "client-no-session", "Java HttpURLConnection"),
    ("node", "client-no-session", "Node.js"),
    ("gunicorn", "server-sends-connection-close", "gunicorn"),
    ("werkzeug/3.0 python/3.11", "server-sends-connection-close", "Werkzeug, Flask"),
    ("simplehttp/0.6 python/3.11", "server-http10-response", "Python http.server"),
    ("basehttp/0.6 python/3.11", "response-read-until-close", "Python http.server"),
    ("nginx/1.25.3", "server-sends-connection-close", "nginx"),
    ("apache/2.4.58 (unix)", "server-sends-connection-close", "Apache httpd"),
    ("tornadoserver/6.4", "server-http10-keepalive-not-granted", "Tornado"),
]


@pytest.mark.parametrize(("names", "cause", "stack"), FIRST)
def test_the_recognised_stack_comes_first(names: str, cause: str, stack: str) -> None:
    assert recognised_first(REMEDIES[cause], named(names))[0].stack == stack


@pytest.mark.parametrize("cause", REMEDIES)
def test_a_name_that_nobody_knows_leaves_the_order(cause: str) -> None:
    assert recognised_first(REMEDIES[cause], named("")) == REMEDIES[cause]
    assert recognised_first(REMEDIES[cause], named("nobody/1.0")) == REMEDIES[cause]


@pytest.mark.parametrize("cause", REMEDIES)
def test_no_remedy_is_lost_and_the_others_keep_their_order(cause: str) -> None:
    found = recognised_first(REMEDIES[cause], named("nginx/1.25\npython-requests/2.31"))
    rest = [remedy for remedy in found if not {"nginx", "requests"} & set(remedy.stack.lower().split())]
    assert set(found) == set(REMEDIES[cause])
    assert rest == [remedy for remedy in REMEDIES[cause] if remedy in rest]


def test_two_stacks_come_in_the_order_of_the_table() -> None:
    remedies = (Remedy("other", "a"), Remedy("nginx", "b"), Remedy("Python requests", "c"))
    found = recognised_first(remedies, named("nginx/1.25\npython-requests/2.31"))
    assert [remedy.text for remedy in found] == ["c", "b", "a"]


def test_a_word_inside_another_word_is_not_a_stack() -> None:
    found = recognised_first(REMEDIES["server-sends-connection-close"], named("go-http-client/1.1"))
    assert [remedy.stack for remedy in found][:2] == ["Go net/http", "gunicorn"]


LAST = [
    # the side without a name, cause, what then comes first, what comes last
    (Side.SERVER, "server-sends-connection-close", "Go net/http", "Django runserver"),
    (Side.SERVER, "server-idle-timeout", "Node.js http", "aiohttp server"),
    (Side.SERVER, "server-max-requests", "Tomcat", "Apache httpd"),
    (Side.CLIENT, "client-no-session", "Node.js", "curl in a loop"),
    (Side.CLIENT, "stale-reuse-after-fin", "Node.js", "Apache HttpClient 4"),
    (Side.CLIENT, "client-http10", "nginx < 1.29.7 as proxy", "curl"),
]


@pytest.mark.parametrize(("nameless", "cause", "first", "last"), LAST)
def test_who_always_gives_its_name_comes_last_where_none_was_given(
    nameless: Side, cause: str, first: str, last: str
) -> None:
    found = recognised_first(REMEDIES[cause], Given("", nameless))
    assert (found[0].stack, found[-1].stack) == (first, last)
    assert set(found) == set(REMEDIES[cause])


def test_a_stack_that_the_headers_look_like_comes_first() -> None:
    found = recognised_first(REMEDIES["server-max-requests"], Given("node", Side.SERVER))
    assert found[0].stack == "Node.js"


def test_every_name_in_the_table_begins_the_stack_of_a_remedy() -> None:
    stacks = [remedy.stack.lower() for remedies in REMEDIES.values() for remedy in remedies]
    assert [start for start, _ in NAMED if not any(stack.startswith(start) for stack in stacks)] == []


def test_the_table_is_in_lower_case() -> None:
    assert all(text == text.lower() for row in STACKS for text in row)
