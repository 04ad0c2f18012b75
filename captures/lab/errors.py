"""What keeps the lab from recording a scenario: one clear line, and what to do."""


class LabError(Exception):
    """A scenario could not be recorded; the lab goes on with the next one and exits with 1."""
