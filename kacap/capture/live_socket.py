"""The raw socket: opened by scapy, bound, with its filter.

Rules: the interface is looked at before the socket is opened, so that what is wrong with it is said in its own words.
Promiscuous mode is asked for on Ethernet alone, as tcpdump does: a mirror port needs it.
"""

import ctypes
import os
from collections.abc import Collection
from socket import AF_PACKET, SO_ERROR, SOL_SOCKET, htons, socket
from struct import Struct
from typing import Final

from kacap.capture.interfaces import ANY, Interface
from kacap.capture.live_filter import kernel_filter
from kacap.capture.live_links import KINDS
from kacap.capture.live_right import how_to_get_it
from kacap.errors import CannotCaptureError

_EVERY_PROTOCOL: Final = 3
_ETHERNET_KIND: Final = 1
_LOOPBACK: Final = "lo"
_SO_ATTACH_FILTER: Final = 26
_INSTRUCTION_BYTES: Final = 8
_PROGRAM: Final = Struct("HP")
_ADDRESS: Final = Struct("=HHiHBB8s")


def open_tap(interface: Interface | None, ports: Collection[int], expression: str | None) -> socket:
    """A socket that receives what the filter lets in, on one interface or (None) on all. Raises CannotCaptureError.

    Frames from before the filter may wait in its queue.
    """
    name = ANY if interface is None else interface.name
    kinds = list(KINDS) if interface is None else [interface.kind]
    program = kernel_filter(kinds, ports, expression)
    try:
        tap = _opened(interface)
    except PermissionError as error:
        raise CannotCaptureError(f"{name}: {how_to_get_it()}") from error
    except OSError as error:
        raise CannotCaptureError(f"{name}: cannot be captured: {error.strerror}") from error
    try:
        _attach(tap, program)
        if interface is None:
            _bind_to_all(tap)
    except OSError as error:
        tap.close()
        raise CannotCaptureError(f"{name}: cannot be captured: {error.strerror}") from error
    return tap


def _opened(interface: Interface | None) -> socket:
    from scapy.arch.linux import L2ListenSocket  # noqa: PLC0415 - scapy takes long to load
    from scapy.error import log_runtime  # noqa: PLC0415

    level = log_runtime.level
    log_runtime.setLevel("ERROR")  # it warns of links that it cannot dissect, and is not going to
    try:
        opened = L2ListenSocket(
            _LOOPBACK if interface is None else interface.name,
            promisc=interface is not None and interface.kind == _ETHERNET_KIND,
        )
    finally:
        log_runtime.setLevel(level)
    return socket(fileno=opened.ins.detach())


def _attach(tap: socket, program: bytes) -> None:
    memory = ctypes.create_string_buffer(program, len(program))
    fields = _PROGRAM.pack(len(program) // _INSTRUCTION_BYTES, ctypes.addressof(memory))
    tap.setsockopt(SOL_SOCKET, _SO_ATTACH_FILTER, fields)


def _bind_to_all(tap: socket) -> None:
    """Interface 0, for which Python's bind has no word."""
    libc = ctypes.CDLL(None, use_errno=True)
    address = _ADDRESS.pack(AF_PACKET, htons(_EVERY_PROTOCOL), 0, 0, 0, 0, bytes(8))
    if libc.bind(tap.fileno(), address, len(address)):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    tap.getsockopt(SOL_SOCKET, SO_ERROR)  # a loopback that is down
