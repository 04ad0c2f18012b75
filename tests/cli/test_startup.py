"""`--help` is quick: a command loads its rooms when it runs."""

import subprocess
import sys
from time import perf_counter

from tests.cli.command import COMMAND, ROOT

LOADED_FOR_HELP = {
    "kacap",
    "kacap.cli",
    "kacap.cli.analyze",
    "kacap.cli.app",
    "kacap.cli.explain",
    "kacap.render",
    "kacap.render.detail",
    "kacap.version",
}


def loaded_by(code: str) -> set[str]:
    listing = f"import sys\n{code}\nprint(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(ended.stdout.split())


def seconds(*command: str) -> float:
    """The best of five."""

    def once() -> float:
        start = perf_counter()
        subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
        return perf_counter() - start

    return min(once() for _ in range(5))


def test_the_command_line_loads_no_room() -> None:
    loaded = loaded_by("import kacap.cli.app")
    assert {name for name in loaded if name.partition(".")[0] == "kacap"} == LOADED_FOR_HELP
    assert not loaded & {"rich.console", "dpkt", "scapy", "pyshark"}


def test_help_costs_little_more_than_its_libraries() -> None:
    libraries = seconds(sys.executable, "-c", "import typer, rich")
    assert seconds(*COMMAND, "--help") < 1.8 * libraries
