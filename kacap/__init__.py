"""kacap: are my HTTP connections being reused, and if not: who ended them, why, what does it cost, what do I change?

    >>> import kacap
    >>> report = kacap.analyze(["trace.pcap"])
    >>> report.summary.verdict, report.summary.avoidable_connections

Names are loaded on first use, so that importing the package costs nothing.
"""

from collections.abc import Collection, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from kacap.core import choose_core
from kacap.version import __version__

choose_core()

if TYPE_CHECKING:
    from kacap.analyzer import Analyzer
    from kacap.live.recording import Recording
    from kacap.report.model import Finding, Report
    from kacap.verdict.words import Verdict

__all__ = ["Analyzer", "Finding", "Report", "Verdict", "__version__", "analyze", "record"]

_HOMES = {
    "Analyzer": "kacap.analyzer",
    "Finding": "kacap.report.model",
    "Report": "kacap.report.model",
    "Verdict": "kacap.verdict.words",
}


def analyze(
    paths: str | Sequence[str],
    *,
    ports: Collection[int] = (),
    hosts: Collection[str] = (),
    streams: Collection[int] = (),
    jobs: int = 1,
) -> "Report":
    """Read one or several capture files (`-` is standard input) in order of time and judge what is in them.

    `ports`, `hosts` and `streams` narrow the report to connections of those server ports, addresses, and
    `tcp.stream` numbers; empty means all.

    `jobs` is how many processes may share the work on files; the report is the same. They are forked from this one,
    if that has no threads.

    Raises KacapError when a path cannot be read or is not a capture.
    """
    from kacap.capture import open_capture
    from kacap.jobs.count import jobs_for
    from kacap.jobs.run import Analysis

    captures = [paths] if isinstance(paths, str) else list(paths)
    with Analysis(captures, jobs_for(captures, jobs), ports=ports, hosts=hosts, streams=streams) as analysis:
        source = open_capture(captures, share=analysis.share)
        analysis.feed_all(source)
        return analysis.finish(source.info)


def record(
    *,
    port: int | Collection[int] = (),
    interface: str = "any",
    kernel_filter: str | None = None,
    write: str | None = None,
    keep: int = 10_000,
) -> "Recording":
    """Judge what happens on the network inside of a `with` block; needs the right to capture.

        with kacap.record(port=8880) as recording:
            client.fetch_all()
        assert recording.report.summary.avoidable_connections == 0

    `port` is one server port or several; empty means all. `interface` is one, or `any`. `kernel_filter` narrows what is
    captured, in tcpdump's words. `write` names a file in which to save it, as pcap. Beyond `keep` ended connections,
    those before are kept as exact counts.

    Entering raises KacapError where nothing can be captured; it hears what happens from there on.
    """
    from kacap.live.recording import Recording

    ports = (port,) if isinstance(port, int) else tuple(port)
    return Recording(ports=ports, interface=interface, kernel_filter=kernel_filter, write=write, keep=keep)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'kacap' has no attribute {name!r}")
