"""What a reader types into Wireshark to look for himself."""

from collections.abc import Iterable


def display_filter(streams: Iterable[int]) -> str:
    """A display filter for some streams, runs as ranges: `tcp.stream in {0..3,7}`; empty for none."""
    runs: list[tuple[int, int]] = []
    first = last = -1
    for stream in sorted(streams):
        if stream != last + 1 or first < 0:
            if first >= 0:
                runs.append((first, last))
            first = stream
        last = stream
    if first >= 0:
        runs.append((first, last))
    if not runs:
        return ""
    if len(runs) == 1 and runs[0][0] == runs[0][1]:
        return f"tcp.stream eq {runs[0][0]}"
    return f"tcp.stream in {{{','.join(str(a) if a == b else f'{a}..{b}' for a, b in runs)}}}"
