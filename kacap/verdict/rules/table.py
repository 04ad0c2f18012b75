"""All rows, in order of evidence.

What never was a connection, or never was HTTP, comes first: it is no end of reuse. Then what cut an exchange short: a
signal does not explain that. Then explicit signals, the special before the general. Then closes without a signal: at
once after a response, or after a pause. Nothing at all comes last.
"""

from kacap.verdict.rules import (
    aborts,
    at_once,
    early,
    ends,
    framing,
    idle,
    leaving,
    network,
    outside,
    proxies,
    races,
    server,
    signals,
    truncated,
    unopened,
)
from kacap.verdict.rules.rule import Observation, Rule

RULES: tuple[Rule, ...] = (
    *unopened.RULES,
    *early.TIMEOUTS,
    *outside.RULES,
    *races.RULES,
    *network.RULES,
    *framing.RULES,
    *early.RULES,
    *truncated.RULES,
    *aborts.RULES,
    *proxies.RULES,
    *signals.BY_CLIENT,
    *server.SAID,
    *leaving.RULES,
    *signals.BY_SERVER,
    *outside.HIDDEN,
    *at_once.RULES,
    *server.UNSAID,
    *idle.RULES,
    *ends.RULES,
)

OBSERVATIONS: tuple[Observation, ...] = (
    *unopened.OBSERVATIONS,
    *races.OBSERVATIONS,
    *idle.OBSERVATIONS,
    *leaving.OBSERVATIONS,
    *at_once.OBSERVATIONS,
    *proxies.OBSERVATIONS,
    *network.OBSERVATIONS,
    *outside.OBSERVATIONS,
)
