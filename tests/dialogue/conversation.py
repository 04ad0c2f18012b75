"""Who says what → frames.

A `Dialogue` is one capture: a clock, the frames recorded so far, and its conversations. A `Conversation` is one TCP
connection between two `Peer`s. A segment that names its own `seq` does not move the peer on: it is a retransmission, a
probe or a lie.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kacap.verdict.words import Side
from kacap.wire.frame import Frame
from kacap.wire.segment import ACK, FIN, PSH, RST, SYN
from tests.dialogue import packets
from tests.dialogue.peer import Fate, Peer, Piece, other, split

START_NS = 1_767_225_600_000_000_000
"""2026-01-01T00:00:00Z: the first moment of every dialogue."""

CLIENT, SERVER, RESOLVER = "192.0.2.9", "192.0.2.1", "192.0.2.53"
FIRST_CLIENT_PORT, SERVER_PORT = 51000, 8880

_UNDELIVERED: dict[str, Any] = {"fates": {0: Fate.UNDELIVERED}}


@dataclass(slots=True)
class Conversation:
    """One TCP connection as its two sides speak it."""

    name: str
    dialogue: Dialogue
    client: Peer
    server: Peer
    vlan: int | None = None
    stream: int | None = None
    """Wireshark's tcp.stream; None until its first frame is recorded."""
    held: list[Piece] = field(default_factory=list)

    def peer(self, side: Side) -> Peer:
        """The one who speaks from this side."""
        return self.client if side is Side.CLIENT else self.server

    def handshake(self, connect_ns: int = 0) -> None:
        """SYN, SYN-ACK after `connect_ns`, ACK at once: seen from the client's machine."""
        self.send(Side.CLIENT, syn=True)
        self.dialogue.wait(connect_ns)
        self.send(Side.SERVER, syn=True, ack=True)
        self.send(Side.CLIENT)

    def close(self, first: Side) -> None:
        """FIN, the other's FIN, ACK."""
        self.send(first, fin=True)
        self.send(other(first), fin=True)
        self.send(first)

    def send(
        self,
        side: Side,
        payload: bytes = b"",
        *,
        syn: bool = False,
        fin: bool = False,
        rst: bool = False,
        ack: bool | int | None = None,
        seq: int | None = None,
        window: int = 65535,
        ttl: int = 64,
        sizes: Sequence[int] = (),
        order: Sequence[int] = (),
        every_ns: int = 0,
        fates: Mapping[int, Fate] | None = None,
        twice: Sequence[int] = (),
        held: Sequence[int] = (),
        cut: int | None = None,
    ) -> list[int]:
        """Say something, in as many segments as it needs; the numbers of the frames that were recorded.

        Segments are counted from 1; 0 in `fates`, `twice` or `held` means all of them. `sizes` are payload bytes (the
        rest goes by MSS), `order` a permutation of 1…n, `cut` the payload bytes that the snapshot length left.
        `ack`: True or False is the flag, an int the relative number; by default everything received is acknowledged,
        except by a bare SYN or RST.
        """
        peer = self.peer(side)
        if not syn and not peer.next and not self._is_opening(side):
            self._begin_midstream()
        pieces = self._cut_up(
            side, payload, syn=syn, fin=fin, rst=rst, ack=ack, seq=seq, window=window, sizes=sizes, cut=cut
        )
        if order and sorted(order) != list(range(1, len(pieces) + 1)):
            raise ValueError(f"order names each of the {len(pieces)} segments once")
        if max([*(fates or ()), *twice, *held], default=0) > len(pieces):
            raise ValueError(f"there are {len(pieces)} segments")
        recorded: list[int] = []
        for position, number in enumerate(order or range(1, len(pieces) + 1)):
            if position:
                self.dialogue.wait(every_ns)
            piece = pieces[number - 1]
            piece.ttl = ttl
            if 0 in held or number in held:
                self.held.append(piece)
                continue
            chosen = fates or {}
            fate = chosen.get(number, chosen.get(0, Fate.NORMAL))
            recorded += self._transmit(piece, fate, copies=2 if 0 in twice or number in twice else 1)
        return recorded

    def again(self, side: Side, seq: int | None = None, length: int | None = None, **options: Any) -> list[int]:
        """Retransmit bytes said before; by default the last message (its FIN with `fin`). Options: see `send`."""
        peer = self.peer(side)
        first, size = peer.last_said
        first = first if seq is None else seq
        size = size if length is None else length
        return self.send(side, bytes(peer.said[first - 1 : first - 1 + size]), seq=first, **options)

    def probe(self, side: Side, payload: bytes = b"", **options: Any) -> list[int]:
        """A keep-alive probe: one number before the next, empty or one octet of garbage (RFC 9293 section 3.8.4)."""
        return self.send(side, payload, seq=self.peer(side).next - 1, **_UNDELIVERED, **options)

    def window_probe(self, side: Side, payload: bytes, **options: Any) -> list[int]:
        """A zero-window probe: the next byte, which the peer does not take (RFC 9293 section 3.8.6.1)."""
        return self.send(side, payload, seq=self.peer(side).next, **_UNDELIVERED, **options)

    def release(self) -> list[int]:
        """Let the held segments through, in the order in which they were said."""
        pieces, self.held = self.held, []
        return [number for piece in pieces for number in self._transmit(piece, Fate.NORMAL, copies=1)]

    def _is_opening(self, side: Side) -> bool:
        """The other side has said its SYN and this one has not: it may only refuse."""
        return self.peer(other(side)).next > 0 and self.peer(side).next == 0

    def _begin_midstream(self) -> None:
        for peer in (self.client, self.server):
            peer.next, peer.ack = max(peer.next, 1), max(peer.ack or 0, 1)

    def _cut_up(
        self,
        side: Side,
        payload: bytes,
        *,
        syn: bool,
        fin: bool,
        rst: bool,
        ack: bool | int | None,
        seq: int | None,
        window: int,
        sizes: Sequence[int],
        cut: int | None,
    ) -> list[Piece]:
        peer, listener = self.peer(side), self.peer(other(side))
        resent_syn, resent_fin = syn and peer.next > 0, fin and peer.fin_at is not None and not payload
        moves_on = seq is None and not resent_syn and not resent_fin
        if seq is None:
            seq = 0 if syn else (peer.fin_at or 0) if resent_fin else peer.next
        if ack is None:
            ack = not (syn or rst)
        number = peer.ack if ack is True else ack
        base = peer.isn if syn or peer.next else 0  # a refusal to a SYN has sequence number 0
        parts = split(payload, sizes)
        pieces = []
        for position, part in enumerate(parts):
            last = position == len(parts) - 1
            opens, ends = syn and position == 0, fin and last
            flags = SYN * opens | FIN * ends | RST * rst | PSH * (bool(part) and last)
            flags |= ACK * (number is not None and number is not False)
            packet = packets.tcp(
                *(peer.address, peer.port, listener.address, listener.port),
                seq=base + seq,
                ack=listener.isn + number if flags & ACK and number is not None else 0,
                flags=flags,
                window=window,
                payload=part,
            )
            length = opens + len(part) + ends
            unrecorded = 0 if cut is None else max(0, len(part) - cut)
            pieces.append(Piece(side, seq, length, packet, unrecorded))
            seq += length
        if moves_on:
            if payload:
                peer.last_said = (peer.next + syn, len(payload))
                peer.said += payload
            if fin:
                peer.fin_at = seq - 1
            peer.next = seq
        return pieces

    def _transmit(self, piece: Piece, fate: Fate, copies: int) -> list[int]:
        is_recorded, is_delivered = fate.value
        recorded = []
        if is_recorded:
            sender, receiver = self.peer(piece.side), self.peer(other(piece.side))
            data = self.dialogue.packet(sender.address, receiver.address, packets.PROTOCOL_TCP, piece.packet, piece.ttl)
            frame = packets.ethernet(data, outbound=piece.side is Side.CLIENT, vlan=self.vlan)
            if self.stream is None:
                self.stream = self.dialogue.next_stream()
            keep = len(frame) - piece.unrecorded_bytes
            recorded = [self.dialogue.record(frame, keep, self.stream) for _ in range(copies)]
        if is_delivered and piece.length:
            self.peer(other(piece.side)).receive(piece.seq, piece.seq + piece.length)
        return recorded


