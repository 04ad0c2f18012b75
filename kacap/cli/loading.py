"""What is else loaded on first need, before that is too late.

Through sudo, Python may lie where only root can read, as in root's home: who has become the user loads nothing more.
"""

from importlib import import_module

_ON_FIRST_NEED = (
    "kacap.cli.console",
    "kacap.live.drawing",
    "kacap.render.connections",
    "kacap.render.exchanges",
    "kacap.render.lanes",
    "kacap.render.ndjson",
    "kacap.render.terminal",
    "kacap.report.onlooker",
    "kacap.report.rows",
    "kacap.wire.slow",
    "dpkt",
)


def load_all() -> None:
    """Load what a capture may need until its report is written."""
    for name in _ON_FIRST_NEED:
        import_module(name)
