"""The command line of the lab: `python -m captures.lab [NAME...]`."""

import argparse
import sys
from pathlib import Path

from captures.lab import readme
from captures.lab.committed import CAPTURES
from captures.lab.errors import LabError
from captures.lab.record import record
from captures.lab.scenario import load, names


def main() -> int:
    """Record what is asked for; 0 when all of it was recorded, else 1."""
    parser = argparse.ArgumentParser(prog="python -m captures.lab", description="Record captures of real programs.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="scenarios to record (default: all)")
    parser.add_argument("--into", type=Path, default=CAPTURES, metavar="DIR", help="where to write (default: captures)")
    parser.add_argument("--list", action="store_true", help="list the scenarios and record nothing")
    parser.add_argument("--readme", action="store_true", help="only write captures/README.md")
    options = parser.parse_args()
    if options.list:
        sys.stdout.write("".join(f"{name}\n" for name in names()))
        return 0
    failed = [] if options.readme else [name for name in options.names or names() if not _record(name, options.into)]
    if options.into == CAPTURES:
        readme.PATH.write_text(readme.render(), encoding="utf-8")
    if failed:
        sys.stderr.write(f"not recorded: {', '.join(failed)}\n")
    return 1 if failed else 0


def _record(name: str, folder: Path) -> bool:
    try:
        pcap = record(load(name), folder)
    except LabError as error:
        sys.stderr.write(f"{name}: {error}\n")
        return False
    sys.stderr.write(f"{name}: {pcap.stat().st_size} bytes\n")
    return True


if __name__ == "__main__":
    sys.exit(main())
