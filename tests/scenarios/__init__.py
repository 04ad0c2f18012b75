"""One readable file per behaviour: a conversation, and what kacap must say of it.

Rules of this room: an expectation comes from an RFC or a rule of judgement (`because:`), never from what the code does.
A scenario shows one thing. Each cause has a scenario in which it fires and a near miss in which it must not.
The language is described in `tests.dialogue.script`.
"""

from pathlib import Path

SCENARIOS = Path(__file__).parent
FILES = tuple(sorted(SCENARIOS.rglob("*.scenario")))


def name(path: Path) -> str:
    """`theme/name`: how a test is called."""
    return path.relative_to(SCENARIOS).with_suffix("").as_posix()
