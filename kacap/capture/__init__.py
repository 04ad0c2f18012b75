"""The world → frames: the only room that does input; what it saves is what came in.

Rules of this room:

- It knows `Frame`, `SourceInfo`, the `Share` of a job and the errors, nothing else of kacap.
- A source is iterated and yields `Frame`s; its `info` is complete once that iteration has ended.
- What the user can mend (no such file, not a capture, a missing package) is a `KacapError`. What is wrong *inside* a
  capture ends the reading of that file with a warning line and `truncated_file`: all before it stays.
- No length from a file is believed before it was checked, and nothing is held but blocks of `BLOCK_BYTES` and the one
  record that crosses from a block into the next.

How the parts meet: `names` (what to read) → `blocks` (bytes as they arrive) → `unpack` (gzip, zstd, lz4) → `window`
(blocks as one run of bytes) → `pcap` or `pcapng`, chosen by `kind` → `files` (several files in order of time). `live`
has parts of its own, and says how they meet; it is imported by whoever needs it, as `interfaces` and `saving` are.
"""

from kacap.capture.files import CaptureFiles, open_capture

__all__ = ["CaptureFiles", "open_capture"]
