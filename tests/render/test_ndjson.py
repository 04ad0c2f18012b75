"""Lines of JSON: each connection as the JSON report has it, and last the report without them."""

import io
import json

import pytest

from kacap.render.detail import Detail
from kacap.render.json import document
from kacap.render.ndjson import write_all
from tests.render.samples import SAMPLES


def lines(name: str, detail: Detail = Detail.EXCHANGES, *, queries: bool = False) -> list[dict[str, object]]:
    out = io.StringIO()
    write_all(SAMPLES[name], out, detail=detail, queries=queries)
    assert out.getvalue().isascii()
    assert out.getvalue().endswith("}\n")
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.mark.parametrize("detail", list(Detail))
@pytest.mark.parametrize("name", SAMPLES)
def test_the_lines_are_the_report(name: str, detail: Detail) -> None:
    *connections, rest = lines(name, detail)
    whole = document(SAMPLES[name], detail=detail)
    assert connections == whole.pop("connections")
    assert rest == whole


@pytest.mark.parametrize("queries", [False, True])
def test_queries_are_shown_on_demand(queries: bool) -> None:
    for name, sample in SAMPLES.items():
        *connections, _ = lines(name, queries=queries)
        assert connections == document(sample, queries=queries)["connections"]
