"""From root through sudo back to the user, for good. Each test is a process of its own: there is no way back."""

import os
import pwd
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from kacap.cli import privilege
from kacap.cli.privilege import PrivilegeError, caller, drop_privileges
from tests.capture.build import read

USER = "daemon"

SHOW = """
import os
from pathlib import Path
from kacap.cli.privilege import drop_privileges, forbid_new_privileges
user = drop_privileges(WORDS)
print(user and user.pw_name)
for line in Path("/proc/self/status").read_text().splitlines():
    if line.split(":")[0] in ("Uid", "Gid", "Groups", "CapEff", "CapPrm", "NoNewPrivs"):
        print(*line.replace(":", " ").split())
for back in (os.setuid, os.seteuid, os.setgid):
    try:
        back(0)
        print("back")
    except PermissionError:
        print("no way back")
"""

LIVE = """
import socket, sys
from kacap.capture.live import LiveCapture
from kacap.capture.saving import Saving
from kacap.cli.privilege import drop_privileges
from kacap.errors import CannotCaptureError
tap = LiveCapture("lo", kernel_filter="udp port 8889")
drop_privileges()
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 8889))
saving = Saving(sys.argv[1], tap.info.warnings)
count = 0
for frame in tap.frames(1):
    count += 1
    saving.add(frame)
saving.close()
print(count)
tap.close()
try:
    LiveCapture("lo")
except CannotCaptureError as refused:
    print(refused)
"""


@pytest.fixture(autouse=True)
def _as_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root has privileges to drop")


def run(program: str, *words: str, **environment: str) -> list[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SUDO_")}
    done = subprocess.run(
        [sys.executable, "-c", program, *words], env=clean | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def sudo() -> Mapping[str, str]:
    user = pwd.getpwnam(USER)
    return {"SUDO_UID": str(user.pw_uid), "SUDO_GID": str(user.pw_gid), "SUDO_USER": USER}


@pytest.mark.parametrize(("words", "flag"), [("", "1"), ("no_new_privileges=False", "0")])
def test_sudo_ends_as_the_user_for_good(words: str, flag: str) -> None:
    user = pwd.getpwnam(USER)
    groups = sorted(set(os.getgrouplist(USER, user.pw_gid)))
    assert run(SHOW.replace("WORDS", words), **sudo()) == [
        USER,
        " ".join(["Uid", *[str(user.pw_uid)] * 4]),
        " ".join(["Gid", *[str(user.pw_gid)] * 4]),
        " ".join(["Groups", *map(str, groups)]),
        "CapPrm 0000000000000000",
        "CapEff 0000000000000000",
        f"NoNewPrivs {flag}",
        *["no way back"] * 3,
    ]


@pytest.mark.parametrize("environment", [{}, {"SUDO_UID": "0", "SUDO_USER": "root"}], ids=["no sudo", "sudo by root"])
def test_root_himself_stays_root(environment: Mapping[str, str]) -> None:
    told = run(SHOW.replace("WORDS", ""), **environment)
    assert told[:2] == ["None", "Uid 0 0 0 0"]
    assert "NoNewPrivs 0" in told
    assert told[-3:] == ["back"] * 3


@pytest.fixture
def users_place() -> Iterator[Path]:
    """A directory of the user, in none of root's own."""
    with TemporaryDirectory() as place:
        user = pwd.getpwnam(USER)
        os.chown(place, user.pw_uid, user.pw_gid)
        yield Path(place)


def test_an_open_capture_stays_open_and_files_are_the_users(users_place: Path) -> None:
    saved = users_place / "saved.pcap"
    frames, refused = run(LIVE, str(saved), **sudo())
    assert frames == "1"
    assert "lo: capturing needs CAP_NET_RAW" in refused
    assert len(read(saved)[0]) == 1
    assert saved.owner() == USER


@pytest.mark.parametrize("named", ["", "x", "-1", "4294967295", str(1 << 70), "4000000001"])
def test_a_user_whom_nobody_knows_is_an_error(monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    monkeypatch.setenv("SUDO_UID", named)
    with pytest.raises(PrivilegeError, match="names a user whom this machine does not know"):
        drop_privileges()
    assert os.getresuid() == (0, 0, 0)


def test_what_cannot_be_dropped_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in sudo().items():
        monkeypatch.setenv(name, value)
    user = caller()
    assert user is not None
    assert user.pw_name == USER
    for call in ("setgroups", "setresgid", "setresuid"):
        monkeypatch.setattr(os, call, lambda *_: None)
    monkeypatch.setattr(privilege, "forbid_new_privileges", lambda: None)
    with pytest.raises(PrivilegeError, match=f"this process did not become {USER}"):
        drop_privileges()


def test_what_the_system_refuses_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_groups: list[int]) -> None:
        raise PermissionError(1, "Operation not permitted")

    for name, value in sudo().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(os, "setgroups", refuse)
    with pytest.raises(PrivilegeError, match=f"cannot become {USER} again: Operation not permitted"):
        drop_privileges()
    assert os.getresuid() == (0, 0, 0)
