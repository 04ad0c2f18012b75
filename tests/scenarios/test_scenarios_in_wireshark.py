"""Wireshark sees in each scenario what its author meant: the same tcp.stream numbers, only the declared oddities."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.dialogue import read_scenario
from tests.dialogue.pcap import pcap
from tests.scenarios import FILES, name

_FIELDS = ("tcp.stream", "tcp.analysis.flags", "_ws.malformed", "ip.checksum.status", "tcp.checksum.status")
_BAD_CHECKSUM = "0"
_OPTIONS = ("ip.check_checksum:TRUE", "tcp.check_checksum:TRUE", "tcp.desegment_tcp_streams:FALSE")

# Wireshark marks these where nothing is wrong: a window update is an ordinary ACK.
_HARMLESS = {"window_update"}


@pytest.mark.parametrize("path", FILES, ids=name)
def test_wireshark_agrees(path: Path, tmp_path: Path) -> None:
    tshark = shutil.which("tshark")
    if tshark is None:
        pytest.skip("tshark is not installed: nobody checks the scenarios' own packets")
    scenario = read_scenario(path)
    capture = tmp_path / "talk.pcap"
    capture.write_bytes(pcap(scenario.dialogue.frames))
    options = [word for option in _OPTIONS for word in ("-o", option)]
    flags = sorted(_ANALYSIS)
    fields = [word for field in (*_FIELDS, *flags) for word in ("-e", field)]
    command = [tshark, "-r", str(capture), *options, "-T", "fields", *fields]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rows = [line.split("\t") for line in output.splitlines()]
    streams = [int(row[0]) if row[0] else None for row in rows]
    assert streams == scenario.dialogue.streams

    oddities = {
        flag.removeprefix("tcp.analysis.")
        for row in rows
        for flag, value in zip(flags, row[len(_FIELDS) :], strict=True)
        if value
    }
    assert oddities - _HARMLESS == set(scenario.wireshark)
    if not scenario.dialogue.snaplen:
        assert not [row for row in rows if _BAD_CHECKSUM in (row[3], row[4])]


_ANALYSIS = {
    f"tcp.analysis.{flag}"
    for flag in (
        "ack_lost_segment",
        "duplicate_ack",
        "fast_retransmission",
        "keep_alive",
        "keep_alive_ack",
        "lost_segment",
        "out_of_order",
        "retransmission",
        "reused_ports",
        "spurious_retransmission",
        "window_full",
        "window_update",
        "zero_window",
        "zero_window_probe",
        "zero_window_probe_ack",
    )
}
