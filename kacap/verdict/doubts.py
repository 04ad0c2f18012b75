"""What the capture may not be able to tell of a connection: whether it was opened, and who asked for what was said."""

from typing import Final

from kacap.http.dialogue import Dialogue
from kacap.tcp.connection import Connection
from kacap.tcp.half import NEVER, UNKNOWN, Half

ANSWER_NS: Final = 1_000_000_000
"""A SYN is sent again after this time (RFC 6298 section 2.1): an attempt that ends sooner proves no silence."""


def is_undecided(connection: Connection, client: Half, capture_end_ns: int) -> bool:
    """Whether the SYN is not accepted yet, and the capture ended, or the client gave it up, too soon to tell."""
    if connection.established or client.unreachable_frame != UNKNOWN:
        return False
    end_ns = capture_end_ns
    if connection.replaced_at_ns != NEVER and connection.first_close is None and not client.peer.has_spoken:
        # A new SYN on the same ports: an answer to this one has nobody left to receive it.
        end_ns = min(end_ns, connection.replaced_at_ns)
    return end_ns - connection.first_time_ns < ANSWER_NS


def unsolicited_responses(opened_here: bool, client: Half | None, dialogue: Dialogue) -> int:
    """Responses without request, where the capture shows all that the client said and all of it was understood.

    `client` is None for a packed connection, of which nothing was lost.
    """
    if not opened_here or (client is not None and (client.gap_bytes or not client.has_spoken)):
        return 0
    if dialogue.lost_in_gap or dialogue.protocols:
        return 0
    return dialogue.exchanges.orphans
