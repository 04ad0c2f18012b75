"""Captures written as a conversation: what the scenarios and the property tests are made of.

Rules of this room: it knows the RFCs and `kacap.wire.frame.Frame`, never how kacap reads one. Numbers that a person
would have to count (sequence numbers, acknowledgements, checksums, ports, IP ids) are right unless the author says
otherwise. Nothing is random: the same dialogue gives the same bytes.

    packets       fields → bytes of a frame           messages   `200 | Content-Length: 2 || ok` → bytes of a message
    conversation  who says what → frames              script     a scenario file → dialogue + expectation
    peer          one side and its segments          options    `[unseen 2, twice]`
    expectation   `path = value` against a report     pcap       frames → a file for Wireshark

`python -m tests.dialogue FILE > talk.pcap` opens a scenario in Wireshark.
"""

from tests.dialogue.conversation import Conversation, Dialogue
from tests.dialogue.peer import Fate, Peer, other
from tests.dialogue.script import Scenario, ScriptError, read_scenario

__all__ = ["Conversation", "Dialogue", "Fate", "Peer", "Scenario", "ScriptError", "other", "read_scenario"]
