"""A scenario: what runs, and what a judge of the capture must find.

Reading is strict: a key that is missing, unknown or of the wrong type is an error, so that no expectation is lost to a
slip of the pen.
"""

import shlex
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from captures.lab.errors import LabError

T = TypeVar("T")

SCENARIOS = Path(__file__).parent / "scenarios"


@dataclass(frozen=True, slots=True)
class Program:
    """A server or the client."""

    run: str
    """The command line. Its first word comes from the virtualenv of `packages`, else from PATH."""
    packages: tuple[str, ...]
    """PyPI requirements, such as `urllib3` or `urllib3<2`."""
    listens: int | None
    """The port that a server listens on; None for the client."""
    exit_status: int
    """The status with which the client must exit."""

    @property
    def words(self) -> list[str]:
        """The command line as the kernel gets it."""
        return shlex.split(self.run)


@dataclass(frozen=True, slots=True)
class Expected:
    """What must be found: behaviour only, so that a new recording meets the same expectation."""

    verdict: str
    connections: int
    exchanges: int
    needed_connections: int
    avoidable_connections: int
    reuse_rate: float | None
    """None, and absent from the file, when there was no opportunity to reuse."""
    connection_verdicts: Mapping[str, int]
    """Connection verdict → how many connections."""
    causes: Mapping[str, str]
    """Id of a finding → who decided."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One file of `scenarios/`."""

    name: str
    what: str
    """What happens, in one or two sentences."""
    ports: tuple[int, ...]
    """The ports that are captured."""
    servers: tuple[Program, ...]
    """In the order in which they start."""
    client: Program
    expected: Expected


class _Table:
    """One TOML table, taken key by key until nothing is left."""

    def __init__(self, where: str, content: Mapping[str, object]) -> None:
        self._where = where
        self._content = dict(content)

    def take(self, key: str, kind: type[T], default: T | None = None) -> T:
        value = self._content.pop(key, default)
        if not isinstance(value, kind):
            raise LabError(f"{self._where}: {key} must be given, as {kind.__name__}")
        return value

    def take_mapping(self, key: str, kind: type[T]) -> dict[str, T]:
        mapping = self.take(key, dict, {})
        return {str(name): self._checked(key, value, kind) for name, value in mapping.items()}

    def take_list(self, key: str, kind: type[T]) -> tuple[T, ...]:
        return tuple(self._checked(key, value, kind) for value in self.take(key, list, []))

    def has(self, key: str) -> bool:
        return key in self._content

    def end(self) -> None:
        if self._content:
            raise LabError(f"{self._where}: unknown keys: {', '.join(sorted(self._content))}")

    def _checked(self, key: str, value: object, kind: type[T]) -> T:
        if not isinstance(value, kind):
            raise LabError(f"{self._where}: {key} must hold {kind.__name__} only")
        return value


def names() -> list[str]:
    """The names of all scenarios, sorted."""
    return sorted(path.stem for path in SCENARIOS.glob("*.toml"))


def load(name: str) -> Scenario:
    """The scenario of that name.

    Raises LabError when there is none, or when its file says too little or too much.
    """
    path = SCENARIOS / f"{name}.toml"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise LabError(f"there is no scenario {name}; there are: {', '.join(names())}") from None
    except tomllib.TOMLDecodeError as error:
        raise LabError(f"{path.name}: {error}") from None
    return parse(name, content)


def parse(name: str, content: Mapping[str, object]) -> Scenario:
    """The scenario in the content of a TOML file; raises LabError as `load` does."""
    table = _Table(name, content)
    scenario = Scenario(
        name=name,
        what=" ".join(table.take("what", str).split()),
        ports=table.take_list("ports", int),
        servers=tuple(_server(f"{name}, server", server) for server in table.take_list("server", dict)),
        client=_client(f"{name}, client", table.take("client", dict)),
        expected=_expected(f"{name}, expected", table.take("expected", dict)),
    )
    table.end()
    if not scenario.ports:
        raise LabError(f"{name}: ports must name at least one port")
    return scenario


def _server(where: str, content: Mapping[str, object]) -> Program:
    table = _Table(where, content)
    server = Program(table.take("run", str), table.take_list("packages", str), table.take("listens", int), 0)
    table.end()
    return server


def _client(where: str, content: Mapping[str, object]) -> Program:
    table = _Table(where, content)
    client = Program(table.take("run", str), table.take_list("packages", str), None, table.take("exit_status", int, 0))
    table.end()
    return client


def _expected(where: str, content: Mapping[str, object]) -> Expected:
    table = _Table(where, content)
    expected = Expected(
        verdict=table.take("verdict", str),
        connections=table.take("connections", int),
        exchanges=table.take("exchanges", int),
        needed_connections=table.take("needed_connections", int),
        avoidable_connections=table.take("avoidable_connections", int),
        reuse_rate=table.take("reuse_rate", float) if table.has("reuse_rate") else None,
        connection_verdicts=table.take_mapping("connection_verdicts", int),
        causes=table.take_mapping("causes", str),
    )
    table.end()
    return expected
