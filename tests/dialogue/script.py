"""A scenario file → a dialogue and what is expected of its report.

    # a comment
    title: the server says close, the client sends the first FIN     (required: what must hold, in one sentence)
    because: RFC 9112 section 9.6                                     (who says so)
    wireshark: retransmission                                         (the tcp.analysis flags it shows; none by default)
    snaplen: 96                                                       (bytes kept of each frame)
    ports: 8880 9000    hosts: 192.0.2.1    streams: 0 2              (what the analyzer is asked to look at)

    connection A from 192.0.2.9:51000 to 192.0.2.1:8880 isn 4294967000/7 vlan 12     (all but the word is optional)
    connection B reusing A                                            (same addresses and ports, new sequence numbers)
    A handshake 0.2ms
    +1ms A client GET / | Host: a                                     (see `messages`)
    +5ms A server [as answer] 200 | Content-Length: 2 || ok
    server closes                                                     (without a name: the connection named last)
    repeat 3
      connection
      handshake
    expect
      A.end.decided_by = server                                       (see `expectation`)

Time: a line happens with the line before it, `+1ms` after it (`-1ms` before it), `@20ms` at that time since the start.
`A,B` or `all` before the side: each of these connections, one after the other.

A side does one of: a message · SYN, SYN ACK, ACK, FIN, RST, RST ACK, FIN PSH … · closes (FIN, FIN, ACK) ·
again [NUMBER+LENGTH] (retransmit) · probe [MESSAGE] (keep-alive) · window-probe MESSAGE.
Without a side: handshake [TIME] · release (what was held) · dns asks NAME · dns tells NAME ADDRESS… ·
frame [quoting NAME] HEX.

Before it, in brackets, what becomes of its segments: see `options`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kacap.verdict.words import Side
from tests.dialogue import messages
from tests.dialogue.conversation import CLIENT, SERVER, SERVER_PORT, START_NS, Conversation, Dialogue
from tests.dialogue.expectation import Expectation, parse
from tests.dialogue.options import duration_ns, options

_TIME = re.compile(r"(?P<sign>[+@-])(?P<amount>\S+) +(?P<rest>.+)")
_SETTING = re.compile(r"(?P<name>title|because|wireshark|snaplen|ports|hosts|streams):\s*(?P<value>.+)")
_ENDPOINT = re.compile(r"\[(?P<v6>[^\]]+)\](?::(?P<v6_port>\d+))?|(?P<v4>[\d.]+)(?::(?P<v4_port>\d+))?")
_SAYS = re.compile(r"(?P<side>client|server)(?: \[(?P<options>[^\]]*)\])? (?P<what>.+)")
_NAMED = re.compile(r"(?P<names>[A-Z]\w*(?:,[A-Z]\w*)*|all) (?P<rest>(?:client|server|handshake|release)\b.*)")
_FLAGS = {"SYN", "ACK", "FIN", "RST", "PSH"}


class ScriptError(Exception):
    """A scenario file that cannot be read; the text begins with `file:line`."""


@dataclass(slots=True)
class _Line:
    """One line with the lines that are indented below it."""

    number: int
    text: str
    below: list[_Line] = field(default_factory=list)


@dataclass(slots=True)
class Scenario:
    """A dialogue and what is expected of its report."""

    path: Path
    dialogue: Dialogue = field(default_factory=Dialogue)
    title: str = ""
    because: str = ""
    wireshark: frozenset[str] = frozenset()
    ports: tuple[int, ...] = ()
    hosts: tuple[str, ...] = ()
    streams: tuple[int, ...] = ()
    marks: dict[str, int] = field(default_factory=dict)
    """Names given with `[as NAME]` → frame numbers."""
    expectations: list[Expectation] = field(default_factory=list)

    def failures(self, document: dict[str, Any]) -> list[str]:
        """One line for each expectation that the report does not meet."""
        streams = {name: talk.stream for name, talk in self.dialogue.conversations.items()}
        found = (expectation.failure(document, streams, self.marks) for expectation in self.expectations)
        return [failure for failure in found if failure is not None]


def read_scenario(path: Path) -> Scenario:
    """Raises ScriptError for a file that cannot be read as a scenario."""
    scenario = Scenario(path)
    performance = _Performance(scenario)
    for line in _tree(path):
        performance.play(line)
    if not scenario.title or not scenario.expectations:
        raise ScriptError(f"{path}:1: a scenario needs a title and an expect section")
    for expectation in scenario.expectations:
        if expectation.value.startswith("@") and expectation.value[1:] not in scenario.marks:
            raise ScriptError(f"{expectation.where}: nothing is called {expectation.value[1:]!r}")
    return scenario


def _tree(path: Path) -> list[_Line]:
    roots: list[_Line] = []
    open_lines: list[tuple[int, list[_Line]]] = [(-1, roots)]
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not text.strip() or text.lstrip().startswith("# "):
            continue
        indent = len(text) - len(text.lstrip(" "))
        while indent <= open_lines[-1][0]:
            open_lines.pop()
        line = _Line(number, text.strip())
        open_lines[-1][1].append(line)
        open_lines.append((indent, line.below))
    return roots


class _Performance:
    """Plays the lines of a scenario, one after the other."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.dialogue = scenario.dialogue
        self.current: Conversation | None = None
        self.dns_ident = 0

    def play(self, line: _Line) -> None:
        """One line and what is below it."""
        word, _, rest = line.text.partition(" ")
        try:
            if word == "expect":
                for below in line.below:
                    self._expect(below)
            elif word == "repeat":
                for below in line.below * int(rest):
                    self.play(below)
            elif line.below:
                raise ValueError("only `repeat` and `expect` have lines below them")
            elif setting := _SETTING.fullmatch(line.text):
                self._set(setting["name"], setting["value"])
            else:
                self._turn(line.text)
        except (ValueError, KeyError, IndexError) as problem:
            raise ScriptError(f"{self.scenario.path}:{line.number}: {line.text}: {problem}") from problem

    def _expect(self, line: _Line) -> None:
        where = f"{self.scenario.path}:{line.number}"
        try:
            self.scenario.expectations.append(parse(line.text, where))
        except ValueError as problem:
            raise ScriptError(f"{where}: {line.text}: {problem}") from problem

    def _set(self, name: str, value: str) -> None:
        if name == "snaplen":
            self.dialogue.snaplen = int(value)
        else:
            setattr(self.scenario, name, _SETTINGS[name](value))

    def _turn(self, text: str) -> None:
        if found := _TIME.fullmatch(text):
            amount, text = duration_ns(found["amount"]), found["rest"]
            if found["sign"] == "@":
                self.dialogue.now_ns = START_NS + amount
            else:
                self.dialogue.wait(amount if found["sign"] == "+" else -amount)
        word, _, rest = text.partition(" ")
        if word in _WITHOUT_CONVERSATION:
            _WITHOUT_CONVERSATION[word](self, rest)
            return
        if found := _NAMED.fullmatch(text):
            text = found["rest"]
            names = list(self.dialogue.conversations) if found["names"] == "all" else found["names"].split(",")
            chosen = [self.dialogue.conversations[name] for name in names]
        elif self.current is not None:
            chosen = [self.current]
        else:
            raise ValueError("no connection yet")
        for conversation in chosen:
            self.current = conversation
            self._act(conversation, text)

    def _act(self, conversation: Conversation, text: str) -> None:
        word, _, rest = text.partition(" ")
        if word == "handshake":
            conversation.handshake(duration_ns(rest) if rest else 0)
        elif text == "release":
            conversation.release()
        elif found := _SAYS.fullmatch(text):
            self._say(conversation, Side(found["side"]), options(found["options"] or ""), found["what"])
        else:
            raise ValueError("expected `client …`, `server …`, `handshake` or `release`")

    def _say(self, conversation: Conversation, side: Side, given: dict[str, Any], what: str) -> None:
        mark = given.pop("as", None)
        before = len(self.dialogue.frames)
        word, _, rest = what.partition(" ")
        if word == "again":
            first, _, length = rest.partition("+")
            conversation.again(side, int(first) if first else None, int(length) if length else None, **given)
        elif word == "closes":
            if given:
                raise ValueError("`closes` takes no options: write its segments one by one")
            conversation.close(side)
        elif word == "probe":
            conversation.probe(side, messages.message(rest) if rest else b"", **given)
        elif word == "window-probe":
            conversation.window_probe(side, messages.message(rest), **given)
        elif set(what.split(" ")) <= _FLAGS:
            flags = what.split(" ")
            if "SYN" in flags or "RST" in flags:
                given.setdefault("ack", "ACK" in flags)
            given |= {flag.lower(): True for flag in ("SYN", "FIN", "RST") if flag in flags}
            conversation.send(side, **given)
        else:
            conversation.send(side, messages.message(what), **given)
        if mark is not None:
            if len(self.dialogue.frames) == before:
                raise ValueError(f"nothing was captured that could be called {mark!r}")
            self.scenario.marks[mark] = before + 1

    def begin(self, text: str) -> None:
        """`connection …`."""
        words = text.split(" ") if text else []
        name = words.pop(0) if words and words[0][0].isupper() else None
        if len(words) % 2:
            raise ValueError("expected pairs of words after the name")
        if name in self.dialogue.conversations:
            raise ValueError(f"there is a connection {name} already")
        given = dict(zip(words[::2], words[1::2], strict=True))
        client, client_port = _endpoint(given.pop("from", CLIENT))
        server, server_port = _endpoint(given.pop("to", SERVER))
        isn = given.pop("isn", None)
        first, _, second = (isn or "").partition("/")
        vlan = given.pop("vlan", None)
        self.current = self.dialogue.connection(
            name,
            client=client,
            client_port=client_port,
            server=server,
            server_port=server_port or SERVER_PORT,
            isn=None if isn is None else (int(first), int(second)),
            vlan=None if vlan is None else int(vlan),
            reusing=given.pop("reusing", None),
        )
        if given:
            raise ValueError(f"unknown: {', '.join(given)}")

    def dns(self, text: str) -> None:
        """`dns asks NAME` and `dns tells NAME ADDRESS…`."""
        verb, name, *addresses = text.split(" ")
        if verb == "asks" and not addresses:
            self.dns_ident += 1
            self.dialogue.ask(name, ident=self.dns_ident)
        elif verb == "tells" and addresses:
            self.dialogue.answer(name, addresses, ident=self.dns_ident)
        else:
            raise ValueError("expected `asks NAME` or `tells NAME ADDRESS…`")

    def frame(self, text: str) -> None:
        """`frame HEX`: any bytes; `frame quoting A HEX`: Wireshark gives it the number of A."""
        stream = None
        if text.startswith("quoting "):
            _, name, text = text.split(" ", 2)
            stream = self.dialogue.conversations[name].stream
        self.dialogue.record(bytes.fromhex(text), stream=stream)


def _endpoint(text: str) -> tuple[str, int | None]:
    found = _ENDPOINT.fullmatch(text)
    if found is None:
        raise ValueError(f"not an endpoint: {text!r}")
    port = found["v6_port"] or found["v4_port"]
    return found["v6"] or found["v4"], int(port) if port else None


_SETTINGS: dict[str, Callable[[str], Any]] = {
    "title": str,
    "because": str,
    "wireshark": lambda text: frozenset(text.split()),
    "ports": lambda text: tuple(int(word) for word in text.split()),
    "hosts": lambda text: tuple(text.split()),
    "streams": lambda text: tuple(int(word) for word in text.split()),
}
_WITHOUT_CONVERSATION: dict[str, Callable[[_Performance, str], None]] = {
    "connection": _Performance.begin,
    "dns": _Performance.dns,
    "frame": _Performance.frame,
}
