"""Streams as a Wireshark display filter, in the form that a finding's filter has."""

from collections.abc import Iterable


def display_filter(streams: Iterable[int]) -> str:
    """`tcp.stream in {0..3,7}`; empty for no stream."""
    runs: list[tuple[int, int]] = []
    for stream in sorted(streams):
        if runs and stream == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], stream)
        else:
            runs.append((stream, stream))
    if not runs:
        return ""
    return f"tcp.stream in {{{','.join(str(a) if a == b else f'{a}..{b}' for a, b in runs)}}}"
