"""One TCP connection: two halves, its handshake, and who ended it first.

Rules: the client is who sent the SYN, else who received the SYN-ACK; else it stays open here and is settled by whoever
knows what was said (`settle_roles`). The first close is the first FIN or RST on the wire, whoever decided it.
"""

from kacap.tcp.half import NEVER, UNKNOWN, Half
from kacap.tcp.sink import DEAF


class Connection:
    """The record of one connection; `stream` is Wireshark's `tcp.stream`."""

    __slots__ = (
        "ack_frame",
        "ack_time_ns",
        "calm",
        "challenge_frame",
        "challenge_time_ns",
        "client",
        "duplicate_frames",
        "finished",
        "first",
        "first_close",
        "first_close_frame",
        "first_close_kind",
        "first_close_time_ns",
        "first_frame",
        "first_time_ns",
        "last_time_ns",
        "listener",
        "replaced_at_ns",
        "replaces",
        "replaces_record",
        "second",
        "segments",
        "settled",
        "stream",
        "syn_ack_frame",
        "syn_ack_time_ns",
        "waiting_since_ns",
        "waiting_since_segment",
    )

    def __init__(self, stream: int, first: Half, second: Half, time_ns: int) -> None:
        first.peer = second
        second.peer = first
        first.connection = second.connection = self
        self.stream = stream
        self.first = first
        """The half whose segment came first."""
        self.second = second
        self.listener = DEAF
        """Who hears both halves."""
        self.client: Half | None = None
        self.calm = False
        """Both sides are known, and nothing is missing, held, sent again or ending."""
        self.finished = False
        self.settled = False
        """Both sides have ended in order; it waits to be packed."""
        self.segments = 0
        self.duplicate_frames = 0
        self.first_frame = UNKNOWN
        self.first_time_ns = time_ns
        self.last_time_ns = time_ns
        self.syn_ack_frame = UNKNOWN
        self.syn_ack_time_ns = NEVER
        self.ack_frame = UNKNOWN
        self.ack_time_ns = NEVER
        self.challenge_frame = UNKNOWN
        """The first ACK of something else that answered the SYN (RFC 5961 section 4)."""
        self.challenge_time_ns = NEVER
        self.replaces: Connection | None = None
        """The connection that had the same addresses and ports before; it is over since this one began."""
        self.replaces_record = b""
        """The same, where it was packed by then."""
        self.replaced_at_ns = NEVER
        """When another began on the same addresses and ports."""
        self.first_close: Half | None = None
        self.first_close_kind = ""
        """`fin` or `rst`; empty while nobody closed."""
        self.first_close_frame = UNKNOWN
        self.first_close_time_ns = NEVER
        self.waiting_since_ns = NEVER
        """Since when bytes are held that the peer's ACK, or a hole, keeps back."""
        self.waiting_since_segment = 0

    @property
    def server(self) -> Half | None:
        """The other side of the client."""
        if self.client is None:
            return None
        return self.second if self.client is self.first else self.first

    @property
    def opened_here(self) -> bool:
        """Whether the capture shows the connection being opened: a SYN of either side."""
        return self.client is not None and (self.client.syn_frame != UNKNOWN or self.syn_ack_frame != UNKNOWN)

    @property
    def established(self) -> bool:
        """Whether both sides took part, as far as the capture can tell."""
        if self.client is None or self.client.syn_frame == UNKNOWN:
            return True
        if self.syn_ack_frame != UNKNOWN:
            return True
        if self.client.peer.bytes > 0:
            return True
        # One direction only: a client that acknowledges something was answered.
        return self.client.bytes > 0 or self.client.ack != UNKNOWN

    @property
    def closed_at_ns(self) -> int:
        """When the connection was over for both: the first RST, or the second FIN; NEVER before."""
        first, second = self.first, self.second
        closed_ns = max(first.fin_time_ns, second.fin_time_ns)
        if NEVER in (first.fin_time_ns, second.fin_time_ns):
            closed_ns = NEVER
        for reset_ns in (first.rst_time_ns, second.rst_time_ns):
            if reset_ns != NEVER and (closed_ns == NEVER or reset_ns < closed_ns):
                closed_ns = reset_ns
        return closed_ns

    def forget_close(self) -> None:
        """A refused connection that is tried again with the same SYN was not closed."""
        self.first_close = None
        self.first_close_kind = ""
        self.first_close_frame = UNKNOWN
        self.first_close_time_ns = NEVER
        for half in (self.first, self.second):
            half.rst_frame = UNKNOWN
            half.rst_time_ns = NEVER

    def settle_roles(self, requester: Half | None, server_ports: frozenset[int]) -> Half:
        """The client, decided if the handshake did not: who sends requests, else by port; returns it."""
        if self.client is None:
            self.client = requester or self._client_by_port(server_ports)
        return self.client

    def _client_by_port(self, server_ports: frozenset[int]) -> Half:
        for half in (self.first, self.second):
            if half.port in server_ports and half.peer.port not in server_ports:
                return half.peer
        return self.second if self.first.port < self.second.port else self.first
