"""Every listener hears the end, so that no test forgets the rules that hold there."""

from collections.abc import Iterator

import pytest

from tests.tcp.listener import Listener


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A listener to one tracker; the capture is over when the test is."""
    one = Listener()
    yield one
    one.finish()
