"""A scenario file is played line by line; a line that cannot be played is named."""

import shutil
import subprocess
import sys
from pathlib import Path

import dpkt
import pytest

from tests.dialogue import Scenario, ScriptError, read_scenario
from tests.dialogue.conversation import START_NS

ENOUGH = "title: something holds\nexpect\n  summary.verdict = reused\n"
ROOT = Path(__file__).parents[2]


def play(tmp_path: Path, text: str) -> Scenario:
    path = tmp_path / "some.scenario"
    path.write_text(text + "\n" + ENOUGH, encoding="utf-8")
    return read_scenario(path)


def times_ms(scenario: Scenario) -> list[float]:
    return [(frame.time_ns - START_NS) / 1_000_000 for frame in scenario.dialogue.frames]


def test_settings(tmp_path: Path) -> None:
    scenario = play(tmp_path, "snaplen: 96\nports: 80 81\nhosts: 192.0.2.1\nstreams: 3\nwireshark: keep_alive")
    assert scenario.title == "something holds"
    assert scenario.dialogue.snaplen == 96
    assert (scenario.ports, scenario.hosts, scenario.streams) == ((80, 81), ("192.0.2.1",), (3,))
    assert scenario.wireshark == {"keep_alive"}


def test_time_goes_on_stands_and_is_set(tmp_path: Path) -> None:
    lines = "connection A\nclient ACK\n+1.5ms client ACK\nclient ACK\n@9ms client ACK\n-2ms client ACK"
    assert times_ms(play(tmp_path, lines)) == [0, 1.5, 1.5, 9, 7]


def test_names_choose_connections_and_stay_chosen(tmp_path: Path) -> None:
    lines = "connection A\nconnection B\nA client ACK\nclient ACK\nB,A client ACK\nall server ACK\nclient ACK"
    assert play(tmp_path, lines).dialogue.streams == [0, 0, 1, 0, 0, 1, 1]


def test_repeat_nests_and_opens_new_connections(tmp_path: Path) -> None:
    lines = "repeat 2\n  connection\n  client ACK\n  repeat 3\n    +1ms server ACK\nclient ACK"
    assert play(tmp_path, lines).dialogue.streams == [0, 0, 0, 0, 1, 1, 1, 1, 1]


def test_connection_words(tmp_path: Path) -> None:
    text = "connection A from [2001:db8::9]:7 to [2001:db8::1] isn 5/6 vlan 12\nconnection B reusing A"
    talk = play(tmp_path, text).dialogue.conversations
    assert (talk["A"].client.address, talk["A"].client.port, talk["A"].client.isn) == ("2001:db8::9", 7, 5)
    assert (talk["A"].server.address, talk["A"].server.port, talk["A"].server.isn) == ("2001:db8::1", 8880, 6)
    assert talk["A"].vlan == 12
    assert (talk["B"].client.port, talk["B"].server.address) == (7, "2001:db8::1")


def test_options_and_marks(tmp_path: Path) -> None:
    text = "connection A\nserver [split 2 2, unseen 2, as hello, fin] raw abcdef\nclient [window 0, ack 3] ACK"
    scenario = play(tmp_path, text)
    first, second, third = (dpkt.ethernet.Ethernet(frame.data).data.data for frame in scenario.dialogue.frames)
    assert (bytes(first.data), bytes(second.data)) == (b"ab", b"ef")
    assert second.flags == 0x19
    assert (third.win, third.ack) == (0, scenario.dialogue.conversations["A"].server.isn + 3)
    assert scenario.marks == {"hello": 1}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("client ACK", "no connection yet"),
        ("connection A\nclient hello world", "neither a request nor a response"),
        ("connection A\nclient [quickly] ACK", "unknown option 'quickly'"),
        ("connection A\nclient [fin 3] raw x", "unexpected '3'"),
        ("connection A\nclient [fin] closes", "takes no options"),
        ("connection A\nclient [order 1 3] raw x", "once"),
        ("connection A\nB client ACK", "'B'"),
        ("connection A\nconnection A", "there is a connection A already"),
        ("connection A to somewhere", "not an endpoint"),
        ("connection A speed 3", "unknown: speed"),
        ("connection A\n+1h client ACK", "not a duration"),
        ("connection A\nnobody ACK", "expected `client …`"),
        ("connection A\nclient [as x, unseen] ACK", "nothing was captured"),
        ("connection A\nclient ACK\n  server ACK", "only `repeat` and `expect`"),
        ("dns knows a.example", "expected `asks NAME`"),
        ("expect\n  summary is fine", "expected `path = value`"),
        ("expect\n  A.end.first_close_frame = @nowhere", "nothing is called 'nowhere'"),
        ("snaplen: many", "invalid literal"),
    ],
)
def test_errors_name_file_and_line(tmp_path: Path, line: str, problem: str) -> None:
    number = line.count("\n") + 1 - line.endswith("server ACK")
    with pytest.raises(ScriptError) as raised:
        play(tmp_path, line)
    assert str(raised.value).startswith(f"{tmp_path / 'some.scenario'}:{number}: ")
    assert problem in str(raised.value)


@pytest.mark.parametrize("text", ["title: nothing is expected\n", "expect\n  a = 1\n"])
def test_title_and_expectation_are_required(tmp_path: Path, text: str) -> None:
    path = tmp_path / "some.scenario"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScriptError, match="needs a title and an expect section"):
        read_scenario(path)


def test_python_m_writes_a_capture(tmp_path: Path) -> None:
    path = tmp_path / "some.scenario"
    path.write_text(f"snaplen: 60\nconnection A\nhandshake 1ms\nclient GET /\n{ENOUGH}", encoding="utf-8")
    command = [sys.executable, "-m", "tests.dialogue", str(path)]
    capture = tmp_path / "talk.pcap"
    capture.write_bytes(subprocess.run(command, check=True, capture_output=True, cwd=ROOT).stdout)
    with capture.open("rb") as file:
        records = list(dpkt.pcap.Reader(file))
    assert [len(data) for _, data in records] == [60, 60, 54, 60]
    assert float(records[1][0] - records[0][0]) == pytest.approx(0.001)
    tshark = shutil.which("tshark")
    if tshark is None:
        pytest.skip("tshark is not installed: nobody reads the capture as Wireshark would")
    command = [tshark, "-r", str(capture), "-T", "fields", "-e", "frame.len", "-e", "tcp.stream"]
    rows = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert rows == ["62", "0", "62", "0", "54", "0", "72", "0"]


def test_python_m_names_what_it_cannot_read(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.dialogue", str(tmp_path / "absent")]
    result = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    assert result.returncode == 1
    assert "absent" in result.stderr
