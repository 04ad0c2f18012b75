"""The network interfaces of this machine, and what stands in the way of capturing each.

Rules: nothing here needs a right; scapy asks the kernel (rtnetlink). `any` is all of them at once, and no interface.
"""

import sys
from dataclasses import dataclass
from shlex import quote
from typing import Final

from kacap.capture.live_links import ETHERNET, KINDS
from kacap.errors import CannotCaptureError

ANY: Final = "any"
_UP: Final = 1
_NAMES: Final = {ETHERNET: "EN10MB"}


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface as it is now."""

    name: str
    index: int
    kind: int
    """ARPHRD_ number of Linux."""
    addresses: tuple[str, ...]
    """IPv4 first, then IPv6."""
    is_up: bool
    link_type: str | None
    """What its frames begin with, in the words of the report; None: of a kind that is not captured."""
    obstacle: str | None
    """Why it cannot be captured now, apart from missing rights; None: it can."""


def interfaces() -> list[Interface]:
    """All interfaces by index, also those that are down. Raises CannotCaptureError where the system is not Linux."""
    need_linux()
    try:
        import scapy.arch.linux  # noqa: F401, PLC0415 - fills conf.ifaces
        from scapy.config import conf  # noqa: PLC0415 - scapy takes long to load

        conf.ifaces.reload()
    except UnicodeDecodeError as error:
        raise CannotCaptureError(
            f"an interface of this machine has a name that is no UTF-8, which scapy cannot read: {error.object!r}"
        ) from error
    found = []
    for each in conf.ifaces.values():
        is_up = bool(int(each.flags) & _UP)
        link = KINDS.get(each.type)
        obstacle = None
        if link is None:
            obstacle = f"its kind (ARPHRD {each.type}) is not one that is captured here"
        elif not is_up:
            obstacle = f"it is down; bring it up with: sudo ip link set {quote(each.name)} up"
        addresses = (*each.ips.get(4, ()), *each.ips.get(6, ()))
        name = None if link is None else _NAMES.get(link, "RAW")
        found.append(Interface(each.name, each.index, each.type, addresses, is_up, name, obstacle))
    return sorted(found, key=lambda one: one.index)


def find_interface(name: str) -> Interface:
    """The interface of this name, ready to be captured. Raises CannotCaptureError, which lists those that exist."""
    here = {each.name: each for each in interfaces()}
    one = here.get(name)
    if one is None:
        raise CannotCaptureError(f"{name}: there is no such interface; there are: {', '.join([*here, ANY])}")
    if one.obstacle is not None:
        raise CannotCaptureError(f"{name}: cannot be captured: {one.obstacle}")
    return one


def need_linux() -> None:
    """Raise CannotCaptureError where the system is another."""
    if sys.platform != "linux":
        raise CannotCaptureError(
            "live capture works on Linux only so far; elsewhere: tcpdump -U -w - port 8880 | kacap analyze -"
        )
