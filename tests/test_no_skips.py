"""KACAP_NO_SKIPS=1 turns every kind of skip into a failure, and leaves all else as it is."""

from pathlib import Path

import pytest

pytest_plugins = "pytester"

TESTS = """
    import pytest

    def test_skips_itself():
        pytest.skip("no tshark here")

    @pytest.mark.skipif(True, reason="no corpus here")
    def test_is_marked():
        pass

    @pytest.mark.xfail(reason="known", strict=True)
    def test_is_expected_to_fail():
        assert False

    def test_passes():
        pass
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    conftest = Path(__file__).with_name("conftest.py").read_text(encoding="utf-8")
    pytester.makeconftest(conftest)
    pytester.makepyfile(
        test_kinds=TESTS, test_whole_file='import pytest\npytest.importorskip("no_such_module_anywhere")'
    )
    return pytester


def test_skips_fail_when_forbidden(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KACAP_NO_SKIPS", "1")
    result = project.runpytest_subprocess("--continue-on-collection-errors", "-p", "no:cacheprovider")
    result.assert_outcomes(failed=1, errors=2, passed=1, xfailed=1)
    assert result.ret != pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["*KACAP_NO_SKIPS=1 forbids it*no tshark here*"])
    result.stdout.fnmatch_lines(["*KACAP_NO_SKIPS=1 forbids it*no corpus here*"])
    result.stdout.fnmatch_lines(["*KACAP_NO_SKIPS=1 forbids it*no_such_module_anywhere*"])


def test_skips_are_told_and_pass_otherwise(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KACAP_NO_SKIPS", raising=False)
    result = project.runpytest_subprocess("-ra", "-p", "no:cacheprovider")
    result.assert_outcomes(skipped=3, passed=1, xfailed=1)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["SKIPPED*no tshark here*"])
