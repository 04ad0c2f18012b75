"""Several files: merged in order of time, opened when their turn comes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kacap.capture import open_capture, opening
from kacap.capture.blocks import BLOCK_BYTES
from kacap.errors import CannotReadError, NotACaptureError
from tests.capture.build import enhanced, interface, pcap_header, read, record, section


def _pcap(path: Path, *seconds: int) -> Path:
    path.write_bytes(pcap_header() + b"".join(record(path.stem.encode(), second) for second in seconds))
    return path


def _order(*paths: Path | str) -> list[tuple[int, int, str]]:
    return [(number, time_ns // 1_000_000_000, data.decode()) for number, time_ns, _, data, _ in read(*paths)[0]]


def test_files_are_merged_in_order_of_time(tmp_path: Path) -> None:
    late, early = _pcap(tmp_path / "late", 3, 5), _pcap(tmp_path / "early", 1, 4, 6)
    assert _order(late, early) == [(1, 1, "early"), (2, 3, "late"), (3, 4, "early"), (4, 5, "late"), (5, 6, "early")]


def test_ties_go_by_the_order_of_the_arguments(tmp_path: Path) -> None:
    a, b = _pcap(tmp_path / "a", 1, 1, 2), _pcap(tmp_path / "b", 1, 2)
    assert [name for *_, name in _order(b, a)] == ["b", "a", "a", "b", "a"]
    assert [name for *_, name in _order(a, b)] == ["a", "a", "b", "a", "b"]


def test_order_inside_a_file_stays(tmp_path: Path) -> None:
    a, b = _pcap(tmp_path / "a", 5, 1, 9), _pcap(tmp_path / "b", 6)
    assert _order(a, b) == [(1, 5, "a"), (2, 1, "a"), (3, 6, "b"), (4, 9, "a")]


def test_a_ring_is_opened_file_by_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_now = peak = 0

    @contextmanager
    def counted(path: str, name: str) -> Iterator[int]:
        nonlocal open_now, peak
        with original(path, name) as descriptor:
            open_now += 1
            peak = max(peak, open_now)
            try:
                yield descriptor
            finally:
                open_now -= 1

    original = opening.opened
    monkeypatch.setattr("kacap.capture.reading.opened", counted)
    for number in range(50):
        _pcap(tmp_path / f"ring{number:02}", 2 * number, 2 * number + 3)
    assert [second for _, second, _ in _order(tmp_path / "ring*")] == sorted([*range(0, 100, 2), *range(3, 103, 2)])
    assert open_now == 0
    assert peak == 2


def test_wildcards_are_for_names_that_do_not_exist(tmp_path: Path) -> None:
    literal = _pcap(tmp_path / "a[1].pcap", 7)
    _pcap(tmp_path / "a1.pcap", 8)
    (tmp_path / "a2.pcap").mkdir()
    assert [second for _, second, _ in _order(literal)] == [7]
    assert [second for _, second, _ in _order(tmp_path / "a?.pcap")] == [8]


def test_the_same_file_is_read_once(tmp_path: Path) -> None:
    path = _pcap(tmp_path / "a", 1)
    link = tmp_path / "link"
    link.symlink_to(path)
    frames, info = read(path, link)
    assert len(frames) == 1
    assert info.sources == [str(path), str(link)]
    assert info.warnings == [f"{path}: named more than once, read once"]


def test_empty_files_of_a_ring_are_warnings(tmp_path: Path) -> None:
    header_only, nothing, good = _pcap(tmp_path / "header"), tmp_path / "nothing", _pcap(tmp_path / "good", 1)
    nothing.write_bytes(b"")
    frames, info = read(header_only, nothing, good)
    assert len(frames) == 1
    assert info.warnings == [
        f"{nothing}: is empty; record a capture with: tcpdump -w FILE",
        f"{header_only}: holds no frames",
    ]


def test_files_that_are_all_empty_are_an_error(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(NotACaptureError, match="is empty"):
        read(tmp_path / "a", tmp_path / "b")


def test_a_file_that_is_no_capture_is_an_error_among_others(tmp_path: Path) -> None:
    (tmp_path / "notes").write_bytes(b"notes")
    with pytest.raises(NotACaptureError, match="notes: this is text"):
        read(_pcap(tmp_path / "a", 1), tmp_path / "notes")


def test_a_file_that_vanishes_is_an_error(tmp_path: Path) -> None:
    path = _pcap(tmp_path / "a", 1)
    capture = open_capture([str(path)])
    path.unlink()
    with pytest.raises(CannotReadError, match="No such file"):
        list(capture)


def test_damage_ends_one_file_and_not_the_others(tmp_path: Path) -> None:
    bad, good = _pcap(tmp_path / "bad", 1, 3), _pcap(tmp_path / "good", 2, 4)
    bad.write_bytes(bad.read_bytes()[:-1])
    worse = tmp_path / "worse"
    worse.write_bytes(pcap_header() + record(b"", captured=0xFFFFFFFF))
    frames, info = read(good, bad, worse)
    assert [frame[1] // 1_000_000_000 for frame in frames] == [1, 2, 4]
    assert info.truncated_file
    assert [warning.split(":")[0] for warning in info.warnings] == [str(worse), str(worse), str(bad)]


@pytest.mark.parametrize(("formats", "expected"), [("nn", "pcapng"), ("cc", "pcap"), ("nc", "mixed"), ("cnc", "mixed")])
def test_the_format_of_several_files(tmp_path: Path, formats: str, expected: str) -> None:
    paths = []
    for number, letter in enumerate(formats):
        path = _pcap(tmp_path / str(number), number)
        if letter == "n":
            path.write_bytes(section() + interface() + enhanced(b"x", number))
        paths.append(path)
    assert read(*paths)[1].format == expected


def test_progress_counts_bytes_on_disk_once_a_block(tmp_path: Path) -> None:
    heard: list[tuple[int, int | None]] = []
    paths = [_pcap(tmp_path / name, 1) for name in "ab"]
    paths[1].write_bytes(pcap_header() + record(bytes(BLOCK_BYTES * 6 // 7)) * 3)
    capture = open_capture([str(path) for path in paths], on_progress=lambda done, total: heard.append((done, total)))
    assert len(list(capture)) == 4
    total = sum(path.stat().st_size for path in paths)
    assert [of for _, of in heard] == [total] * 4
    assert [done for done, _ in heard] == sorted(done for done, _ in heard)
    assert heard[-1][0] == total


def test_stop_ends_a_file_at_its_next_block(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(pcap_header() + record(bytes(1000)) * 10_000)
    capture = open_capture([str(path)])
    frames = iter(capture)
    next(frames)
    capture.stop()
    rest = sum(1 for _ in frames)
    assert rest == pytest.approx(BLOCK_BYTES / 1016, abs=10)
    assert (capture.info.truncated_file, capture.info.warnings) == (False, [])


def test_stop_ends_a_merge(tmp_path: Path) -> None:
    capture = open_capture([str(_pcap(tmp_path / str(number), number)) for number in range(100)])
    frames = iter(capture)
    next(frames)
    capture.stop()
    assert sum(1 for _ in frames) == 0
    assert (capture.info.truncated_file, capture.info.warnings) == (False, [])


def test_no_file_stays_open_when_the_iteration_is_given_up(tmp_path: Path) -> None:
    before = len(list(Path("/dev/fd").iterdir()))
    paths = [str(_pcap(tmp_path / name, 1, 2, 3)) for name in "abc"]
    for _ in zip(range(2), open_capture(paths), strict=False):
        pass
    assert len(list(Path("/dev/fd").iterdir())) == before
