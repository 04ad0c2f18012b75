"""The capture room: bytes made by hand, pipes, merges, and other readers as oracles."""
