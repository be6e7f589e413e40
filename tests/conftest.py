"""What several test modules share: the bundled network, loaded once, and synthetic pictures."""

from __future__ import annotations

import os

import numpy as np
import pytest

OF_THE_TERMINAL = {
    *("COLORTERM", "COLUMNS", "FORCE_COLOR", "LINES", "NO_COLOR", "STY", "TERM_PROGRAM"),
    *("TERM_PROGRAM_VERSION", "TMUX", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "TUI_COLORIZE_GRAPHICS"),
}


@pytest.fixture(autouse=True)
def usual_environment(monkeypatch):
    """Whatever terminal the tests run in: the size of another, too, is its own."""
    for name in list(os.environ):
        if name in OF_THE_TERMINAL or name.startswith(("SSH_", "TEXTUAL")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.fixture(scope="session")
def colorizer():
    """The bundled network on the CPU."""
    from tui_colorize import Colorizer

    return Colorizer("cpu")


@pytest.fixture(scope="session")
def scene():
    """Makes gray pictures of any size: sky, a hill, a meadow and a wall, with grain. Uint8."""

    def make(width: int, height: int, seed: int = 0) -> np.ndarray:
        rng = np.random.default_rng(seed)
        y, x = np.mgrid[:height, :width].astype(np.float32)
        x, y = x / max(width, 1), y / max(height, 1)
        gray = 205 - 50 * y
        hill = y > 0.45 + 0.1 * np.sin(5 * x + 1)
        gray = np.where(hill, 95 + 20 * np.sin(30 * x) * np.cos(20 * y), gray)
        meadow = y > 0.72
        gray = np.where(meadow, 140 + 15 * np.sin(60 * x + 40 * y), gray)
        wall = (abs(x - 0.7) < 0.12) & (abs(y - 0.6) < 0.15)
        gray = np.where(wall, 55, gray)
        grain = rng.normal(0, 2, (height, width)).astype(np.float32)
        return np.clip(gray + grain, 0, 255).astype(np.uint8)

    return make
