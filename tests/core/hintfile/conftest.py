"""Files of hints, and some hints for them."""

from __future__ import annotations

import pytest

from tui_colorize.hints import HintSet

from .makers import LATER, RED, TEAL


@pytest.fixture
def hints() -> HintSet:
    return HintSet([RED, TEAL, LATER])


@pytest.fixture
def file(tmp_path):
    """Writes a file (text or bytes) and gives its path."""

    def write(content, name="hints.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write
