"""The command line of the bench: `python -m tests.bench [PART...]`."""

import argparse
import sys
from pathlib import Path

from tests.bench import machine, memory, page, record, results, speed, tools
from tests.bench.errors import BenchError
from tests.bench.folders import COMMITTED, HOME, LATEST, ROOT
from tests.bench.workloads import WORKLOADS

_MEMORY = "memory"
_PARTS = (*WORKLOADS, _MEMORY)
_FRAMES = 1_000_000
_RECORDED_WITH = ("nginx", "wrk")
_COMPARED_WITH = ("tcpdump", "tcptrace", "tcpflow", "tshark")


def main() -> int:
    """Record what is missing, measure, print; 0 when that was done, whether or not targets hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure kacap beside other tools.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(_PARTS)} (default: all)")
    parser.add_argument(
        "--compiled",
        type=Path,
        default=ROOT / ".compiled",
        metavar="PATH",
        help="the compiled kacap: a folder of packages, or a Python (default: .compiled)",
    )
    parser.add_argument("--pure", default=sys.executable, metavar="PYTHON", help="one with the pure (default: this)")
    parser.add_argument("--rounds", type=_positive, default=5, metavar="N", help="default: 5")
    parser.add_argument(
        "--frames", type=_positive, default=_FRAMES, metavar="N", help="to record (default: %(default)s)"
    )
    parser.add_argument("--record", action="store_true", help="record again what is there")
    parser.add_argument("--keep", action="store_true", help="let README.md show what was measured")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(_PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    try:
        measured = _measure(options)
    except BenchError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    sys.stdout.write(page.page(measured))
    if options.keep:
        results.save(measured, COMMITTED)
    return 0


def _measure(options: argparse.Namespace) -> results.Results:
    parts = options.parts or _PARTS
    HOME.mkdir(exist_ok=True)
    workloads = [workload for name, workload in WORKLOADS.items() if name in parts]
    captures = [record.capture(workload, options.frames, anew=options.record) for workload in workloads]
    kacaps = _kacaps(options)
    found = _beside_earlier(kacaps)
    others = tools.others() if workloads else []
    for workload, capture in zip(workloads, captures, strict=True):
        found.workloads[workload.name] = speed.contest(capture, kacaps, others, options.rounds, _say)
        results.save(found, LATEST)
    if _MEMORY in parts:
        counts = [max(memory.FEW + 1, count * options.frames // _FRAMES) for count in memory.CONNECTIONS]
        found.memory = memory.peaks(kacaps, counts, _say)
        results.save(found, LATEST)
    return found


def _kacaps(options: argparse.Namespace) -> list[tools.Kacap]:
    pure = str(Path(options.pure).absolute())
    compiled = options.compiled.absolute()
    found = []
    if compiled.is_dir():
        found.append(tools.kacap("compiled", pure, compiled))
    elif compiled.exists():
        found.append(tools.kacap("compiled", str(compiled)))
    else:
        _say(f"kacap, compiled, is not measured: there is no {compiled}")
    return [*found, tools.kacap("pure", pure)]


def _beside_earlier(kacaps: list[tools.Kacap]) -> results.Results:
    versions = {f"kacap ({kacap.core})": f"{kacap.version} on Python {kacap.python_version}" for kacap in kacaps}
    versions |= {program: tools.version(program) for program in (*_COMPARED_WITH, *_RECORDED_WITH)}
    this_machine = machine.describe()
    if LATEST.exists():
        return results.continued(results.load(LATEST), this_machine, versions)
    return results.Results(this_machine, versions)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _say(what: str) -> None:
    sys.stderr.write(f"{what}\n")


if __name__ == "__main__":
    sys.exit(main())
