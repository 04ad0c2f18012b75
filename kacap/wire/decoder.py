"""From one frame to its TCP segment.

`decode` begins with the fast path, Ethernet/IPv4/TCP: four reads, one slice for the key, no object. Next come the plain
links, IPv4 options, IPv6 extension headers, fragments. What is left goes through the tables of `slow`, one header a
step, with a limit on depth.

Lengths: an IP length says where the payload ends, so that Ethernet padding is none; it is capped by the frame's length
on the wire, as Wireshark caps it. An IP length of 0 means segmentation offload (for IPv6 also a jumbogram): the payload
ends with the frame, also where Wireshark without `tso_supported` calls it malformed.
Offsets: `at` is where a header begins, `end` where the captured bytes of its layer end, `wire` where they end on the
wire. Checksums are not verified. Bounds are checked before reading: nothing is caught here.
"""

from struct import Struct
from typing import Final

from librt.strings import read_i64_be

from kacap.wire import protocols as p
from kacap.wire.fragments import Fragments
from kacap.wire.frame import Frame
from kacap.wire.icmp import quoted_by
from kacap.wire.ipv6 import final_destination
from kacap.wire.protocols import ETHERNET
from kacap.wire.quoted import Quoted
from kacap.wire.segment import MARK_CONTENT, MARK_ID, Datagram, Segment, Skipped
from kacap.wire.step import ETHERTYPE, IP, IP_PROTOCOL, LINK, LLC, UDP_PORT
from kacap.wire.transport import read_dns_datagram, read_tcp
from kacap.wire.tunnels import UDP_PORTS

Decoded = Segment | Datagram | Quoted | Skipped | None

MAX_DEPTH: Final = 12
"""Headers that may lie inside each other before a frame is given up."""
MAX_OFFLOADED_BYTES: Final = 1 << 20
"""No stack hands more than this to its network card at once: what a frame without an IP length may claim."""

_IPV4: Final = Struct(">BxHHHBB10x").unpack_from
_IPV6: Final = Struct(">B3xHBB32x").unpack_from
_UDP: Final = Struct(">HHH2x").unpack_from


