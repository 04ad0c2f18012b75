"""The frames that prove a ruling, each with one line of what to look at there."""

from collections.abc import Iterator
from typing import NamedTuple

from kacap.http import persistence
from kacap.http.message import Exchange
from kacap.tcp.half import UNKNOWN
from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.words import Side

_SAID = {
    persistence.CLIENT_CLOSE: 'request says "Connection: close"',
    persistence.CLIENT_HTTP10: 'request is HTTP/1.0 without "Connection: keep-alive"',
    persistence.SERVER_CLOSE: 'response says "Connection: close"',
    persistence.SERVER_NOT_GRANTED: "HTTP/1.0 request asks for keep-alive, the response does not grant it",
    persistence.SERVER_HTTP10: 'response is HTTP/1.0 without "Connection: keep-alive"',
    persistence.SERVER_UNTIL_CLOSE: "response has neither Content-Length nor chunks: only the close ends it",
}


class Proof(NamedTuple):
    """One frame, and what it shows."""

    frame: int
    time_ns: int
    text: str
    stream: int | None = None
    """Where it is on another connection than the one that is explained."""


def signal_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    """The message that said so, and the close that followed."""
    signal, final = facts.signal, facts.final
    if signal is not None and final is not None:
        message = final.request if signal.side is Side.CLIENT else final.response
        if message is not None:
            yield Proof(message.frame, message.time_ns, _SAID[signal.cause])
    yield from close_proof(facts, pair)


def close_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    """The first FIN or RST."""
    connection = facts.connection
    if facts.first_close is None:
        return
    what = f"{facts.first_close} {connection.first_close_kind.upper()}"
    idle_ns = facts.idle_before_close_ns
    if idle_ns is not None:
        what += f" {milliseconds(idle_ns) if idle_ns else 'at once'} after {_last_of(facts)}"
    elif facts.final is not None and facts.final.complete:
        what += _before_last_of(facts)
    yield Proof(connection.first_close_frame, connection.first_close_time_ns, what)


def _before_last_of(facts: Facts) -> str:
    """A side sends nothing behind its FIN: what is captured later of the server's response was sent before."""
    if facts.server.fin_frame == facts.connection.first_close_frame:
        return " captured before the last of the exchange"
    return " before the response was complete"


def _last_of(facts: Facts) -> str:
    """What was the last byte of the last exchange, from which its idle time counts."""
    final = facts.final
    if final is None or final.request is None or final.response is None:
        return "the response"
    return "the response" if final.response.end_time_ns >= final.request.end_time_ns else "the request's last byte"


def last_response_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    """The response after which the connection could have been used again."""
    exchange: Exchange = facts.exchanges[-1]
    if exchange.response is not None:
        response = exchange.response
        yield Proof(response.end_frame, response.end_time_ns, "response complete; neither side has said close")


def opening_proof(facts: Facts, text: str, stream: int | None = None) -> Iterator[Proof]:
    """The SYN, else the SYN-ACK; nothing where the capture shows neither. `stream` as in `Proof`."""
    connection, client = facts.connection, facts.client
    if client.syn_frame != UNKNOWN:
        yield Proof(client.syn_frame, client.syn_time_ns, text, stream)
    elif connection.syn_ack_frame != UNKNOWN:
        yield Proof(connection.syn_ack_frame, connection.syn_ack_time_ns, f"{text} (its SYN-ACK)", stream)


def failure_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    """The SYN, and what answered it."""
    client, server = facts.client, facts.server
    if client.syn_frame != UNKNOWN:
        sent = client.retransmitted + 1
        again = f", sent {sent} times" if sent > 1 else ""
        unanswered = "" if max(server.rst_frame, client.unreachable_frame) != UNKNOWN else ": no answer"
        yield Proof(client.syn_frame, client.syn_time_ns, f"client SYN{again}{unanswered}")
    if client.unreachable_frame != UNKNOWN:
        after_ns = max(0, client.unreachable_time_ns - client.syn_time_ns)
        text = f"ICMP destination unreachable {milliseconds(after_ns)} after the SYN"
        yield Proof(client.unreachable_frame, client.unreachable_time_ns, text)
    if server.rst_frame != UNKNOWN:
        after_ns = max(0, server.rst_time_ns - client.syn_time_ns)
        yield Proof(server.rst_frame, server.rst_time_ns, f"server RST {milliseconds(after_ns)} after the SYN")


def still_open_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    """The last that was said."""
    exchange = facts.exchanges[-1]
    message = exchange.response or exchange.request
    if message is not None:
        yield Proof(message.end_frame, message.end_time_ns, "last message; no FIN or RST follows in the capture")


def milliseconds(duration_ns: int) -> str:
    """A duration as a person reads it: `4.0 µs`, `0.12 ms`, `35 ms`, `2.00 s`."""
    if duration_ns >= 1_000_000_000:
        return f"{duration_ns / 1e9:.2f} s"
    if duration_ns == 0:
        return "0 ms"
    if 0 < duration_ns < 10_000:
        return f"{duration_ns / 1e3:.1f} µs"
    if duration_ns >= 10_000_000:
        return f"{duration_ns / 1e6:.0f} ms"
    return f"{duration_ns / 1e6:.2g} ms" if duration_ns >= 1_000_000 else f"{duration_ns / 1e6:.2f} ms"
