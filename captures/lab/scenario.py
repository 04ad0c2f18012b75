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
    """The command line. Its first word comes from the packages below, else from PATH, else from Debian. `{programs}` is
    the folder of the lab's own programs, `{scratch}` a new and empty folder."""
    pypi: tuple[str, ...]
    """PyPI requirements, such as `urllib3` or `urllib3<2`."""
    npm: tuple[str, ...]
    """npm packages, such as `node-fetch@2`."""
    listens: int | None
    """The TCP or UDP port that a server listens on; None for the client."""
    exit_status: int
    """The status with which the client must exit."""

    @property
    def words(self) -> list[str]:
        """The command line, split as a shell does it."""
        return shlex.split(self.run)


@dataclass(frozen=True, slots=True)
class Range:
    """What a count may be, both ends included: where threads or timers race, one number would be a lie."""

    low: int
    high: int

    def __contains__(self, count: object) -> bool:
        return isinstance(count, int) and self.low <= count <= self.high

    def __str__(self) -> str:
        return str(self.low) if self.low == self.high else f"{self.low}–{self.high}"


@dataclass(frozen=True, slots=True)
class Blame:
    """Who decided, and how sure that is."""

    decided_by: tuple[str, ...]
    """More than one where the cause is found at both hops of a proxy."""
    certainty: str


@dataclass(frozen=True, slots=True)
class Expected:
    """What must be found: behaviour only, so that a new recording meets the same expectation."""

    verdict: str
    pair_verdicts: Mapping[str, str]
    """Server port → verdict of its pairs, where that is not the verdict of the whole."""
    connections: Range
    exchanges: Range
    needed_connections: Range
    avoidable_connections: Range
    lookups: Range
    """Exchanges whose time begins with a DNS look-up; none, where the file does not say."""
    server_idle_timeout_s: float | None
    """The setting of the server that must be inferred, within 5 %; None where the file does not say."""
    client_idle_timeout_s: float | None
    """The same of the client."""
    connection_verdicts: Mapping[str, Range]
    """Connection verdict → how many connections."""
    causes: Mapping[str, Blame]
    """Id of a finding → what it must say."""
    awaited: Mapping[str, Blame]
    """As `causes`, for what is true but not yet found. Once it is found it moves to `causes`: a test sees to that."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One file of `scenarios/`."""

    name: str
    what: str
    """What happens, in one or two sentences."""
    ports: tuple[int, ...]
    """The TCP and UDP ports that are captured."""
    resolver: str | None
    """The address of the only DNS server that the programs know; None leaves the machine's own."""
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

    def take_range(self, key: str) -> Range:
        return self._range(key, self._content.pop(key, None))

    def take_ranges(self, key: str) -> dict[str, Range]:
        return {str(name): self._range(key, value) for name, value in self.take(key, dict, {}).items()}

    def take_words(self, key: str) -> tuple[str, ...]:
        """One word, or a list of them."""
        if isinstance(self._content.get(key), list):
            return self.take_list(key, str)
        return (self.take(key, str),)

    def has(self, key: str) -> bool:
        return key in self._content

    def end(self) -> None:
        if self._content:
            raise LabError(f"{self._where}: unknown keys: {', '.join(sorted(self._content))}")

    def _range(self, key: str, value: object) -> Range:
        match value:
            case int():
                return Range(value, value)
            case [int(low), int(high)] if low < high:
                return Range(low, high)
        raise LabError(f"{self._where}: {key} must be given, as a count or as [fewest, most]")

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
        resolver=table.take("resolver", str) if table.has("resolver") else None,
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
    server = Program(
        run=table.take("run", str),
        pypi=table.take_list("pypi", str),
        npm=table.take_list("npm", str),
        listens=table.take("listens", int),
        exit_status=0,
    )
    table.end()
    return server


def _client(where: str, content: Mapping[str, object]) -> Program:
    table = _Table(where, content)
    client = Program(
        run=table.take("run", str),
        pypi=table.take_list("pypi", str),
        npm=table.take_list("npm", str),
        listens=None,
        exit_status=table.take("exit_status", int, 0),
    )
    table.end()
    return client


def _expected(where: str, content: Mapping[str, object]) -> Expected:
    table = _Table(where, content)
    expected = Expected(
        verdict=table.take("verdict", str),
        pair_verdicts=table.take_mapping("pair_verdicts", str),
        connections=table.take_range("connections"),
        exchanges=table.take_range("exchanges"),
        needed_connections=table.take_range("needed_connections"),
        avoidable_connections=table.take_range("avoidable_connections"),
        lookups=table.take_range("lookups") if table.has("lookups") else Range(0, 0),
        server_idle_timeout_s=_seconds(table, "server_idle_timeout_s"),
        client_idle_timeout_s=_seconds(table, "client_idle_timeout_s"),
        connection_verdicts=table.take_ranges("connection_verdicts"),
        causes=_blames(where, table.take_mapping("causes", dict)),
        awaited=_blames(where, table.take_mapping("awaited", dict)),
    )
    table.end()
    return expected


def _seconds(table: _Table, key: str) -> float | None:
    return table.take(key, float) if table.has(key) else None


def _blames(where: str, causes: Mapping[str, Mapping[str, object]]) -> dict[str, Blame]:
    blames = {}
    for cause, content in causes.items():
        table = _Table(f"{where}, {cause}", content)
        blames[cause] = Blame(table.take_words("decided_by"), table.take("certainty", str))
        table.end()
    return blames
