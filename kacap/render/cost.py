"""What the avoidable connections of a pair cost: time, and ports that nobody can use; and what lost requests cost."""

from rich.console import Group, RenderableType
from rich.text import Text

from kacap.render.quantity import counted, duration, per_second, share
from kacap.report.cost import Cost
from kacap.report.model import Pair

_LINUX_PORTS = 28_232
"""From 32768 to 60999, the default of ip_local_port_range."""


def cost_of(pair: Pair) -> RenderableType | None:
    """None where nothing was avoidable and no request was lost."""
    lines = [line for line in (_handshakes(pair), _ports(pair.cost), _unanswered(pair.cost)) if line]
    return Group(*map(Text, lines)) if lines else None


def _handshakes(pair: Pair) -> str:
    if not pair.avoidable_connections:
        return ""
    handshakes = counted(pair.avoidable_connections, "avoidable handshake")
    if pair.handshake_cost_ns:
        handshakes += f", {duration(pair.handshake_cost_ns)}"
    if pair.handshake_cost_ns and pair.cost.handshake_share is not None:
        handshakes += f" ({share(pair.cost.handshake_share)} of all exchange time)"
    return handshakes


def _unanswered(cost: Cost) -> str:
    if not cost.unanswered_requests:
        return ""
    waited = f", {duration(cost.waited_in_vain_ns)} waited in vain" if cost.waited_in_vain_ns else ""
    return f"{counted(cost.unanswered_requests, 'request')} got no answer{waited}"


def _ports(cost: Cost) -> str:
    """Who closes first holds the port; Linux keeps it for 60 s."""
    sides = (("client", cost.client_time_wait_ports), ("server", cost.server_time_wait_ports))
    held = [f"{counted(ports, 'port')} at the {side}" for side, ports in sides if ports]
    if not held or cost.closes_per_second is None:
        return ""
    if (cost.client_time_wait_ports or 0) >= _LINUX_PORTS:
        held[0] += f" (Linux has {_LINUX_PORTS:,} to one server)"
    rate = per_second(cost.closes_per_second, "closes")
    return f"at this rate ({rate}): {' and '.join(held)} in TIME_WAIT"
