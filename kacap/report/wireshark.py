"""What a reader types into Wireshark to look for himself."""

from collections.abc import Iterable


def display_filter(streams: Iterable[int]) -> str:
    """A display filter for some streams, runs as ranges: `tcp.stream in {0..3,7}`; empty for none."""
    runs: list[tuple[int, int]] = []
    for stream in sorted(streams):
        if runs and stream == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], stream)
        else:
            runs.append((stream, stream))
    if not runs:
        return ""
    if len(runs) == 1 and runs[0][0] == runs[0][1]:
        return f"tcp.stream eq {runs[0][0]}"
    return f"tcp.stream in {{{','.join(str(a) if a == b else f'{a}..{b}' for a, b in runs)}}}"
