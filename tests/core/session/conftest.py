"""Sessions are kept in a folder of the test, not in the home of whoever runs it."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def kept_in(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data" / "tui-colorize" / "sessions"
