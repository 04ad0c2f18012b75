"""The peak memory of kacap on captures of more and more connections, and on one with larger bodies.

It may grow with connections, in proportion, and not with bytes.
"""

import tempfile
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path

from tests.bench import synthetic, tools
from tests.bench.folders import HOME
from tests.bench.results import Peak
from tests.bench.run import measure
from tests.bench.tools import Kacap

BODY_BYTES = 300
LARGE_BODY_BYTES = 20 * BODY_BYTES
FEW = 10
"""So few connections that only the program itself counts."""
CONNECTIONS = (42_500, 85_000, 170_000, 340_000)
LIMIT_AT = 170_000
LIMIT_BYTES = {False: 200 << 20, True: 600 << 20}
"""Full report? → what kacap may need for `LIMIT_AT` connections."""


def peaks(kacaps: Sequence[Kacap], counts: Sequence[int], say: Callable[[str], None]) -> list[Peak]:
    """Measure on so many connections each, and on the first count with large bodies; BenchError when kacap fails."""
    plan = [(FEW, BODY_BYTES), *((count, BODY_BYTES) for count in counts), (counts[0], LARGE_BODY_BYTES)]
    return list(chain.from_iterable(_on(kacaps, count, body_bytes, say) for count, body_bytes in plan))


def _on(kacaps: Sequence[Kacap], connections: int, body_bytes: int, say: Callable[[str], None]) -> list[Peak]:
    with tempfile.TemporaryDirectory(prefix="scratch-", dir=HOME) as scratch:
        pcap = Path(scratch) / "connections.pcap"
        say(f"memory: making {connections} connections with bodies of {body_bytes} bytes")
        frames = synthetic.write(pcap, connections, body_bytes)
        found = []
        for kacap in kacaps:
            for full, tool in ((False, kacap.summaries()[0]), (True, kacap.full())):
                say(f"memory: {connections} connections: {tool.name}, {'JSON' if full else 'summary'}")
                command = tool.command(pcap, Path(scratch))
                usage = measure(command, tools.environment(tool.variables), Path(scratch), watch=True)
                size = pcap.stat().st_size
                found.append(Peak(kacap.core, full, connections, frames, size, body_bytes, usage.peak_bytes))
        return found
