"""Which stack wrote a message, by the name it gives itself. A hint for the order of remedies, never for the verdict."""

from collections.abc import Iterable

from kacap.verdict.causes.cause import Remedy
from kacap.verdict.facts import Facts
from kacap.verdict.words import Decider

STACKS: tuple[tuple[str, str], ...] = (
    # What User-Agent or Server contains, and a word that the remedy's stack contains; both lower case.
    ("python-requests", "requests"),
    ("python-urllib3", "urllib3"),
    ("python-urllib", "urllib.request"),
    ("python-httpx", "httpx"),
    ("aiohttp", "aiohttp"),
    ("tornado", "tornado"),
    ("go-http-client", "go "),
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


def user_agent(facts: Facts) -> str:
    """What the client of a connection calls itself, lower case; empty when it does not say."""
    request = facts.exchanges[0].request if facts.exchanges else None
    return "" if request is None or request.user_agent is None else request.user_agent.lower()


def names_given(connections: Iterable[Facts], decided_by: Decider) -> str:
    """What those who decided call themselves, lower case, one a line: User-Agent, Server, or both."""
    names: set[str] = set()
    for facts in connections:
        for exchange in facts.exchanges[:1]:
            if decided_by is not Decider.SERVER and exchange.request is not None and exchange.request.user_agent:
                names.add(exchange.request.user_agent.lower())
            if decided_by is not Decider.CLIENT and exchange.response is not None and exchange.response.server:
                names.add(exchange.response.server.lower())
    return "\n".join(sorted(names))


def recognised_first(remedies: tuple[Remedy, ...], names: str) -> tuple[Remedy, ...]:
    """The remedies, those for stacks that `names` speaks of first."""
    words = [word for sign, word in STACKS if sign in names]

    def rank(remedy: Remedy) -> int:
        stack = f" {remedy.stack.lower()} "
        return next((at for at, word in enumerate(words) if f" {word}" in stack), len(words))

    return tuple(sorted(remedies, key=rank))
