"""What can be captured here: every interface is named, and what stands in the way."""

import os
import shutil
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from kacap.capture import live_links, live_right
from kacap.capture.interfaces import Interface, find_interface, interfaces
from kacap.capture.live import LiveCapture
from kacap.errors import CannotCaptureError
from kacap.render.interfaces import listing
from tests.capture.network import Tunnel, ip, network

__all__ = ["network"]


@pytest.mark.usefixtures("network")
def test_each_interface_with_its_addresses_and_obstacles() -> None:
    ip("link add near type veth peer name far")
    ip("link set near addrgenmode none up")
    ip("addr add 192.0.2.1/24 dev near")
    ip("addr add 2001:db8::1/64 dev near nodad")
    with Tunnel("tun0"):
        found = {each.name: each for each in interfaces()}
    assert found["lo"] == Interface("lo", 1, 772, ("127.0.0.1", "::1"), True, "EN10MB", None)
    near, far = found["near"], found["far"]
    assert (near.kind, near.addresses, near.link_type) == (1, ("192.0.2.1", "2001:db8::1"), "EN10MB")
    assert near.obstacle is None
    assert not far.is_up
    assert far.obstacle == "it is down; bring it up with: sudo ip link set far up"
    assert (found["tun0"].kind, found["tun0"].link_type) == (65534, "RAW")
    assert [each.index for each in found.values()] == sorted(each.index for each in found.values())


@pytest.mark.usefixtures("network")
def test_a_name_may_be_anything() -> None:
    odd = "a\x1b[31m;b"
    subprocess.run(["ip", "link", "add", odd, "type", "veth", "peer", "name", "far"], check=True)
    found = {each.name: each for each in interfaces()}
    assert found[odd].obstacle == f"it is down; bring it up with: sudo ip link set '{odd}' up"
    screen = Console(width=200, file=StringIO())
    with screen.capture() as drawn:
        screen.print(listing([found[odd]], [], 200))
    assert "\x1b" not in drawn.get()
    assert r"set 'a\x1b[31m;b' up" in drawn.get()
    subprocess.run([b"ip", b"link", b"set", b"far", b"name", b"\xff"], check=True)
    with pytest.raises(CannotCaptureError, match="a name that is no UTF-8"):
        interfaces()


@pytest.mark.usefixtures("network")
def test_a_kind_that_is_not_captured_is_said_to_be_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(live_links.KINDS, live_links.LOOPBACK_KIND)
    (lo,) = interfaces()
    assert (lo.link_type, lo.obstacle) == (None, "its kind (ARPHRD 772) is not one that is captured here")
    with pytest.raises(CannotCaptureError, match=r"^lo: cannot be captured: its kind \(ARPHRD 772\)"):
        find_interface("lo")


def test_other_systems_are_told_what_works_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    for ask in (interfaces, lambda: LiveCapture("en0")):
        with pytest.raises(CannotCaptureError, match="live capture works on Linux only so far"):
            ask()


@pytest.mark.parametrize(
    ("effective", "may"), [("0000000000002000", True), ("000001ffffffffff", True), ("000001ffffffdfff", False)]
)
def test_the_right_is_a_capability(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, effective: str, may: bool) -> None:
    status = tmp_path / "status"
    status.write_text(f"Name:\tpython\nCapPrm:\t000001ffffffffff\nCapEff:\t{effective}\n", encoding="ascii")
    monkeypatch.setattr(live_right, "STATUS", status)
    assert (live_right.missing_right() is None) is may


@pytest.mark.parametrize(
    ("user", "owner", "line"),
    [
        (0, 0, "root has no CAP_NET_RAW here: a container gets it with --cap-add NET_RAW"),
        (
            1000,
            0,
            "capturing needs CAP_NET_RAW: start it with: sudo /opt/kacap … (setcap does not fit: {python} is shared by "
            "everyone here)",
        ),
        (
            1000,
            1000,
            "capturing needs CAP_NET_RAW: start it with: sudo /opt/kacap …; or give the right to this Python, which is "
            "yours, once: sudo setcap cap_net_raw+ep {python}",
        ),
    ],
)
def test_the_line_says_which_way_fits(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, user: int, owner: int, line: str
) -> None:
    python = tmp_path / "python3"
    python.touch()
    (tmp_path / "python").symlink_to(python)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setattr(live_right, "owner_of", lambda path: owner if path == python else None)
    monkeypatch.setattr(shutil, "which", lambda _name: "/opt/kacap")
    assert live_right.how_to_get_it() == line.format(python=python)


def test_without_the_command_python_starts_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    assert f"sudo {sys.executable} -m kacap …" in live_right.how_to_get_it()
