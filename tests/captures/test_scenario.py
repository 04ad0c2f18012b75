"""Scenario files are read strictly: nothing is dropped, nothing is guessed."""

import tomllib

import pytest

from captures.lab.errors import LabError
from captures.lab.scenario import load, parse

WHOLE = """
what = "One
 line."
ports = [8880]

[[server]]
run = "serve --name 'two words'"
packages = ["server<2"]
listens = 8880

[client]
run = "ask"
exit_status = 7

[expected]
verdict = "reused"
connections = 1
exchanges = 2
needed_connections = 1
avoidable_connections = 0
reuse_rate = 1.0
connection_verdicts = { reused = 1 }
causes = { some-cause = "client" }
""".replace("One\n line", "One line")


def test_all_keys_arrive() -> None:
    scenario = parse("whole", tomllib.loads(WHOLE))
    (server,) = scenario.servers
    assert server.words == ["serve", "--name", "two words"]
    assert (server.packages, server.listens) == (("server<2",), 8880)
    assert (scenario.client.run, scenario.client.packages, scenario.client.exit_status) == ("ask", (), 7)
    assert scenario.expected.reuse_rate == 1.0
    assert scenario.expected.causes == {"some-cause": "client"}


def test_no_reuse_rate_means_that_none_is_expected() -> None:
    assert parse("whole", tomllib.loads(WHOLE.replace("reuse_rate = 1.0", ""))).expected.reuse_rate is None


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("exchanges = 2", "", "exchanges must be given, as int"),
        ("exchanges = 2", 'exchanges = "2"', "exchanges must be given, as int"),
        ("exchanges = 2", "exchanges = 2\nexchange = 2", "unknown keys: exchange"),
        ("ports = [8880]", "ports = []", "ports must name at least one port"),
        ("ports = [8880]", 'ports = ["8880"]', "ports must hold int only"),
        ("listens = 8880", "", "listens must be given, as int"),
        ('run = "ask"', 'run = "ask"\nlistens = 1', "unknown keys: listens"),
        ('"client" }', "1 }", "causes must hold str only"),
    ],
)
def test_a_slip_of_the_pen_is_an_error(old: str, new: str, complaint: str) -> None:
    with pytest.raises(LabError, match=complaint.replace("[", r"\[")):
        parse("whole", tomllib.loads(WHOLE.replace(old, new)))


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(LabError, match="curl-tornado-http11"):
        load("no-such-scenario")
