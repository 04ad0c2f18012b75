"""Every link layer and tunnel leads to the same segment; tshark is asked too."""

from pathlib import Path

import pytest

from kacap.wire import ACK, PSH, Decoder, Segment
from tests.wire.build import (
    ACK_NUMBER,
    CLIENT,
    CLIENT6,
    DESTINATION_PORT,
    IP_ID,
    PAYLOAD,
    SEQ,
    SERVER,
    SERVER6,
    SOURCE_PORT,
    WINDOW,
    frame,
)
from tests.wire.samples import SAMPLES, TSHARK_DIFFERS, Sample
from tests.wire.tshark import need_tshark, tcp_rows, write_pcap

PORTS = SOURCE_PORT.to_bytes(2, "big") + DESTINATION_PORT.to_bytes(2, "big")
KEYS = {4: CLIENT + SERVER + PORTS, 6: CLIENT6 + SERVER6 + PORTS}
EMPTY = {"ethernet padded"}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_the_segment_is_found(sample: Sample) -> None:
    given = frame(sample.data, sample.link_type, number=7, time_ns=99)
    segment = Decoder().decode(given)
    payload = b"" if sample.name in EMPTY else PAYLOAD
    assert isinstance(segment, Segment)
    assert (segment.frame, segment.time_ns) == (7, 99)
    assert segment.key == KEYS[sample.version]
    assert (segment.seq, segment.ack, segment.flags, segment.window) == (SEQ, ACK_NUMBER, PSH | ACK, WINDOW)
    assert segment.ip_id == (IP_ID if sample.version == 4 else -1)
    assert segment.data is given.data
    assert segment.data[segment.start : segment.end] == payload
    assert segment.length == len(payload)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_cut_never_raises_and_never_lengthens(sample: Sample) -> None:
    for size in range(len(sample.data)):
        given = frame(sample.data[:size], sample.link_type, wire_bytes=len(sample.data))
        decoded = Decoder().decode(given)
        if isinstance(decoded, Segment):
            assert decoded.key == KEYS[sample.version]
            assert decoded.end <= given.end
            assert decoded.length == (0 if sample.name in EMPTY else len(PAYLOAD))
            assert PAYLOAD.startswith(decoded.data[decoded.start : decoded.end])


@pytest.mark.parametrize("link_type", sorted({sample.link_type for sample in SAMPLES}))
def test_tshark_agrees(link_type: int, tmp_path: Path) -> None:
    need_tshark()
    samples = [sample for sample in SAMPLES if sample.link_type == link_type and sample.name not in TSHARK_DIFFERS]
    path = tmp_path / "samples.pcap"
    write_pcap(path, [frame(sample.data, link_type) for sample in samples], link_type)
    found = {int(row[0]): row[1:5] for row in tcp_rows(path)}
    expected = {
        number: [str(SOURCE_PORT), str(DESTINATION_PORT), str(SEQ), str(0 if sample.name in EMPTY else len(PAYLOAD))]
        for number, sample in enumerate(samples, 1)
    }
    assert found == expected
