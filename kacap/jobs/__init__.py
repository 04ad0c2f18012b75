"""One analysis on several processors: the connections are dealt out to processes, and the report is that of one.

Rules of this room:
- Every job reads all frames and follows the connections of its share (`wire.share`); nothing else is divided.
- The report is byte for byte that of one job. Where a limit that all connections share comes near, or a segment is
  judged by when others were opened, the capture is read once more by one job.
- The process that was called is the first job: it alone hears of Ctrl-C and reports progress. Where it stops, all do;
  if another was ahead of it then, one job reads again.
- What goes from process to process is plain values (`rows`), in batches.

How the parts meet: `count` (how many) → `crew` (the processes) → `rows` (connections as values and back) → `merge`.
"""
