"""Connections that ended for the same reason are one finding."""

import shutil
import subprocess
from pathlib import Path

import pytest

from kacap.report.wireshark import display_filter
from kacap.verdict.findings import SHOWN_CONNECTIONS, PairFinding, findings_of
from kacap.verdict.pair import PairFacts
from kacap.verdict.rules import rulings_of
from kacap.verdict.words import Certainty, Decider, Severity
from tests.dialogue.pcap import pcap
from tests.verdict.heard import frames, heard

OK = "+1ms server 200 | Content-Length: 2 || ok"
SAYS_CLOSE = f"""
  connection
  +50ms handshake 0.2ms
  client GET / | Connection: close
  {OK}
  server closes
"""
REFUSED = """
  connection
  +50ms client SYN
  server RST ACK
"""
SILENT = """
  connection
  +1s client SYN
"""
DISCARDED = f"""
  connection
  +PAUSE handshake 0.2ms
  client GET / | Host: a.example
  {OK}
  client closes
"""
LEFT_OPEN = f"""
  connection
  +50ms handshake 0.2ms
  client GET / | Host: a.example
  {OK}
"""


def found(*parts: str) -> list[PairFinding]:
    """The findings on one pair."""
    records = heard("\n".join(parts))
    pair = PairFacts(records)
    return findings_of(pair, rulings_of(pair))


def times(count: int, part: str) -> str:
    return f"repeat {count}{part}"


def streams(finding: PairFinding) -> list[int]:
    return [facts.stream for facts in finding.connections]


def test_one_finding_for_each_cause_the_gravest_first_then_the_most_frequent() -> None:
    findings = found(times(1, LEFT_OPEN), times(3, SAYS_CLOSE), times(2, LEFT_OPEN), times(2, REFUSED))
    assert [(each.cause.id, each.severity, streams(each)) for each in findings] == [
        ("connect-failed", Severity.ERROR, [6, 7]),
        ("client-sends-connection-close", Severity.WARNING, [1, 2, 3]),
        ("still-open-at-end", Severity.NOTE, [0, 4, 5]),
    ]


def test_one_cause_that_two_decided_is_two_findings() -> None:
    findings = found(times(1, SILENT), "+1s frame 00", times(2, REFUSED))
    assert [(each.cause.id, each.decided_by, streams(each)) for each in findings] == [
        ("connect-failed", Decider.SERVER, [1, 2]),
        ("connect-failed", Decider.NETWORK, [0]),
    ]


def test_no_ruling_no_finding() -> None:
    assert found(f"connection A\nhandshake\nclient GET /\n{OK}\n+1s client RST") == []


def test_evidence_is_of_the_first_connections_and_names_their_streams() -> None:
    (finding,) = found(times(SHOWN_CONNECTIONS + 2, SAYS_CLOSE))
    assert [(stream, proof.frame) for stream, proof in finding.evidence] == [
        (stream, 8 * stream + frame) for stream in range(SHOWN_CONNECTIONS) for frame in (4, 6)
    ]
    assert len(finding.connections) == SHOWN_CONNECTIONS + 2


# ---- severity: a warning only where it cost something

SEVERITIES = {
    "a loop": (times(3, SAYS_CLOSE), Severity.WARNING),
    "a single request costs nothing": (times(1, SAYS_CLOSE), Severity.NOTE),
    "all at once: none was avoidable": (
        """
        connection A
        connection B
        all handshake
        all client GET / | Connection: close
        +5ms all server 200 | Content-Length: 2 || ok
        all server closes
        """,
        Severity.NOTE,
    ),
    "most were reused": (
        f"""
        repeat 2
          connection
          +50ms handshake
          repeat 30
            client GET / | Host: a.example
            {OK}
          client GET / | Connection: close
          {OK}
          server closes
        """,
        Severity.NOTE,
    ),
    "an attempt that failed is no matter of reuse": (times(1, REFUSED), Severity.ERROR),
    "still open is a note however many are avoidable": (times(4, LEFT_OPEN), Severity.NOTE),
}


@pytest.mark.parametrize(("script", "severity"), SEVERITIES.values(), ids=SEVERITIES.keys())
def test_severity(script: str, severity: Severity) -> None:
    (finding,) = found(script)
    assert finding.severity is severity


# ---- words


def test_look_alikes_are_named_where_there_is_doubt() -> None:
    (finding,) = found(times(4, DISCARDED.replace("PAUSE", "2s")))
    assert finding.certainty is Certainty.POSSIBLE
    meaning, _, alike = finding.explanation.partition(" Looks the same: ")
    assert meaning == f"{finding.cause.meaning} The next connection follows 2.00 s after the close (median)."
    assert alike == "; ".join(text.rstrip(".") for text in finding.cause.look_alikes) + "."


def test_what_is_proven_needs_no_look_alikes() -> None:
    (finding,) = found(times(2, SAYS_CLOSE))
    assert finding.certainty is Certainty.PROVEN
    assert finding.explanation == finding.cause.meaning


def test_remedies_for_the_stack_that_was_seen_come_first() -> None:
    (finding,) = found(times(2, SAYS_CLOSE.replace("GET /", "GET / | User-Agent: curl-like Java/17.0.1")))
    assert finding.remedies[0].stack == "Java HttpURLConnection"
    assert sorted(finding.remedies, key=str) == sorted(finding.cause.remedies, key=str)


# ---- the display filter

FILTERS = [
    ([0], "tcp.stream eq 0"),
    ([7], "tcp.stream eq 7"),
    ([0, 1], "tcp.stream in {0..1}"),
    ([2, 0, 1], "tcp.stream in {0..2}"),
    ([0, 2], "tcp.stream in {0,2}"),
    ([9, 3, 4, 5, 11, 12], "tcp.stream in {3..5,9,11..12}"),
    (range(100), "tcp.stream in {0..99}"),
]


@pytest.mark.parametrize(("numbers", "text"), FILTERS, ids=[text for _, text in FILTERS])
def test_filter(numbers: list[int], text: str) -> None:
    assert display_filter(numbers) == text


def test_wireshark_takes_the_filters_and_finds_the_streams(tmp_path: Path) -> None:
    tshark = shutil.which("tshark")
    if tshark is None:
        pytest.skip("tshark is not installed: nobody checks that Wireshark takes the display filters")
    capture = tmp_path / "many.pcap"
    capture.write_bytes(pcap(frames(times(130, SILENT))))
    for numbers in ([5], [0, 1], [0, 2], [3, 4, 5, 9, 11, 12], range(100), range(0, 130, 2)):
        command = [tshark, "-r", str(capture), "-Y", display_filter(numbers), "-T", "fields", "-e", "tcp.stream"]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        assert [int(line) for line in output.split()] == list(numbers)
