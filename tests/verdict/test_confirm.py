"""What a reader is told to type into Wireshark is a display filter that Wireshark takes."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from kacap.verdict.causes import CAUSES, Cause

CAPTURE = Path(__file__).resolve().parents[2] / "captures" / "raw-echo.pcap"
TSHARK = shutil.which("tshark")

FILTERS = {cause.id: cause.confirm.removeprefix("Wireshark: ").split(";")[0].rstrip(".") for cause in CAUSES}


@pytest.mark.parametrize(
    "cause", [cause for cause in CAUSES if "Wireshark" in cause.confirm], ids=lambda cause: cause.id
)
def test_a_filter_is_told_from_what_to_do_there(cause: Cause) -> None:
    confirm = cause.confirm
    assert re.match(r"Wireshark: |In Wireshark,? ", confirm)
    assert confirm.count("Wireshark") == 1


@pytest.mark.parametrize("cause_id", [cause.id for cause in CAUSES if cause.confirm.startswith("Wireshark: ")])
def test_wireshark_takes_it(cause_id: str) -> None:
    if TSHARK is None:
        pytest.skip("tshark is not installed: nothing here knows whether a display filter is one")
    command = [TSHARK, "-n", "-r", str(CAPTURE), "-Y", FILTERS[cause_id]]
    asked = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert asked.returncode == 0, asked.stderr
