"""`kacap analyze`: what it prints, and how it ends when something is wrong."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest

from kacap.render.json import schema
from tests.cli.command import COMMAND, HEALTHY, NOT_REUSED, environment, kacap


def test_text() -> None:
    ended = kacap("analyze", NOT_REUSED)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("NOT REUSED  ")
    assert "\x1b" not in ended.out
    assert max(map(len, ended.out.splitlines())) <= 80


def test_text_is_100_columns_wide_where_nobody_says() -> None:
    widest = max(map(len, kacap("analyze", NOT_REUSED, COLUMNS="").out.splitlines()))
    assert 80 < widest <= 100


@pytest.mark.parametrize("words", [("--json",), ("--format", "json"), ("-f", "json", "--json")])
def test_json(words: tuple[str, ...]) -> None:
    ended = kacap("analyze", NOT_REUSED, *words)
    assert (ended.code, ended.err) == (0, "")
    report = json.loads(ended.out)
    jsonschema.Draft202012Validator(schema()).validate(report)
    assert report["summary"]["verdict"] == "not-reused"
    assert report["capture"]["sources"] == [str(NOT_REUSED)]


def test_detail() -> None:
    summary = json.loads(kacap("analyze", NOT_REUSED, "--json", "--detail", "summary").out)
    assert summary["connections"] == []
    connections = json.loads(kacap("analyze", NOT_REUSED, "--json", "--detail", "connections").out)
    assert {len(one["exchanges"]) for one in connections["connections"]} == {0}
    assert "\n  stream" in kacap("analyze", HEALTHY, "--detail", "connections").out


def streams(*words: str) -> list[int]:
    report = json.loads(kacap("analyze", NOT_REUSED, "--json", *words).out)
    return [one["stream"] for one in report["connections"]]


def test_selection() -> None:
    assert streams("--stream", "3", "--stream", "5") == [3, 5]
    assert streams("--port", "8880", "-p", "80") == streams()
    assert streams("--port", "81") == []
    assert streams("--host", "127.0.0.1") == streams()
    assert streams("--host", "192.0.2.77", "--host", "2001:DB8::1") == []


def test_a_port_that_nobody_connected_to() -> None:
    assert "no connection to port 9999; ports seen: 8880\n" in kacap("analyze", NOT_REUSED, "--port", "9999").out
    assert "ports seen" not in kacap("analyze", NOT_REUSED, "--port", "8880").out


@pytest.mark.parametrize(
    ("option", "complaint"),
    [
        ("--detail", "'foo' is none of summary, connections, exchanges"),
        ("--format", "'foo' is none of text, json, ndjson"),
        ("--host", "'foo' is not an IP address"),
    ],
)
def test_a_word_that_is_none(option: str, complaint: str) -> None:
    ended = kacap("analyze", NOT_REUSED, option, "foo")
    assert (ended.code, ended.out) == (2, "")
    assert re.search(rf"Invalid value for '{option}'[^:]*: {re.escape(complaint)}\n", ended.err)


def test_standard_input_and_several_files() -> None:
    assert kacap("analyze", "-", stdin=NOT_REUSED.read_bytes()).out.startswith("NOT REUSED  ")
    both = json.loads(kacap("analyze", "--json", NOT_REUSED, HEALTHY).out)
    assert both["capture"]["frames"] == sum(
        json.loads(kacap("analyze", "--json", one).out)["capture"]["frames"] for one in (NOT_REUSED, HEALTHY)
    )


def test_output_file(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    ended = kacap("analyze", NOT_REUSED, "--json", "--output", target)
    assert (ended.code, ended.out, ended.err) == (0, "", "")
    assert json.loads(target.read_text(encoding="utf-8")) == json.loads(kacap("analyze", NOT_REUSED, "--json").out)
    assert kacap("analyze", HEALTHY, "-o", target, "--format", "text").code == 0
    assert target.read_text(encoding="utf-8").startswith("REUSED  ")


@pytest.mark.parametrize(
    ("name", "begins"), [("a.json", "{"), ("A.JSON", "{"), ("a.txt", "REUSED"), ("json", "REUSED")]
)
def test_the_name_of_the_output_file_chooses_the_format(tmp_path: Path, name: str, begins: str) -> None:
    assert kacap("analyze", HEALTHY, "-o", tmp_path / name).code == 0
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(begins)


def test_an_empty_name_is_called_empty() -> None:
    for words in (("",), (HEALTHY, "")):
        ended = kacap("analyze", *words)
        assert ended.code == 2
        assert "the name of a capture is empty" in ended.complaint
    assert "the name of the output file is empty" in kacap("analyze", HEALTHY, "-o", "").complaint


@pytest.mark.parametrize("named_as", ["trace.pcap", "./trace.pcap", "link.pcap", "*.pcap"])
def test_an_input_is_never_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named_as: str) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(HEALTHY, "trace.pcap")
    Path("link.pcap").symlink_to("trace.pcap")
    ended = kacap("analyze", named_as, "-o", "trace.pcap")
    assert ended.code == 2
    assert "would destroy it" in ended.complaint
    assert Path("trace.pcap").read_bytes() == HEALTHY.read_bytes()


def test_output_that_cannot_be_written_is_refused_before_any_work(tmp_path: Path) -> None:
    no_such_capture = tmp_path / "none.pcap"
    assert "is a directory" in kacap("analyze", no_such_capture, "-o", tmp_path).complaint
    assert "no such directory" in kacap("analyze", no_such_capture, "-o", tmp_path / "no" / "report").complaint


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--port", "0"), "--port"),
        (("--port", "65536"), "--port"),
        (("--port", "http"), "--port"),
        (("--host", "localhost"), "'localhost' is not an IP address"),
        (("--stream", "-1"), "--stream"),
        (("--format", "xml"), "--format"),
        (("--detail", "all"), "--detail"),
        (("--json", "--format", "text"), "exclude each other"),
        (("--unknown",), "--unknown"),
    ],
)
def test_bad_usage(words: tuple[str, ...], said: str) -> None:
    ended = kacap("analyze", HEALTHY, *words)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert "Traceback" not in ended.err


def test_no_capture_is_bad_usage() -> None:
    assert kacap("analyze").code == 2


def test_bad_input_is_one_line(tmp_path: Path) -> None:
    text = tmp_path / "evil\x1b[2J\n.pcap"
    text.write_text("GET / HTTP/1.1\r\n" * 10)
    for bad in (tmp_path / "none.pcap", tmp_path, text):
        ended = kacap("analyze", bad)
        assert ended.code == 2
        assert ended.complaint.isprintable()


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_a_reader_that_has_seen_enough_is_no_error(words: tuple[str, ...]) -> None:
    with subprocess.Popen(
        [*COMMAND, "analyze", str(NOT_REUSED), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_a_full_disk_is_one_line(words: tuple[str, ...]) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full to write to")
    with full.open("wb") as out:
        ended = subprocess.run(
            [*COMMAND, "analyze", str(NOT_REUSED), *words],
            stdout=out,
            stderr=subprocess.PIPE,
            env=environment(),
            check=False,
        )
    assert ended.returncode == 2
    assert ended.stderr == b"kacap: cannot write the report: No space left on device\n"
    assert "No space left" in kacap("analyze", NOT_REUSED, *words, "-o", full).complaint
