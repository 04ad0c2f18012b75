"""What keeps the bench from measuring: one clear line, and what to do."""


class BenchError(Exception):
    """Something cannot be recorded or measured; the bench ends with 1."""
