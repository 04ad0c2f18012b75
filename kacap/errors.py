"""The errors that a user can mend: no such file, no permission, not a capture.

What is wrong *inside* a capture is never an exception: it is a counted oddity in the report.
"""


class KacapError(Exception):
    """One clear line: what is wrong and what to do. The command line prints it and exits with 2."""


class CannotReadError(KacapError):
    """The capture cannot be opened: no such file, a directory, no permission."""


class NotACaptureError(KacapError):
    """The file was opened and is not a capture that kacap reads."""


class MissingExtraError(KacapError):
    """An optional package is needed; the message names the extra that brings it."""
