"""The fast path and the plain links load neither dpkt nor scapy; a tunnel loads dpkt."""

import subprocess
import sys

DECODE = """
import sys
from kacap.wire import Decoder, Frame, Segment
for link_type, text in {frames!r}:
    data = bytes.fromhex(text)
    assert isinstance(Decoder().decode(Frame(1, 0, link_type, data, 0, len(data), len(data))), Segment)
print(sorted(name for name in ("dpkt", "scapy", "struct") if name in sys.modules))
"""


def loaded(frames: list[tuple[int, str]]) -> str:
    code = DECODE.format(frames=frames)
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    return ran.stdout.strip()


def test_plain_links_load_nothing() -> None:
    from tests.wire.samples import PLAIN

    assert loaded([(sample.link_type, sample.data.hex()) for sample in PLAIN]) == "['struct']"


def test_a_tunnel_loads_dpkt() -> None:
    from tests.wire.samples import TUNNELS

    tunnel = next(sample for sample in TUNNELS if sample.name == "pppoe")
    assert loaded([(tunnel.link_type, tunnel.data.hex())]) == "['dpkt', 'struct']"
