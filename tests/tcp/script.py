"""Conversations written as text, and the segments that they stand for.

One line is one frame: who speaks (`C` or `S`), and then, in any order,

    SYN ACK FIN RST   flags; everything but a bare SYN or RST acknowledges what the other side has said so far
    hello             payload, in lower case
    12                position of the payload, 0 being the first byte after the SYN; without it, what comes next
    ack=5, ack=none   position that is acknowledged, or no ACK flag
    isn=7             this side's initial sequence number, from this line on; with a bare SYN both sides begin again
    win=0             window
    id=0              IP identification; without it, a fresh one for each line, as senders do
    seen=3            bytes of the payload that the snapshot length left
    +2s +5ms +10us    time since the frame before; 100 us if not said (the step may be negative)
    again             all as in this side's line before, IP identification included: the same frame seen twice

`C1`, `C2` … are further clients of the same server. Everything from `#` on is a remark.
"""

from collections.abc import Iterator

from kacap.wire.segment import ACK, FIN, RST, SYN, Segment

STEP_NS = 100_000
CLIENT_ISN, SERVER_ISN = 1000, 5000
CLIENT_PORT, SERVER_PORT = 50000, 80

OPEN = """
    C SYN
    S SYN ACK
    C
"""
"""The three-way handshake."""

_FLAGS = {"SYN": SYN, "ACK": ACK, "FIN": FIN, "RST": RST}
_UNITS_NS = {"us": 1_000, "ms": 1_000_000, "s": 1_000_000_000}
_MASK = 0xFFFFFFFF
_HOSTS = {
    4: (bytes([192, 0, 2, 9]), bytes([198, 51, 100, 1])),
    6: (bytes.fromhex("20010db8" + "00" * 11 + "09"), bytes.fromhex("20010db8" + "00" * 11 + "01")),
}


class _Side:
    def __init__(self, name: str, isn: int, key: bytes) -> None:
        self.name = name
        self.isn = isn
        self.key = key
        self.said = 0
        self.last: Segment | None = None


class Script:
    """Turns lines into segments; remembers what was said, so that the next lines can leave it out."""

    def __init__(self, *, client_isn: int = CLIENT_ISN, server_isn: int = SERVER_ISN, version: int = 4) -> None:
        self.frame = 0
        self.time_ns = 10**18
        self._ip_id = 0
        self._isns = {"C": client_isn, "S": server_isn}
        self._version = version
        self._sides: dict[str, _Side] = {}

    def segments(self, text: str) -> Iterator[Segment]:
        """One segment for each line of `text`."""
        for line in text.splitlines():
            words = line.split("#")[0].split()
            if words:
                yield self._segment(words[0], words[1:])

    def key(self, name: str) -> bytes:
        """The 4-tuple in the direction in which side `name` sends."""
        return self._side(name).key

    def _segment(self, name: str, words: list[str]) -> Segment:
        side = self._side(name)
        peer = self._side(("S" if name[0] == "C" else "C") + name[1:])
        flags, payload, position = 0, "", None
        options: dict[str, str] = {}
        step_ns = STEP_NS
        for word in words:
            if word in _FLAGS:
                flags |= _FLAGS[word]
            elif word.startswith("+"):
                step_ns = _duration_ns(word[1:])
            elif "=" in word:
                key, _, options[key] = word.partition("=")
            elif word.lstrip("-").isdigit():
                position = int(word)
            elif word == "again":
                options[word] = ""
            else:
                assert word.islower(), f"what is {word!r}?"
                payload = word
        self.frame += 1
        self.time_ns += step_ns
        if "again" in options:
            assert side.last is not None
            return _again(side.last, self.frame, self.time_ns)
        self._take_isn(side, peer, flags, options)
        if flags & ~ACK not in (SYN, RST) and options.get("ack") != "none":
            flags |= ACK
        if position is None:
            position = -1 if flags & SYN else side.said
        said = position + len(payload) + bool(flags & SYN) + bool(flags & FIN)
        side.said = max(side.said, said)
        ack = (peer.isn + 1 + int(options.get("ack", peer.said))) & _MASK if flags & ACK else 0
        data = b"frame header" + payload.encode()
        side.last = Segment(
            self.frame,
            self.time_ns,
            side.key,
            (side.isn + 1 + position) & _MASK,
            ack,
            flags,
            int(options.get("win", 500)),
            self._identification(options),
            data,
            len(data) - len(payload),
            len(data) - len(payload) + int(options.get("seen", len(payload))),
            len(payload),
        )
        return side.last

    def _take_isn(self, side: _Side, peer: _Side, flags: int, options: dict[str, str]) -> None:
        if "isn" in options:
            side.isn = int(options["isn"])
            side.said = 0
            if flags == SYN:
                peer.said = 0

    def _identification(self, options: dict[str, str]) -> int:
        if self._version == 6:
            return -1
        self._ip_id += 1
        return int(options.get("id", self._ip_id))

    def _side(self, name: str) -> _Side:
        if name not in self._sides:
            client, server = _HOSTS[self._version]
            hosts = [client, server]
            ports = [CLIENT_PORT + int(name[1:] or 0), SERVER_PORT]
            if name[0] == "S":
                hosts.reverse()
                ports.reverse()
            key = b"".join(hosts) + b"".join(port.to_bytes(2, "big") for port in ports)
            self._sides[name] = _Side(name, self._isns[name[0]], key)
        return self._sides[name]


def _duration_ns(text: str) -> int:
    number = text.rstrip("mus")
    return int(number) * _UNITS_NS[text[len(number) :]]


def _again(last: Segment, frame: int, time_ns: int) -> Segment:
    return Segment(
        frame,
        time_ns,
        last.key,
        last.seq,
        last.ack,
        last.flags,
        last.window,
        last.ip_id,
        last.data,
        last.start,
        last.end,
        last.length,
    )


def lines(line: str, count: int) -> str:
    """The same line over and over."""
    return f"{line}\n" * count
