"""The closed vocabularies of a judgement. Their values are the contract of the JSON report."""

from enum import StrEnum


class Verdict(StrEnum):
    """What is said of a pair, and of the whole capture."""

    REUSED = "reused"
    PARTLY_REUSED = "partly-reused"
    NOT_REUSED = "not-reused"
    NO_OPPORTUNITY = "no-opportunity"
    INCONCLUSIVE = "inconclusive"


class ConnectionVerdict(StrEnum):
    """What is said of one connection."""

    REUSED = "reused"
    """Two or more exchanges."""
    SINGLE_USE = "single-use"
    """One exchange, and it ended."""
    OPEN = "open"
    """At most one exchange, still open at the end of the capture."""
    UNUSED = "unused"
    """Established, no request."""
    FAILED = "failed"
    """Never established."""
    SWITCHED = "switched"
    """101 or CONNECT: no longer HTTP."""
    OPAQUE = "opaque"
    """Not HTTP/1 in clear."""
    UNKNOWN = "unknown"


class Side(StrEnum):
    """An end of a connection."""

    CLIENT = "client"
    SERVER = "server"


class Decider(StrEnum):
    """Who decided that a connection ended (not: who sent the first FIN)."""

    CLIENT = "client"
    SERVER = "server"
    NETWORK = "network"
    NOBODY = "nobody"


class Certainty(StrEnum):
    """How sure a reason is."""

    PROVEN = "proven"
    """An explicit signal in the packets."""
    LIKELY = "likely"
    """Timing or statistics."""
    POSSIBLE = "possible"
    """Other causes look the same; they are named."""


class Severity(StrEnum):
    """How much a finding should worry the reader."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Framing(StrEnum):
    """How the length of a message body is known (RFC 9112 section 6.3)."""

    LENGTH = "length"
    CHUNKED = "chunked"
    UNTIL_CLOSE = "until-close"
    NONE = "none"
