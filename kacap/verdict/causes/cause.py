"""The shape of a cause. The rows themselves stand in the files beside this one.

Rules for a row: plain text without square brackets (a renderer may read them as markup); a value that depends on a
version names the version; a remedy is what to type, not advice; nothing that was not checked against the source or the
documentation of the stack it names; nothing of what a side wanted, only of what it said and did; no id but of a row;
what follows "Wireshark: " in a confirmation, up to the first semicolon, is a display filter.
"""

from typing import NamedTuple

from kacap.verdict.words import Certainty, Decider, Severity

CLIENT_ENDS = "The client ends it, or does not try"
SERVER_ENDS = "The server ends it"
FRAMING = "The messages leave no way to keep it"
EARLY = "An answer before the request was complete"
RACES = "A request meets a close"
PROXIES = "A proxy ends it"
NETWORK = "The network ends it"
OUTSIDE = "Not a matter of reuse"

GROUPS: tuple[str, ...] = (CLIENT_ENDS, SERVER_ENDS, FRAMING, EARLY, RACES, PROXIES, NETWORK, OUTSIDE)
"""The headings of `kacap explain`, in their order."""


class Remedy(NamedTuple):
    """What to change, for one stack."""

    stack: str
    text: str
    decided_by: Decider | None = None
    """Where it helps only when this side decided; else always."""
    behind: bool = False
    """For a proxy or relay: of a pair that the capture shows to stand behind one, only such are told, if there are."""


class Cause(NamedTuple):
    """A cause in words."""

    id: str
    group: str
    """The heading under which `kacap explain` lists it."""
    title: str
    """One line, as a statement."""
    decided_by: Decider
    """Who decides, unless the packets of a connection show another: see `other_deciders`."""
    certainty: Certainty
    severity: Severity
    """When it made connections avoidable; a finding that cost nothing is a note."""
    meaning: str
    wire: str
    """How it looks in a packet list."""
    confirm: str
    remedies: tuple[Remedy, ...]
    look_alikes: tuple[str, ...]
    sources: tuple[str, ...]
    drawing: tuple[str, ...] = ()
    """The wire signature, step by step: `> GET` client to server, `< 200` server to client, `. 2 s` time passes,
    `+ SYN` the client opens another connection. The text after the sign has at most 40 characters."""
    other_deciders: tuple[Decider, ...] = ()
    other_certainties: tuple[Certainty, ...] = ()

    @property
    def deciders(self) -> tuple[Decider, ...]:
        """All that a finding may say decided it, the usual one first."""
        return (self.decided_by, *self.other_deciders)

    @property
    def certainties(self) -> tuple[Certainty, ...]:
        """All that a finding may say of how sure it is, the usual one first."""
        return (self.certainty, *self.other_certainties)
