"""One analysis on several processors: the connections are dealt out to processes, and the report is that of one.

Rules of this room:
- Every job reads all frames and follows the connections of its share (`wire.share`); of one file, unless it is of a
  rare kind, the reader passes over what is plainly another job's. Each frame is counted by one job: a segment by whose
  it is, all else by the first.
- The report is byte for byte that of one job. Where a limit that all connections share comes near, or a segment is
  judged by when others were opened, the capture is read once more by one job.
- The process that was called is the first job: it alone hears of Ctrl-C and reports progress. Where it stops, all do;
  if another was ahead of it then, one job reads again. The first alone judges; the others conclude nothing.
- What goes from process to process is plain values, in batches: packed connections in columns, others in rows.

How the parts meet: `count` (how many) → `crew` (the processes) → `part` (what another job follows) → `plain` and `rows`
(connections as values and back) → `merge`.
"""
