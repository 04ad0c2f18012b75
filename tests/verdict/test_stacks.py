"""A name that a stack gives itself moves its remedies to the front, and changes nothing else."""

import pytest

from kacap.verdict.causes import CAUSES
from kacap.verdict.causes.cause import Remedy
from kacap.verdict.stacks import STACKS, names_given, recognised_first
from kacap.verdict.words import Decider
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


def test_names_are_those_of_first_exchanges_each_once_in_lower_case() -> None:
    assert names_given(
        heard(asked_by("Python-Requests/2.31") + asked_by("curl/8.5") + asked_by("curl/8.5")), NOBODY
    ) == ("curl/8.5\npython-requests/2.31\ntornadoserver/6.4")


def test_who_gives_no_name_has_none() -> None:
    assert names_given(heard("connection\nhandshake\nclient GET /\nserver 204"), NOBODY) == ""
    assert names_given(heard("connection\nhandshake\nclient GET /"), NOBODY) == ""
    assert names_given(heard("connection\nhandshake"), NOBODY) == ""
    assert names_given([], NOBODY) == ""


def test_only_those_who_decided_are_asked_for_their_name() -> None:
    connections = heard(asked_by("curl/8.5"))
    assert names_given(connections, Decider.CLIENT) == "curl/8.5"
    assert names_given(connections, Decider.SERVER) == "tornadoserver/6.4"


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
    assert recognised_first(REMEDIES[cause], names)[0].stack == stack


@pytest.mark.parametrize("cause", REMEDIES)
def test_without_a_name_the_order_stays(cause: str) -> None:
    assert recognised_first(REMEDIES[cause], "") == REMEDIES[cause]
    assert recognised_first(REMEDIES[cause], "nobody/1.0") == REMEDIES[cause]


@pytest.mark.parametrize("cause", REMEDIES)
def test_no_remedy_is_lost_and_the_others_keep_their_order(cause: str) -> None:
    found = recognised_first(REMEDIES[cause], "nginx/1.25\npython-requests/2.31")
    rest = [remedy for remedy in found if not {"nginx", "requests"} & set(remedy.stack.lower().split())]
    assert set(found) == set(REMEDIES[cause])
    assert rest == [remedy for remedy in REMEDIES[cause] if remedy in rest]


def test_two_stacks_come_in_the_order_of_the_table() -> None:
    remedies = (Remedy("other", "a"), Remedy("nginx", "b"), Remedy("Python requests", "c"))
    found = recognised_first(remedies, "nginx/1.25\npython-requests/2.31")
    assert [remedy.text for remedy in found] == ["c", "b", "a"]


def test_a_word_inside_another_word_is_not_a_stack() -> None:
    found = recognised_first(REMEDIES["server-sends-connection-close"], "go-http-client/1.1")
    assert [remedy.stack for remedy in found][:2] == ["Go net/http", "gunicorn"]


def test_the_table_is_in_lower_case() -> None:
    assert all(text == text.lower() for row in STACKS for text in row)
