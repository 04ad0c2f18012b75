"""Rules for every test: a skip is loud, and where KACAP_NO_SKIPS=1 it is a failure.

A continuous integration run that skips what it could not find is green and proves nothing.
"""

import os
from collections.abc import Generator
from typing import TypeVar

import pytest

_Report = TypeVar("_Report", pytest.TestReport, pytest.CollectReport)

NO_SKIPS = os.environ.get("KACAP_NO_SKIPS") == "1"


def _forbid_skip(report: _Report) -> _Report:
    expected_failure = hasattr(report, "wasxfail")
    if NO_SKIPS and report.skipped and not expected_failure:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"skipped, and KACAP_NO_SKIPS=1 forbids it: {reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip of a test into a failure."""
    return _forbid_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn the skip of a whole file into a failure."""
    return _forbid_skip((yield))
