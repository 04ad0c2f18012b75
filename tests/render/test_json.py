"""The JSON contract: shape, times, privacy, and that no byte of a packet can harm a terminal."""

import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kacap.render.detail import Detail
from kacap.render.json import document, rfc3339, schema, write
from tests.render.golden import assert_golden
from tests.render.odd_samples import hostile
from tests.render.plain_samples import one_exchange, single_use
from tests.render.samples import SAMPLES

VALIDATOR = jsonschema.Draft202012Validator(schema())
GOLDENS = Path(__file__).parent / "goldens"


def written(name: str, detail: Detail = Detail.EXCHANGES) -> str:
    out = io.StringIO()
    write(SAMPLES[name], out, detail=detail)
    return out.getvalue()


def test_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("detail", Detail)
@pytest.mark.parametrize("name", SAMPLES)
def test_follows_the_schema(name: str, detail: Detail) -> None:
    VALIDATOR.validate(document(SAMPLES[name], detail=detail))


def refused_by_schema(spoiled: dict[str, Any]) -> bool:
    return not VALIDATOR.is_valid(spoiled)


def test_schema_refuses_what_the_contract_does_not_name() -> None:
    good = document(one_exchange())
    assert not refused_by_schema(good)
    assert refused_by_schema({**good, "more": 1})
    assert refused_by_schema({key: part for key, part in good.items() if key != "warnings"})
    assert refused_by_schema({**good, "summary": {**good["summary"], "verdict": "fine"}})
    assert refused_by_schema({**good, "summary": {**good["summary"], "reuse_rate": 2}})
    assert refused_by_schema({**good, "capture": {**good["capture"], "first_time": "2026-01-01T00:00:00Z"}})
    assert refused_by_schema({**good, "connections": [{**good["connections"][0], "client": "192.0.2.9"}]})


@pytest.mark.parametrize("detail", Detail)
@pytest.mark.parametrize("name", SAMPLES)
def test_written_text_is_the_document_and_ascii(name: str, detail: Detail) -> None:
    text = written(name, detail)
    assert json.loads(text) == document(SAMPLES[name], detail=detail)
    assert text.isascii()
    assert all(character == "\n" or character.isprintable() for character in text)


def test_keys_stand_in_the_order_of_the_schema() -> None:
    def assert_order(value: Any, shape: dict[str, Any]) -> None:
        if "$ref" in shape:
            shape = schema()["$defs"][shape["$ref"].rpartition("/")[2]]
        if isinstance(value, dict) and "properties" in shape:
            assert list(value) == list(shape["properties"])
            for key, part in value.items():
                options = shape["properties"][key].get("anyOf", [shape["properties"][key]])
                assert_order(part, options[0])
        elif isinstance(value, list) and value:
            assert_order(value[0], shape["items"])

    assert_order(document(single_use()), schema())


def test_golden() -> None:
    assert_golden(GOLDENS / "one-exchange.json", written("one-exchange"))
    assert_golden(GOLDENS / "refused.json", written("refused"))


def test_detail_leaves_out_and_keeps_the_count() -> None:
    assert document(single_use(), detail=Detail.SUMMARY)["connections"] == []
    connections = document(single_use(), detail=Detail.CONNECTIONS)["connections"]
    assert len(connections) == 100
    assert {(len(one["exchanges"]), one["exchanges_count"]) for one in connections} == {(0, 1)}


def test_query_is_hidden_unless_asked_for() -> None:
    def targets(*, queries: bool) -> set[str]:
        connections = document(single_use(), queries=queries)["connections"]
        return {one["exchanges"][0]["request"]["target"] for one in connections}

    assert "/item/3?…" in targets(queries=False)
    assert "/item/3?key=secret" in targets(queries=True)
    assert "secret" not in json.dumps(document(single_use()))


def test_userinfo_of_target_and_host_is_hidden_even_when_queries_are_shown() -> None:
    report = one_exchange()
    exchange = report.connections[0].exchanges[0]
    assert exchange.request is not None
    request = replace(exchange.request, target="http://me:hush@api.example/", host="me:hush@api.example")
    connection = replace(report.connections[0], exchanges=(replace(exchange, request=request),))
    told = document(replace(report, connections=(connection,)), queries=True)
    assert "hush" not in json.dumps(told)


@pytest.mark.parametrize(
    ("time_ns", "expected"),
    [
        (None, None),
        (0, "1970-01-01T00:00:00.000000000Z"),
        (-1, "1969-12-31T23:59:59.999999999Z"),
        (1_760_000_000_123_456_789, "2025-10-09T08:53:20.123456789Z"),
        ((1 << 32) * 10**9, "2106-02-07T06:28:16.000000000Z"),
        (253_402_300_799_999_999_999, "9999-12-31T23:59:59.999999999Z"),
        (253_402_300_800_000_000_000, None),
        (-62_135_596_800_000_000_000, "0001-01-01T00:00:00.000000000Z"),
        (-62_135_596_800_000_000_001, None),
        (1 << 200, None),
    ],
)
def test_times(time_ns: int | None, expected: str | None) -> None:
    assert rfc3339(time_ns) == expected


def test_durations_keep_nanoseconds() -> None:
    report = one_exchange()
    summary = replace(report.summary, handshake_cost_ns=1_234_567)
    assert document(replace(report, summary=summary))["summary"]["handshake_cost_ms"] == 1.234567


@given(st.integers(-(10**19), 10**19) | st.integers(-(2 * 10**15), 2 * 10**15))
@settings(deadline=None)
def test_a_duration_is_what_rounding_makes_of_it(duration_ns: int) -> None:
    report = one_exchange()
    summary = replace(report.summary, handshake_cost_ns=duration_ns)
    told_ms = document(replace(report, summary=summary), detail=Detail.SUMMARY)["summary"]["handshake_cost_ms"]
    assert repr(told_ms) == repr(round(duration_ns / 1_000_000, 6))


@given(st.text(st.characters(exclude_categories=())))
@settings(deadline=None)
def test_any_text_is_written_and_read_back(text: str) -> None:
    out = io.StringIO()
    write(replace(hostile(), warnings=(text,)), out)
    assert out.getvalue().isascii()
    assert json.loads(out.getvalue())["warnings"] == json.loads(json.dumps([text]))


def test_connections_are_written_one_by_one() -> None:
    class Counting(io.StringIO):
        longest = 0

        def write(self, text: str) -> int:
            self.longest = max(self.longest, len(text))
            return super().write(text)

    out = Counting()
    write(single_use(), out)
    assert out.longest < len(out.getvalue()) / 50


def test_costs_no_rich() -> None:
    code = "import sys, kacap.render.json; sys.exit('rich' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
