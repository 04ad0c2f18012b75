"""The causes that a report can name: one cause, one row. `kacap explain` and the findings read the same rows.

One file is one heading of `kacap explain`; the rules for a row stand in `cause`.
"""

from kacap.verdict.causes import (
    balancers,
    client,
    client_aborts,
    client_idle,
    client_pools,
    client_programs,
    early,
    framing,
    network,
    outside,
    policies,
    proxies,
    races,
    server,
    server_idle,
)
from kacap.verdict.causes.cause import GROUPS, Cause, Remedy

CAUSES: tuple[Cause, ...] = (
    *client.CAUSES,
    *client_pools.CAUSES,
    *client_programs.CAUSES,
    *client_aborts.CAUSES,
    *client_idle.CAUSES,
    *server.CAUSES,
    *server_idle.CAUSES,
    *policies.CAUSES,
    *framing.CAUSES,
    *early.CAUSES,
    *races.CAUSES,
    *proxies.CAUSES,
    *balancers.CAUSES,
    *network.CAUSES,
    *outside.CAUSES,
)

BY_ID = {cause.id: cause for cause in CAUSES}

__all__ = ["BY_ID", "CAUSES", "GROUPS", "Cause", "Remedy"]
