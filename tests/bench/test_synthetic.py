"""The capture made by number is what kacap takes it for."""

from pathlib import Path

import pytest

from kacap import analyze
from tests.bench import synthetic
from tests.bench.errors import BenchError
from tests.bench.record import check_frames


@pytest.mark.parametrize("connections", [1, synthetic.SIDE_BY_SIDE, 2 * synthetic.SIDE_BY_SIDE + 5])
def test_kacap_finds_each_connection_with_its_exchange(connections: int, tmp_path: Path) -> None:
    pcap = tmp_path / "made.pcap"
    frames = synthetic.write(pcap, connections, 300)
    report = analyze([str(pcap)])
    assert frames == report.capture.frames == 10 * connections
    assert (report.summary.connections, report.summary.exchanges) == (connections, connections)
    assert report.warnings == ()
    assert [finding.id for finding in report.findings] == ["server-sends-connection-close"]


def test_ports_come_round_again_as_other_connections(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synthetic, "_PORTS", range(10_000, 10_000 + synthetic.SIDE_BY_SIDE))
    pcap = tmp_path / "made.pcap"
    synthetic.write(pcap, 4 * synthetic.SIDE_BY_SIDE, 300)
    summary = analyze([str(pcap)]).summary
    assert summary.connections == summary.exchanges == 4 * synthetic.SIDE_BY_SIDE


def test_large_bodies_have_more_segments_and_no_other_connections(tmp_path: Path) -> None:
    pcap = tmp_path / "made.pcap"
    frames = synthetic.write(pcap, 7, 6_000)
    report = analyze([str(pcap)])
    assert frames == report.capture.frames == 7 * (10 + 2 * 4)
    responses = [exchange.response for connection in report.connections for exchange in connection.exchanges]
    assert [response and response.body_bytes for response in responses] == [6_000] * 7


def test_it_is_the_same_every_time(tmp_path: Path) -> None:
    one, other = tmp_path / "one.pcap", tmp_path / "other.pcap"
    assert synthetic.write(one, 100, 50) == synthetic.write(other, 100, 50)
    assert one.read_bytes() == other.read_bytes()


def test_frames_that_the_wire_allows_pass(tmp_path: Path) -> None:
    pcap = tmp_path / "made.pcap"
    synthetic.write(pcap, 2, 6_000)
    check_frames(pcap)


def test_a_frame_that_is_too_large_does_not_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synthetic, "SEGMENT_BYTES", 2_896)
    pcap = tmp_path / "made.pcap"
    synthetic.write(pcap, 2, 6_000)
    with pytest.raises(BenchError, match="frame 11 has 2962 bytes"):
        check_frames(pcap)


@pytest.mark.parametrize("kept", [24, -1])
def test_a_capture_that_is_not_whole_does_not_pass(kept: int, tmp_path: Path) -> None:
    pcap = tmp_path / "made.pcap"
    synthetic.write(pcap, 2, 300)
    pcap.write_bytes(pcap.read_bytes()[:kept])
    with pytest.raises(BenchError, match="is not whole"):
        check_frames(pcap)
