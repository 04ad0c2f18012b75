"""From root back to who called sudo. Only opening a raw socket needs the right; all that follows reads hostile bytes.

Rules: for good (real, effective and saved ids, groups, and no new privileges by any program that is started later), and
verified: what cannot be dropped is an error, never a line in passing. Who is root without sudo stays what he is.
"""

import ctypes
import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from kacap.errors import KacapError

_PR_SET_NO_NEW_PRIVS: Final = 38
_FOLDERS: Final = ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")


class PrivilegeError(KacapError):
    """The process would go on with more rights than the user who called it."""


def caller() -> pwd.struct_passwd | None:
    """Who called sudo; None when this is not root, or root who called no sudo or called it himself.

    Raises PrivilegeError when sudo names a user whom this machine does not know.
    """
    named = os.environ.get("SUDO_UID")
    if os.geteuid() != 0 or named is None:
        return None
    try:
        user = pwd.getpwuid(int(named))
    except (KeyError, ValueError, OverflowError) as error:
        raise PrivilegeError(f"SUDO_UID names a user whom this machine does not know: {named}") from error
    return None if user.pw_uid == 0 else user


def groups_of(user: pwd.struct_passwd) -> list[int]:
    """All groups of a user, the one of his login included."""
    return sorted(set(os.getgrouplist(user.pw_name, user.pw_gid)))


def drop_privileges(*, no_new_privileges: bool = True) -> pwd.struct_passwd | None:
    """Become who called sudo, in all threads; None: nothing to drop, nothing changed. Raises PrivilegeError.

    Files that are open stay open, a raw socket too. Without `no_new_privileges`, who starts a command of the user,
    which may itself want sudo, calls `forbid_new_privileges` after that.
    """
    user = caller()
    if user is None:
        return None
    groups = groups_of(user)
    try:
        os.setgroups(groups)
        os.setresgid(user.pw_gid, user.pw_gid, user.pw_gid)
        os.setresuid(user.pw_uid, user.pw_uid, user.pw_uid)
        if no_new_privileges:
            forbid_new_privileges()
    except OSError as error:
        raise PrivilegeError(f"cannot become {user.pw_name} again: {error.strerror}") from error
    _verify(user, groups)
    return user


@contextmanager
def at_home() -> Iterator[None]:
    """Within it root through sudo is at home in root's own folders, also where sudo left HOME as it was.

    Libraries keep caches there: one that root writes, or believes, must not lie in a folder of the user. Raises
    PrivilegeError.
    """
    if caller() is None:
        yield
        return
    before = {name: os.environ.pop(name) for name in _FOLDERS if name in os.environ}
    os.environ["HOME"] = pwd.getpwuid(0).pw_dir
    try:
        yield
    finally:
        del os.environ["HOME"]
        os.environ.update(before)


def forbid_new_privileges() -> None:
    """Of this process and all that it starts from now on: execve gives no rights, whatever bits a file has (prctl(2)).

    Raises OSError.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    word = ctypes.c_ulong
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, word(1), word(0), word(0), word(0)):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def _verify(user: pwd.struct_passwd, groups: list[int]) -> None:
    is_user = os.getresuid() == (user.pw_uid,) * 3 and os.getresgid() == (user.pw_gid,) * 3
    with suppress(PermissionError):
        os.setresuid(0, 0, 0)
        is_user = False
    if not is_user or sorted(os.getgroups()) != groups:
        raise PrivilegeError(f"this process did not become {user.pw_name}")
