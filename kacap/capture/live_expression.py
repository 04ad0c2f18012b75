"""A filter expression in the language of pcap-filter(7) → instructions, by libpcap.

Rules: libpcap is loaded by scapy on first use, and may be absent. An expression that does not say `vlan` is meant for
what is behind a tag, too, whoever took the tag out of the frame, or did not; one that says it means what it says.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from kacap.capture.live_links import ETHERNET, RAW_IP
from kacap.errors import CannotCaptureError

if TYPE_CHECKING:
    from scapy.libs.structures import bpf_program

Program = list[tuple[int, int, int, int]]
"""Code, steps when true, steps when false, operand."""

_DLT: Final = {ETHERNET: 1, RAW_IP: 12}
"""libpcap's own numbers of link types, on Linux."""
_SAYS_VLAN: Final = re.compile(r"\bvlan\b")
_LONGEST_BYTES: Final = 1 << 18
_RETURN: Final = 0x06
_WHOLE: Final = 0xFFFFFFFF
_REFUSE: Final[Program] = [(_RETURN, 0, 0, 0)]


def libpcap_is_here() -> bool:
    """Whether expressions can be compiled."""
    try:
        import scapy.libs.winpcapy  # noqa: F401, PLC0415 - loads the library
    except (ImportError, OSError):
        return False
    return True


def compiled(expression: str, links: Sequence[int]) -> dict[int, Program]:
    """The program of the expression for each LINKTYPE_. Raises CannotCaptureError.

    Of several link types one that has no such thing (`ether host` where there is IP only) gets a program that refuses.
    """
    if not libpcap_is_here():
        raise CannotCaptureError(
            "a filter expression needs libpcap, which is not here: install it (package libpcap0.8 or libpcap), "
            "or name ports instead, which need nothing"
        )
    programs: dict[int, Program] = {}
    problems: list[CannotCaptureError] = []
    for link in links:
        try:
            programs[link] = _compile(expression, link)
        except CannotCaptureError as problem:
            programs[link] = _REFUSE
            problems.append(problem)
    if len(problems) == len(links):
        raise problems[0]
    return programs


def _compile(expression: str, link: int) -> Program:
    if "\0" in expression:
        raise CannotCaptureError("the filter expression holds a NUL character")
    if link == ETHERNET and _SAYS_VLAN.search(expression):
        return _compiled_for_tags(expression)
    plain = _compiled_for_bytes(expression, link)
    if link != ETHERNET:
        return plain
    try:  # some drivers leave the tag in what they send
        return _compiled_for_bytes(f"({expression}) or (vlan and ({expression}))", link)
    except CannotCaptureError:
        return plain  # what cannot stand in parentheses: the empty expression


def _compiled_for_bytes(expression: str, link: int) -> Program:
    from scapy.arch.common import compile_filter, free_filter  # noqa: PLC0415 - only who asks pays for it
    from scapy.error import Scapy_Exception  # noqa: PLC0415

    try:
        program = compile_filter(expression, linktype=_DLT[link])
    except Scapy_Exception as problem:
        raise CannotCaptureError(f"the filter expression is not understood: {problem}") from problem
    try:
        return _rows(program)
    finally:
        free_filter(program)


def _compiled_for_tags(expression: str) -> Program:
    """As for a live Ethernet, whose kernel keeps tags beside the bytes: the loopback is one that every machine has."""
    from ctypes import byref, create_string_buffer  # noqa: PLC0415

    import scapy.libs.winpcapy as libpcap  # noqa: PLC0415
    from scapy.arch.common import free_filter  # noqa: PLC0415
    from scapy.libs.structures import bpf_program  # noqa: PLC0415

    problem = create_string_buffer(libpcap.PCAP_ERRBUF_SIZE)
    live = libpcap.pcap_open_live(b"lo", _LONGEST_BYTES, 0, 0, problem)
    if not live:
        raise CannotCaptureError(f"the filter expression says vlan, which needs lo: {problem.value.decode()}")
    try:
        program = bpf_program()
        if libpcap.pcap_compile(live, byref(program), expression.encode(), 1, -1):
            reason = libpcap.pcap_geterr(live).decode()
            raise CannotCaptureError(f"the filter expression is not understood: {reason}")
        try:
            return _rows(program)
        finally:
            free_filter(program)
    finally:
        libpcap.pcap_close(live)


def _rows(program: "bpf_program") -> Program:
    """What libpcap made; it cuts at a length that a frame before its segmentation exceeds, and these do not."""
    return [
        (step.code, step.jt, step.jf, _WHOLE if step.code == _RETURN and step.k else step.k & _WHOLE)
        for step in program.bf_insns[: program.bf_len]
    ]
