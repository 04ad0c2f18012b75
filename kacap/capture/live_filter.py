"""The kernel's filter: a program of classic BPF that sees each frame before it costs anything.

Rules:
- The program for ports is this table, with or without libpcap: what is captured must not depend on what else is
  installed. The user's own expression, which libpcap compiles, is put behind it: a frame must please both.
- Of a loopback interface only what arrives is taken: the same frame also leaves.
- Ports bring along what helps to judge them: look-ups (UDP port 53), and ICMP errors about TCP, which no port names.
  IP fragments of TCP are all let in, since only the first one has ports. Of IPv6 extension headers only the fragment
  header is followed; a tunnel is not looked into: who needs that gives an expression and no port.
- The kernel takes the outermost VLAN tag out of what it received, so that such a frame looks as if it had none; one tag
  that is still in the frame is stepped over.
- Offsets count from where the frame begins. Those that the kernel counts from the IP header cannot read, before Linux
  6.16, what a driver left outside of the first part of its buffer: frames would be missing.
- All jumps go forward, as the kernel demands. A condition is a short jump over a long one: nothing lies too far away.
"""

from collections.abc import Collection, Sequence
from struct import Struct
from typing import Final

from kacap.capture.live_expression import Program, compiled
from kacap.capture.live_links import ETHERNET, IP_AT, KINDS, LOOPBACK_KIND
from kacap.errors import CannotCaptureError

MOST_PORTS: Final = 256
"""With more of them all TCP is let in."""
MOST_INSTRUCTIONS: Final = 4096
_INSTRUCTION: Final = Struct("=HBBI")

LOAD_32, LOAD_16, LOAD_8 = 0x20, 0x28, 0x30
LOAD_16_FROM_X, LOAD_8_FROM_X = 0x48, 0x50
X_IS, X_IS_IPV4_HEADER, X_IS_A, A_IS_X, ADD, AND = 0x01, 0xB1, 0x07, 0x87, 0x04, 0x54
GOTO, IF_EQUAL, IF_ANY_BIT, RETURN = 0x05, 0x15, 0x45, 0x06

DIRECTION, KIND = 0xFFFFF004, 0xFFFFF01C
"""Where the kernel shows what it knows beside the bytes (SKF_AD_PKTTYPE, SKF_AD_HATYPE)."""
_OUTGOING: Final = 4
_WHOLE: Final = 0xFFFFFFFF

IPV4, IPV6 = 0x0800, 0x86DD
TCP, UDP, ICMP, ICMPV6, FRAGMENT = 6, 17, 1, 58, 44
DNS_PORT: Final = 53
VLAN_TAGS: Final = (0x8100, 0x88A8, 0x9100)
ICMP_ERRORS: Final = {ICMP: ((3, 4, 5, 11, 12), 9), ICMPV6: ((1, 2, 3, 4), 6)}
"""Types that quote a packet, and where its IP header says what it carried."""

Row = tuple[int, int] | tuple[int, int, str] | str
"""An instruction with its operand; one that goes to a label, always or on a condition; a label."""


def kernel_filter(kinds: Collection[int], ports: Collection[int], expression: str | None) -> bytes:
    """A run of `struct sock_filter` for interfaces of these kinds (ARPHRD_). Raises CannotCaptureError.

    Without ports and expression it takes every frame once.
    """
    links = sorted({KINDS[kind] for kind in kinds})
    users = {} if expression is None else compiled(expression, links)
    rows: list[Row] = [
        *((LOAD_32, DIRECTION), (IF_EQUAL, _OUTGOING, "leaves"), (GOTO, 0, "new")),
        *("leaves", (LOAD_32, KIND), (IF_EQUAL, LOOPBACK_KIND, "no")),
        "new",
        *_choose_by_kind(kinds, "ports"),
    ]
    for link in links:
        rows += [f"ports {link}", *(_link(link) if ports else [(GOTO, 0, "wanted")])]
    rows += [
        *(_transports(ports) if ports else ()),
        *("wanted", *(_choose_by_kind(kinds, "user") if users else [(RETURN, _WHOLE)])),
        *("no", (RETURN, 0)),
    ]
    program = _assembled(rows, {f"user {link}": user for link, user in users.items()})
    if len(program) > MOST_INSTRUCTIONS:
        raise CannotCaptureError(
            f"the filter is too long: {len(program)} instructions, of which the kernel takes {MOST_INSTRUCTIONS}"
        )
    return b"".join(_INSTRUCTION.pack(*instruction) for instruction in program)


