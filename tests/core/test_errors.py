"""The reasons of failures in words."""

from __future__ import annotations

import errno
import os

import pytest

from tui_colorize.errors import reason


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "no space left on device"),
        (OSError("Cannot seek"), "cannot seek"),  # one that has no number
        (OSError(), "OSError"),
        (ValueError("NUL in URL\x1b"), r"NUL in URL\x1b"),
    ],
)
def test_there_is_always_a_reason(error, words):
    """Never an empty end of a sentence, and nothing that steers the terminal."""
    assert reason(error) == words
