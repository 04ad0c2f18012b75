"""Which stack wrote a message. A hint for the order of remedies, never for the verdict.

By the name it gives itself; where it gives none, by the headers that only a nameless stack writes so. A stack that
always gives its name is an unlikely one where none was given: its remedies come last.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from kacap.http.message import Request, Response
from kacap.verdict.causes.cause import Remedy
from kacap.verdict.facts import Facts
from kacap.verdict.words import Decider, Side

STACKS: tuple[tuple[str, str], ...] = (
    # What User-Agent or Server contains, and a word that the remedy's stack contains; both lower case.
    ("python-requests", "requests"),
    ("python-urllib3", "urllib3"),
    ("python-urllib", "urllib.request"),
    ("python-httpx", "httpx"),
    ("aiohttp", "aiohttp"),
    ("tornado", "tornado"),
    ("go-http-client", "go "),
    ("go-http-server", "go "),
    ("apachebench", "apachebench"),
    ("siege", "siege"),
    ("k6/", "k6"),
    ("hey/", "hey"),
    ("curl", "curl"),
    ("wget", "wget"),
    ("boto3", "boto3"),
    ("okhttp", "okhttp"),
    ("java", "java"),
    ("node", "node"),
    ("undici", "undici"),
    ("gunicorn", "gunicorn"),
    ("werkzeug", "werkzeug"),
    ("simplehttp", "http.server"),
    ("basehttp", "http.server"),
    ("nginx", "nginx"),
    ("apache", "apache"),
    ("uvicorn", "uvicorn"),
    ("kestrel", "kestrel"),
)

NAMED: tuple[tuple[str, Side], ...] = (
    # How the stack of a remedy begins, lower case, and the side on which it gives its name unless told not to.
    ("python requests", Side.CLIENT),
    ("python urllib", Side.CLIENT),
    ("python httpx", Side.CLIENT),
    ("python aiohttp", Side.CLIENT),
    ("boto3", Side.CLIENT),
    ("tornado simple_httpclient", Side.CLIENT),
    ("go ", Side.CLIENT),
    ("java ", Side.CLIENT),
    ("okhttp", Side.CLIENT),
    ("apache httpclient", Side.CLIENT),
    ("reactor-netty", Side.CLIENT),
    ("ruby", Side.CLIENT),
    ("apachebench", Side.CLIENT),
    ("siege", Side.CLIENT),
    ("k6", Side.CLIENT),
    ("hey", Side.CLIENT),
    ("curl", Side.CLIENT),
    ("wget", Side.CLIENT),
    ("python http.server", Side.SERVER),
    ("python -m http.server", Side.SERVER),
    ("gunicorn", Side.SERVER),
    ("uvicorn", Side.SERVER),
    ("aiohttp server", Side.SERVER),
    ("tornado", Side.SERVER),
    ("werkzeug", Side.SERVER),
    ("django runserver", Side.SERVER),
    ("nginx", Side.SERVER),
    ("apache", Side.SERVER),
    ("kestrel", Side.SERVER),
    ("microsoft iis", Side.SERVER),
    ("envoy", Side.SERVER),
)


class Given(NamedTuple):
    """What those who decided call themselves."""

    names: str
    """Lower case, one a line; of who gives none, the name of the stack that writes such headers."""
    nameless: Side | None
    """The side that decided, where it spoke and gave no name."""


def user_agent(facts: Facts) -> str:
    """What the client of a connection calls itself, lower case; empty when it does not say."""
    request = facts.first_request
    return "" if request is None or request.user_agent is None else request.user_agent.lower()


def names_given(connections: Iterable[Facts], decided_by: Decider) -> Given:
    """What those who decided call themselves: User-Agent, Server, or both."""
    named: set[str] = set()
    guessed: set[str] = set()
    spoke = False
    for facts in connections:
        for message in _first_messages(facts, decided_by):
            spoke = True
            name = message.user_agent if isinstance(message, Request) else message.server
            if name:
                named.add(name.lower())
            else:
                guessed.add(_client_like(message) if isinstance(message, Request) else _server_like(message))
    nameless = Side(decided_by.value) if spoke and not named and decided_by.value in set(Side) else None
    return Given("\n".join(sorted(named | (guessed - {""}))), nameless)


def recognised_first(remedies: tuple[Remedy, ...], given: Given) -> tuple[Remedy, ...]:
    """The remedies, those for stacks that `given` speaks of first, those for stacks that would have named it last."""
    words = [word for sign, word in STACKS if sign in given.names]

    def rank(remedy: Remedy) -> int:
        stack = f" {remedy.stack.lower()} "
        last = len(words) + 1 if _names_itself(remedy.stack, given.nameless) else len(words)
        return next((at for at, word in enumerate(words) if f" {word}" in stack), last)

    return tuple(sorted(remedies, key=rank))


def _first_messages(facts: Facts, decided_by: Decider) -> Iterator[Request | Response]:
    """Of the first exchange, what those who decided said."""
    for exchange in facts.exchanges[:1]:
        if decided_by is not Decider.SERVER and exchange.request is not None:
            yield exchange.request
        if decided_by is not Decider.CLIENT and exchange.response is not None:
            yield exchange.response


def _client_like(request: Request) -> str:
    """The http module of Node.js always writes Connection; the other clients without a name do not."""
    return "node" if request.connection and request.version == "1.1" else ""


def _server_like(response: Response) -> str:
    """The http module of Node.js writes Keep-Alive, net/http of Go writes Connection only to say close."""
    if response.version != "1.1":
        return ""
    if response.keep_alive is not None:
        return "node"
    return "" if "keep-alive" in response.connection else "go-http-server"


@lru_cache(maxsize=1024)
def _names_itself(stack: str, side: Side | None) -> bool:
    """Whether that stack, one of those of our remedies, gives its name when it is on that side."""
    stack = stack.lower()
    return " as proxy" not in stack and any(side is named and stack.startswith(start) for start, named in NAMED)