class Dialogue:
    """One capture in the making."""

    def __init__(self, snaplen: int | None = None) -> None:
        self.snaplen = snaplen
        self.now_ns = START_NS
        self.frames: list[Frame] = []
        self.streams: list[int | None] = []
        """For each frame its tcp.stream; None where it is no TCP."""
        self.conversations: dict[str, Conversation] = {}
        self._idents: dict[str, int] = {}
        self._streams = 0

    def wait(self, duration_ns: int) -> None:
        """Time goes on (or back: merged captures do)."""
        self.now_ns += duration_ns

    def connection(
        self,
        name: str | None = None,
        *,
        client: str = CLIENT,
        client_port: int | None = None,
        server: str = SERVER,
        server_port: int = SERVER_PORT,
        isn: tuple[int, int] | None = None,
        vlan: int | None = None,
        reusing: str | None = None,
    ) -> Conversation:
        """Begin a conversation; nothing is on the wire yet. `isn` is (client's, server's).

        `reusing` takes the addresses and ports of an earlier conversation, with new initial sequence numbers.
        """
        count = len(self.conversations)
        name = name or f"#{count}"
        isns = isn or (1_000_000 * (count + 1), 500_000_000 + 1_000_000 * (count + 1))
        if reusing is not None:
            before = self.conversations[reusing]
            client, client_port = before.client.address, before.client.port
            server, server_port = before.server.address, before.server.port
        port = FIRST_CLIENT_PORT + count if client_port is None else client_port
        conversation = Conversation(name, self, Peer(client, port, isns[0]), Peer(server, server_port, isns[1]), vlan)
        self.conversations[name] = conversation
        return conversation

    def ask(self, name: str, *, client: str = CLIENT, resolver: str = RESOLVER, ident: int = 1) -> int:
        """A DNS question; the number of its frame."""
        datagram = packets.udp(client, 53530 + ident, resolver, 53, packets.dns(ident, name))
        return self._record_udp(client, resolver, datagram, outbound=True)

    def answer(
        self, name: str, addresses: Sequence[str], *, client: str = CLIENT, resolver: str = RESOLVER, ident: int = 1
    ) -> int:
        """The answer to the question with the same `ident`; the number of its frame."""
        datagram = packets.udp(resolver, 53, client, 53530 + ident, packets.dns(ident, name, addresses))
        return self._record_udp(resolver, client, datagram, outbound=False)

    def packet(self, source: str, destination: str, protocol: int, payload: bytes, ttl: int = 64) -> bytes:
        """An IP packet with the sender's next identification."""
        ident = self._idents[source] = self._idents.get(source, 0) + 1
        return packets.ip(source, destination, protocol, payload, ident, ttl)

    def record(self, data: bytes, captured_bytes: int | None = None, stream: int | None = None) -> int:
        """Append a frame at the present moment; its number. `captured_bytes` and the snaplen cut it, the lower wins."""
        kept = data[: len(data) if captured_bytes is None else captured_bytes][: self.snaplen]
        number = len(self.frames) + 1
        self.frames.append(Frame(number, self.now_ns, packets.LINKTYPE_ETHERNET, kept, 0, len(kept), len(data)))
        self.streams.append(stream)
        return number

    def next_stream(self) -> int:
        """tcp.stream of a conversation whose first frame is being recorded."""
        self._streams += 1
        return self._streams - 1

    def _record_udp(self, source: str, destination: str, datagram: bytes, outbound: bool) -> int:
        data = self.packet(source, destination, packets.PROTOCOL_UDP, datagram)
        return self.record(packets.ethernet(data, outbound=outbound))
