"""A part crosses in batches, so that what is on its way at once stays small."""

import marshal
from pathlib import Path

from kacap.capture import open_capture
from kacap.jobs.merge import BATCH, messages
from kacap.jobs.part import Part
from kacap.jobs.plain import NUMBERS_BYTES
from kacap.wire.share import Share
from tests.bench import synthetic

CONNECTIONS = 2 * BATCH + 100


def test_no_batch_holds_more_than_its_share(tmp_path: Path) -> None:
    path = tmp_path / "many.pcap"
    synthetic.write(path, CONNECTIONS, 10)
    share = Share(0, 1)
    part = Part(share)
    part.feed_all(open_capture([str(path)], share=share))
    _, *batches, end = messages(part)
    sizes = [len(columns[0]) // NUMBERS_BYTES + len(rows) for _, columns, rows in map(marshal.loads, batches)]
    assert sum(sizes) == CONNECTIONS
    assert max(sizes) <= BATCH
    assert end == b""