def _choose_by_kind(kinds: Collection[int], what: str) -> list[Row]:
    return [(LOAD_32, KIND), *((IF_EQUAL, kind, f"{what} {KINDS[kind]}") for kind in kinds), (GOTO, 0, "no")]


def _link(link: int) -> list[Row]:
    """From the link layer to `transport`, with the protocol in A and where it begins in X."""
    at = IP_AT[link]
    if link != ETHERNET:
        version: list[Row] = [(LOAD_8, at), (AND, 0xF0), (IF_EQUAL, 0x40, f"v4 {at}"), (IF_EQUAL, 0x60, f"v6 {at}")]
        return [*version, (GOTO, 0, "no"), *_ip(at)]
    tagged = at + 4
    return [
        *((LOAD_16, at - 2), (IF_EQUAL, IPV4, f"v4 {at}"), (IF_EQUAL, IPV6, f"v6 {at}")),
        *((IF_EQUAL, tag, "tagged") for tag in VLAN_TAGS),
        (GOTO, 0, "no"),
        *("tagged", (LOAD_16, tagged - 2), (IF_EQUAL, IPV4, f"v4 {tagged}"), (IF_EQUAL, IPV6, f"v6 {tagged}")),
        (GOTO, 0, "no"),
        *_ip(at),
        *_ip(tagged),
    ]


def _ip(at: int) -> list[Row]:
    return [
        *(f"v4 {at}", (X_IS_IPV4_HEADER, at), (A_IS_X, 0), (ADD, at), (X_IS_A, 0)),
        *((LOAD_16, at + 6), (IF_ANY_BIT, 0x1FFF, f"behind {at}"), (LOAD_8, at + 9), (GOTO, 0, "transport")),
        *(f"behind {at}", (LOAD_8, at + 9), (IF_EQUAL, TCP, "wanted"), (GOTO, 0, "no")),
        *(f"v6 {at}", (X_IS, at + 40), (LOAD_8, at + 6), (IF_EQUAL, FRAGMENT, f"part {at}"), (GOTO, 0, "transport")),
        *(f"part {at}", (LOAD_8, at + 40), (IF_EQUAL, TCP, "wanted"), (GOTO, 0, "no")),
    ]


def _transports(ports: Collection[int]) -> list[Row]:
    return [
        "transport",
        *((IF_EQUAL, protocol, f"protocol {protocol}") for protocol in (TCP, UDP, ICMP, ICMPV6)),
        (GOTO, 0, "no"),
        *(f"protocol {TCP}", *(_either_port(ports) if len(ports) <= MOST_PORTS else [(GOTO, 0, "wanted")])),
        *(f"protocol {UDP}", *_either_port([DNS_PORT])),
        *(f"protocol {ICMP}", *_icmp_error(ICMP), f"protocol {ICMPV6}", *_icmp_error(ICMPV6)),
    ]


def _either_port(ports: Collection[int]) -> list[Row]:
    source: list[Row] = [(LOAD_16_FROM_X, 0), *((IF_EQUAL, port, "wanted") for port in sorted(ports))]
    target: list[Row] = [(LOAD_16_FROM_X, 2), *((IF_EQUAL, port, "wanted") for port in sorted(ports))]
    return [*source, *target, (GOTO, 0, "no")]


def _icmp_error(protocol: int) -> list[Row]:
    """The packet that an error is about stands behind eight bytes of its own."""
    kinds, protocol_at = ICMP_ERRORS[protocol]
    return [
        (LOAD_8_FROM_X, 0),
        *((IF_EQUAL, kind, f"error {protocol}") for kind in kinds),
        (GOTO, 0, "no"),
        *(f"error {protocol}", (LOAD_8_FROM_X, 8 + protocol_at), (IF_EQUAL, TCP, "wanted"), (GOTO, 0, "no")),
    ]


def _assembled(rows: Sequence[Row], users: dict[str, Program]) -> Program:
    """Code, steps when true, steps when false, operand: labels become distances; whole programs stand at the end."""
    places: dict[str, int] = {}
    size = 0
    for row in rows:
        if isinstance(row, str):
            places[row] = size
        else:
            size += 2 if len(row) == 3 and row[0] != GOTO else 1
    for label, user in users.items():
        places[label] = size
        size += len(user)
    program: Program = []
    for row in rows:
        if isinstance(row, str):
            continue
        if len(row) == 2:
            program.append((row[0], 0, 0, row[1]))
            continue
        code, operand, label = row
        if code != GOTO:
            program.append((code, 0, 1, operand))
        program.append((GOTO, 0, 0, places[label] - len(program) - 1))
    for user in users.values():
        program += user
    return program