class Decoder:
    """Decodes the frames of one capture, in order. Its only state is the IP fragments that wait.

    The `Segment` that it returns is always the same one, filled anew.
    """

    __slots__ = ("fragments", "segment")

    def __init__(self) -> None:
        self.fragments = Fragments()
        self.segment = Segment()

    def decode(self, frame: Frame) -> Decoded:
        """What the frame holds. None: a fragment that waits for the rest. Never raises.

        `Quoted` is a TCP header that is no segment, but takes a `tcp.stream` number in Wireshark.
        """
        data, at, end, link_type = frame.data, frame.start, frame.end, frame.link_type
        wire = at + frame.wire_bytes if frame.wire_bytes > end - at else end
        # Fast path: Ethernet, IPv4 without options, not fragmented, TCP with all its fixed header captured.
        if link_type == ETHERNET and end - at >= 54:
            kind_total_id = read_i64_be(data, at + 12)  # ethertype, version and header length, ..., length, id
            rest = read_i64_be(data, at + 20) >> 32  # fragment, ttl, protocol
            offset_window = read_i64_be(data, at + 46) >> 32
            if kind_total_id >> 40 & 0xFFFFFF == 0x080045 and rest & 0x3FFF00FF == 6 and offset_window >> 28 & 0xF >= 5:
                total = kind_total_id >> 16 & 0xFFFF
                stop = at + 14 + total if total else end + MAX_OFFLOADED_BYTES
                stop = stop if stop < wire else wire
                payload = at + 34 + (offset_window >> 26 & 0x3C)
                if payload <= stop:
                    captured = end if end < stop else stop
                    sequence = read_i64_be(data, at + 38)
                    length = stop - payload
                    ip_id = kind_total_id & 0xFFFF
                    segment = self.segment
                    segment.frame = frame.number
                    segment.time_ns = frame.time_ns
                    segment.made_key = b""
                    segment.key_at = at + 26
                    segment.addresses = read_i64_be(data, at + 26)
                    segment.ports = read_i64_be(data, at + 30) & 0xFFFFFFFF
                    segment.seq = sequence >> 32 & 0xFFFFFFFF
                    segment.ack = sequence & 0xFFFFFFFF
                    segment.flags = offset_window >> 16 & 0x3F
                    segment.window = offset_window & 0xFFFF
                    segment.ip_id = ip_id
                    segment.data = data
                    segment.start = payload if payload < captured else captured
                    segment.end = captured
                    segment.length = length
                    segment.ttl = rest >> 8 & 0xFF
                    content = length << 22 | offset_window & 0x3FFFFF
                    segment.mark = sequence ^ content * MARK_CONTENT ^ ip_id * MARK_ID  # as `mark_of`
                    return segment
            ethertype = data[at + 12] << 8 | data[at + 13]
            return self._ethertype(frame, data, ethertype, at + 14, end, wire, 0)
        return self._link(frame, data, link_type, at, end, wire, 0)

    def _link(self, frame: Frame, data: bytes, link_type: int, at: int, end: int, wire: int, depth: int) -> Decoded:
        """The other plain links, and Ethernet that is short or lies inside a tunnel."""
        if link_type in p.RAW_IP:
            return self._ip(frame, data, at, end, wire, depth)
        size, ethertype_at = p.PLAIN_LINKS.get(link_type, (0, 0))
        if size == 0:
            return self._steps(frame, data, LINK, link_type, at, end, wire, depth)
        if end - at < size:
            return p.LINK_HEADER_CUT
        if size == 4:
            # Either byte order: the address family fits one byte.
            family = data[at] | data[at + 3]
            if data[at + 1] | data[at + 2] or family not in p.LOOPBACK_FAMILIES:
                return p.OTHER_LOOPBACK_FAMILY
            return self._ip(frame, data, at + 4, end, wire, depth)
        ethertype = data[at + ethertype_at] << 8 | data[at + ethertype_at + 1]
        at += size
        if ethertype == p.COOKED_LLC and link_type != ETHERNET:
            return self._steps(frame, data, LLC, 0, at, end, wire, depth)
        return self._ethertype(frame, data, ethertype, at, end, wire, depth)

    def _ethertype(
        self, frame: Frame, data: bytes, ethertype: int, at: int, end: int, wire: int, depth: int
    ) -> Decoded:
        while ethertype in p.VLAN:
            depth += 1
            if depth > MAX_DEPTH:
                return p.TOO_DEEP
            if end - at < 4:
                return p.LINK_HEADER_CUT
            ethertype = data[at + 2] << 8 | data[at + 3]
            at += 4
        if ethertype == p.IPV4:
            return self._ipv4(frame, data, at, end, wire, depth)
        if ethertype == p.IPV6:
            return self._ipv6(frame, data, at, end, wire, depth)
        word = p.ETHERTYPE_WORDS.get(ethertype)
        if word is not None:
            return word
        return self._steps(frame, data, ETHERTYPE, ethertype, at, end, wire, depth)

    def _ip(self, frame: Frame, data: bytes, at: int, end: int, wire: int, depth: int) -> Decoded:
        """IPv4 or IPv6, by its version."""
        if at >= end:
            return p.IP_HEADER_CUT
        version = data[at] >> 4
        if version == 4:
            return self._ipv4(frame, data, at, end, wire, depth)
        if version == 6:
            return self._ipv6(frame, data, at, end, wire, depth)
        return p.BAD_IP_HEADER

    def _ipv4(self, frame: Frame, data: bytes, at: int, end: int, wire: int, depth: int) -> Decoded:
        if end - at < 20:
            return p.IP_HEADER_CUT
        version, total, ip_id, fragment, ttl, protocol = _IPV4(data, at)
        header = (version & 0x0F) << 2
        if version >> 4 != 4 or header < 20 or 0 < total < header:
            return p.BAD_IP_HEADER
        inner = at + header
        ip_end = at + total if total else end + MAX_OFFLOADED_BYTES
        wire = ip_end if ip_end < wire else wire
        is_whole = wire <= end and (ip_end == wire or not total)
        end = end if end < wire else wire
        if inner > end:
            return p.IP_HEADER_CUT if inner <= wire else p.BAD_IP_HEADER
        addresses = data[at + 12 : at + 20]
        if fragment & p.FRAGMENTED:
            offset = (fragment & 0x1FFF) << 3
            if not is_whole:
                # Cannot be put together; the first one still shows its TCP header, as in Wireshark.
                if offset:
                    return p.FRAGMENT_CUT
            else:
                if inner == end or offset + end - inner > p.MAX_DATAGRAM_BYTES:
                    return p.BAD_IP_FRAGMENT
                of_one = addresses + data[at + 4 : at + 6] + data[at + 9 : at + 10]
                whole = self.fragments.add(of_one, frame.time_ns, offset, fragment & 0x2000 != 0, data[inner:end])
                if whole is None:
                    return None
                data = whole
                inner = 0
                end = wire = len(whole)
        if protocol == p.TCP:
            return read_tcp(self.segment, frame, data, addresses, inner, end, wire, ip_id, ttl)
        return self._inside_ip(frame, data, addresses, protocol, inner, end, wire, ip_id, ttl, depth)

    def _ipv6(self, frame: Frame, data: bytes, at: int, end: int, wire: int, depth: int) -> Decoded:
        if end - at < 40:
            return p.IP_HEADER_CUT
        version, size, protocol, ttl = _IPV6(data, at)
        if version >> 4 != 6:
            return p.BAD_IP_HEADER
        inner = at + 40
        ip_end = inner + size if size else end + MAX_OFFLOADED_BYTES
        wire = ip_end if ip_end < wire else wire
        end = end if end < wire else wire
        addresses = data[at + 8 : inner]
        if protocol == p.TCP:
            return read_tcp(self.segment, frame, data, addresses, inner, end, wire, -1, ttl)
        return self._inside_ip(frame, data, addresses, protocol, inner, end, wire, -1, ttl, depth)

    def _inside_ip(
        self,
        frame: Frame,
        data: bytes,
        addresses: bytes,
        protocol: int,
        at: int,
        end: int,
        wire: int,
        ip_id: int,
        ttl: int,
        depth: int,
    ) -> Decoded:
        """Past the extension headers to what IP carries; IPv4 may have an authentication header too."""
        while protocol in p.EXTENSIONS or protocol == p.FRAGMENT:
            depth += 1
            if depth > MAX_DEPTH:
                return p.TOO_DEEP
            if end - at < 8:
                return p.IP_HEADER_CUT
            if protocol == p.FRAGMENT:
                offset = (data[at + 2] << 8 | data[at + 3]) & 0xFFF8
                more = data[at + 3] & 1 == 1
                identification = data[at + 4 : at + 8]
                protocol = data[at]
                at += 8
                if not offset and not more:
                    continue
                if end < wire:
                    if offset:
                        return p.FRAGMENT_CUT
                    continue
                if at == end or offset + end - at > p.MAX_DATAGRAM_BYTES:
                    return p.BAD_IP_FRAGMENT
                whole = self.fragments.add(addresses + identification, frame.time_ns, offset, more, data[at:end])
                if whole is None:
                    return None
                data = whole
                at = 0
                end = wire = len(whole)
                continue
            if protocol == p.ROUTING and len(addresses) == 32:
                addresses = final_destination(addresses, data, at, end)
            words = data[at + 1]
            size = (words + 2) << 2 if protocol == p.AUTHENTICATION else (words + 1) << 3
            protocol = data[at]
            at += size
            if at > end:
                return p.IP_HEADER_CUT if at <= wire else p.BAD_IP_HEADER
        if protocol == p.TCP:
            return read_tcp(self.segment, frame, data, addresses, at, end, wire, ip_id, ttl)
        if protocol == p.UDP:
            return self._udp(frame, data, addresses, at, end, wire, depth)
        if protocol in p.IP_IN_IP:
            return p.TOO_DEEP if depth >= MAX_DEPTH else self._ip(frame, data, at, end, wire, depth + 1)
        if protocol in p.ICMP:
            quoted = quoted_by(frame, data, protocol, at, end)
            return p.IP_WORDS[protocol] if quoted is None else quoted
        word = p.IP_WORDS.get(protocol)
        if word is not None:
            return word
        return self._steps(frame, data, IP_PROTOCOL, protocol, at, end, wire, depth)

    def _udp(self, frame: Frame, data: bytes, addresses: bytes, at: int, end: int, wire: int, depth: int) -> Decoded:
        if end - at < 8:
            return p.UDP_HEADER_CUT
        source_port, destination_port, size = _UDP(data, at)
        if size >= 8:
            wire = min(wire, at + size)
            end = min(wire, end)
        if p.DNS_PORT in (source_port, destination_port):
            return read_dns_datagram(frame, data, addresses, source_port, destination_port, at + 8, end)
        # The lower port first, as Wireshark looks them up.
        low, high = sorted((source_port, destination_port))
        tunnel = low if low in UDP_PORTS else high
        if tunnel not in UDP_PORTS:
            return p.IP_WORDS[p.UDP]
        return self._steps(frame, data, UDP_PORT, tunnel, at + 8, end, wire, depth)

    def _steps(
        self, frame: Frame, data: bytes, table: int, code: int, at: int, end: int, wire: int, depth: int
    ) -> Decoded:
        """Slow path: one header a step, until IP or an end is reached."""
        from kacap.wire.slow import step_into  # noqa: PLC0415 - brings dpkt: on first need only

        while depth < MAX_DEPTH:
            depth += 1
            step = step_into(table, code, data, at, end, wire)
            if isinstance(step, str):
                return step
            table, code, at, end, wire = step
            if table == LINK and code in p.PLAIN_LINKS:
                return self._link(frame, data, code, at, end, wire, depth)
            if table == IP:
                return self._ip(frame, data, at, end, wire, depth)
            if table == ETHERTYPE:
                return self._ethertype(frame, data, code, at, end, wire, depth)
        return p.TOO_DEEP
