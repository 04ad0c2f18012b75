"""`python -m tests.dialogue FILE > talk.pcap`: a scenario as a capture file."""

import sys
from pathlib import Path

from tests.dialogue.pcap import pcap
from tests.dialogue.script import ScriptError, read_scenario

if len(sys.argv) != 2:
    sys.exit("usage: python -m tests.dialogue FILE > talk.pcap")
try:
    scenario = read_scenario(Path(sys.argv[1]))
except (OSError, ScriptError) as problem:
    sys.exit(str(problem))
sys.stdout.buffer.write(pcap(scenario.dialogue.frames))
