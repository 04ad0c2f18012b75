"""The errors that a user can mend: no such file, no permission, not a capture.

What is wrong *inside* a capture is never an exception: it is a counted oddity in the report.
"""


class KacapError(Exception):
    """One clear line: what is wrong and what to do. The command line prints it and exits with `exit_code`."""

    exit_code = 2


class CannotReadError(KacapError):
    """The capture cannot be opened: no such file, a directory, no permission."""


class NotACaptureError(KacapError):
    """The file was opened and is not a capture that kacap reads."""


class MissingExtraError(KacapError):
    """An optional package is needed; the message names the extra that brings it."""


class CannotCaptureError(KacapError):
    """An interface cannot be captured: it is unknown or down, the right is missing, the filter is no filter."""


class CannotSaveError(KacapError):
    """There is no place for the frames of a live capture: no such directory, no permission."""
