"""What is wrong with the words of `kacap live` is said before anything is captured or overwritten."""

import os
from pathlib import Path

import pytest

from kacap.cli.watching import _is_same
from tests.cli.command import kacap


def test_one_file_by_two_names(tmp_path: Path) -> None:
    file, hard, soft = tmp_path / "file", tmp_path / "hard", tmp_path / "soft"
    file.touch()
    os.link(file, hard)
    soft.symlink_to(file)
    for other in (file, hard, soft, tmp_path / "." / "file"):
        assert _is_same(str(file), str(other))
    assert not _is_same(str(file), str(tmp_path / "another"))
    assert _is_same(str(tmp_path / "new"), str(tmp_path / "." / "new"))


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1"])
def test_a_duration_is_a_number_of_seconds(seconds: str) -> None:
    ended = kacap("live", "-i", "lo", "--duration", seconds)
    assert ended.code == 2
    assert "--duration" in ended.err
