"""What the code of a test puts on the network, judged: `kacap.record`.

A thread drains the socket while that code runs, so that nothing is lost; it ends with the `with` block.
"""

from collections.abc import Collection
from threading import Thread
from types import TracebackType

from kacap.capture.live import LiveCapture
from kacap.capture.saving import Saving
from kacap.live import KEEP
from kacap.live.watch import Watch
from kacap.report.model import Report


class Recording:
    """A context; what arrives while it is entered is in `report` after it."""

    def __init__(
        self,
        *,
        ports: Collection[int] = (),
        interface: str = "any",
        kernel_filter: str | None = None,
        write: str | None = None,
        keep: int = KEEP,
    ) -> None:
        """As `kacap.record` says."""
        self._ports = ports
        self._interface = interface
        self._kernel_filter = kernel_filter
        self._write = write
        self._keep = keep
        self._report: Report | None = None
        self._failure: BaseException | None = None

    @property
    def report(self) -> Report:
        """What was seen. Raises RuntimeError before the recording has ended."""
        if self._report is None:
            raise RuntimeError("there is no report before the recording has ended")
        return self._report

    def __enter__(self) -> "Recording":
        self._tap = LiveCapture(self._interface, ports=self._ports, kernel_filter=self._kernel_filter)
        try:
            self._saving = None if self._write is None else Saving(self._write, self._tap.info.warnings)
        except BaseException:
            self._tap.close()
            raise
        self._watch = Watch(self._tap, ports=self._ports, keep=self._keep, saver=self._saving)
        self._thread = Thread(target=self._read, name="kacap", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._watch.stop()
        self._thread.join()
        try:
            if self._failure is not None:
                raise self._failure
            self._report = self._watch.report()
        finally:
            if self._saving is not None:
                self._saving.close()
            self._tap.close()

    def _read(self) -> None:
        try:
            self._watch.until_end()
            self._watch.settle()
        except BaseException as failure:  # noqa: BLE001 - raised again where the recording ends
            self._failure = failure
