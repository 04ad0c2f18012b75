"""The command that `kacap run` runs: its own input, output and error, and its user's rights."""

import os
import subprocess
from collections.abc import Sequence
from pwd import struct_passwd

from kacap.errors import KacapError

_NOT_FOUND = 127
_NOT_EXECUTABLE = 126
_SIGNALLED = 128
_OF_ROOT = ("MAIL", "SUDO_COMMAND", "SUDO_GID", "SUDO_UID", "SUDO_USER")
"""What sudo sets for who it makes somebody: the command is not root's."""


class CannotStartError(KacapError):
    """The command cannot be started; exits as a shell would."""

    def __init__(self, text: str, exit_code: int) -> None:
        super().__init__(text)
        self.exit_code = exit_code


class Command:
    """A command that is to be started. Nothing ends it but itself, or who asks it to."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._process: subprocess.Popen[bytes] | None = None
        self._is_to_end = False

    def start(self, user: struct_passwd | None) -> None:
        """Start it; `user` is who this process became. Raises CannotStartError."""
        name = self._words[0]
        try:
            self._process = subprocess.Popen(self._words, env=_surroundings(user))
        except FileNotFoundError:
            raise CannotStartError(f"{name}: command not found", _NOT_FOUND) from None
        except (OSError, ValueError) as error:  # ValueError: a NUL among the words
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise CannotStartError(f"{name}: cannot be run: {reason}", _NOT_EXECUTABLE) from None
        if self._is_to_end:
            self.terminate()

    def terminate(self) -> None:
        """Ask it to end, as soon as it has begun; may be called from a signal handler."""
        self._is_to_end = True
        if self._process is not None:
            self._process.terminate()

    def is_over(self) -> bool:
        """Whether it has ended."""
        return self._process is not None and self._process.poll() is not None

    def wait(self) -> int:
        """Wait for its end; returns its exit code, in the way of shells: 128 + n where signal n ended it."""
        assert self._process is not None
        code = self._process.wait()
        return _SIGNALLED - code if code < 0 else code


def _surroundings(user: struct_passwd | None) -> dict[str, str] | None:
    """The environment of the user who called sudo; None: this one."""
    if user is None:
        return None
    kept = {name: value for name, value in os.environ.items() if name not in _OF_ROOT}
    home = {"HOME": user.pw_dir, "LOGNAME": user.pw_name, "SHELL": user.pw_shell, "USER": user.pw_name}
    return kept | home
