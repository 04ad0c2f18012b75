"""Scenario files are read strictly: nothing is dropped, nothing is guessed."""

import tomllib

import pytest

from captures.lab.errors import LabError
from captures.lab.scenario import Blame, Range, load, parse

WHOLE = """
what = "One
 line."
ports = [8880]
resolver = "127.0.0.1"

[[server]]
run = "serve --name 'two words'"
pypi = ["server<2"]
npm = ["other@2"]
listens = 8880

[client]
run = "ask"
exit_status = 7

[expected]
verdict = "reused"
connections = 1
exchanges = [2, 3]
needed_connections = 1
avoidable_connections = 0
server_idle_timeout_s = 2.5
connection_verdicts = { reused = 1 }
pair_verdicts = { "8880" = "not-reused" }

[expected.causes]
some-cause = { decided_by = ["client", "server"], certainty = "likely" }

[expected.awaited]
other-cause = { decided_by = "server", certainty = "possible" }
""".replace("One\n line", "One line")


def test_all_keys_arrive() -> None:
    scenario = parse("whole", tomllib.loads(WHOLE))
    (server,) = scenario.servers
    assert server.words == ["serve", "--name", "two words"]
    assert (server.pypi, server.npm, server.listens) == (("server<2",), ("other@2",), 8880)
    assert (scenario.client.run, scenario.client.pypi, scenario.client.exit_status) == ("ask", (), 7)
    assert scenario.resolver == "127.0.0.1"
    assert (scenario.expected.connections, scenario.expected.exchanges) == (Range(1, 1), Range(2, 3))
    assert (scenario.expected.server_idle_timeout_s, scenario.expected.client_idle_timeout_s) == (2.5, None)
    assert scenario.expected.pair_verdicts == {"8880": "not-reused"}
    assert scenario.expected.causes == {"some-cause": Blame(("client", "server"), "likely")}
    assert scenario.expected.awaited == {"other-cause": Blame(("server",), "possible")}


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("exchanges = [2, 3]", "", "exchanges must be given, as a count"),
        ("exchanges = [2, 3]", 'exchanges = "2"', "exchanges must be given, as a count"),
        ("exchanges = [2, 3]", "exchanges = [3, 2]", "exchanges must be given, as a count"),
        ("exchanges = [2, 3]", "exchanges = 2\nexchange = 2", "unknown keys: exchange"),
        ("ports = [8880]", "ports = []", "ports must name at least one port"),
        ("ports = [8880]", 'ports = ["8880"]', "ports must hold int only"),
        ("listens = 8880", "", "listens must be given, as int"),
        ('run = "ask"', 'run = "ask"\nlistens = 1', "unknown keys: listens"),
        ('"likely" }', "1 }", "certainty must be given, as str"),
        ('certainty = "likely"', 'certain = "likely"', "certainty must be given"),
    ],
)
def test_a_slip_of_the_pen_is_an_error(old: str, new: str, complaint: str) -> None:
    with pytest.raises(LabError, match=complaint.replace("[", r"\[")):
        parse("whole", tomllib.loads(WHOLE.replace(old, new)))


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(LabError, match="curl-tornado-http11"):
        load("no-such-scenario")
