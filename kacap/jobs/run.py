"""One analysis from its first frame to its report, by one job or by several."""

import marshal
from collections.abc import Collection, Iterable, Sequence
from itertools import islice
from types import TracebackType

from kacap.analyzer import Analyzer
from kacap.capture import open_capture
from kacap.jobs.crew import Worker
from kacap.jobs.merge import Adoption, Header, count_in, header_of, losers_of, may_differ, numbers_of, renumber_own
from kacap.report.model import Report
from kacap.verdict.facts import Facts
from kacap.wire.frame import Frame, SourceInfo
from kacap.wire.share import Share


class Analysis:
    """Feed it the frames of `captures`, then call `finish`; leaving the context ends the other jobs."""

    def __init__(
        self,
        captures: Sequence[str],
        jobs: int,
        *,
        ports: Collection[int] = (),
        hosts: Collection[str] = (),
        streams: Collection[int] = (),
    ) -> None:
        """`jobs`: as `jobs_for` says. The rest is as in `Analyzer`."""
        self._captures = captures
        self._alone = Analyzer(ports=ports, hosts=hosts, streams=streams)
        self._analyzer = self._alone
        self._workers: list[Worker] = []
        self.share: Share | None = None
        """For `open_capture`: what its reader may pass over."""
        if jobs > 1:
            self.share = Share(0, jobs)
            self._analyzer = Analyzer(ports=ports, hosts=hosts, streams=streams, share=self.share)
            try:
                for index in range(1, jobs):
                    self._workers.append(Worker(captures, Share(index, jobs), self._workers))
            except OSError:  # no more processes, or pipes: then alone
                self._close()
                self._analyzer = self._alone
                self.share = None

    def __enter__(self) -> "Analysis":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _close(self) -> None:
        for worker in self._workers:
            worker.close()
        self._workers = []

    def feed_all(self, frames: Iterable[Frame]) -> None:
        """Take all frames. Raises what reading them raises, and JobEndedError."""
        self._analyzer.feed_all(frames)
        for worker in self._workers:
            worker.end(self._analyzer.frames)

    def finish(self, source: SourceInfo) -> Report:
        """The report. Raises JobEndedError, and KacapError where the captures cannot be read once more."""
        if not self._workers:
            return self._alone.finish(source)
        report = self._together(source)
        if report is not None:
            return report
        self._alone.feed_all(islice(open_capture(self._captures), self._analyzer.frames))
        return self._alone.finish(source)

    def _together(self, source: SourceInfo) -> Report | None:
        """The report from all parts; None where one job has to read everything."""
        facts = self._analyzer.facts()
        others = self._bring_in(facts)
        if others is None or not all(worker.complete for worker in self._workers):
            return None
        count_in(self._analyzer, others)
        duplicates, limits = sum(each.duplicates for each in others), sum(each.limits for each in others)
        return self._analyzer.judge(facts, source, duplicates, limits)

    def _bring_in(self, facts: list[Facts]) -> Sequence[Header] | None:
        """What the other jobs counted, their connections added to `facts`; None where a part is missing or may differ.

        Nothing that is only of use here outlives it: to judge takes the most memory.
        """
        parts = [worker.messages() for worker in self._workers]
        told = [next(part, b"") for part in parts]
        if not all(told):
            return None
        headers = [header_of(self._analyzer), *(Header(*marshal.loads(message)) for message in told)]
        if may_differ(headers):
            return None
        numbers, losers = numbers_of(headers), losers_of(headers)
        renumber_own(facts, numbers[0], losers[0])
        for job, part in enumerate(parts, 1):
            adoption = Adoption(self._analyzer, numbers[job], losers[job])
            for message in part:
                adoption.add(message)
            facts += adoption.end()
        return headers[1:]
