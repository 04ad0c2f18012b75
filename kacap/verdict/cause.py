"""The shape of a cause. The rows themselves stand in `cause_rows`, the table that others read in `causes`.

Rules for a row: plain text without square brackets (a renderer may read them as markup); a value that depends on a
version names the version; a remedy is what to type, not advice; nothing that was not checked against the source or the
documentation of the stack it names; nothing of what a side wanted, only of what it said and did; no id but of a row.
"""

from dataclasses import dataclass

from kacap.verdict.words import Certainty, Decider, Severity

CLIENT_ASKS = "The client ends it"
SERVER_DECLINES = "The server ends it"
FRAMING = "The response has no end but the close"
OUTSIDE = "Not a matter of reuse"

GROUPS: tuple[str, ...] = (CLIENT_ASKS, SERVER_DECLINES, FRAMING, OUTSIDE)
"""The headings of `kacap explain`, in their order."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to change, for one stack."""

    stack: str
    text: str
    decided_by: Decider | None = None
    """Where it helps only when this side decided; else always."""


@dataclass(frozen=True, slots=True)
class Cause:
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
