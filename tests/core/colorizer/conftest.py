"""A photo with hints, solved once for each module."""

from __future__ import annotations

import pytest

from tui_colorize import Hint, HintSet


@pytest.fixture(scope="module")
def photo(scene):
    """0.3 megapixels."""
    return scene(640, 480)


@pytest.fixture(scope="module")
def hints():
    return HintSet(
        [Hint(300, 60, "#3a7bd5", 3), Hint(500, 430, "#4c9f38", 3), Hint(450, 290, "#b03020", 5)]
    )


@pytest.fixture(scope="module")
def coloring(colorizer, photo, hints):
    return colorizer.solve(photo, hints)


@pytest.fixture(scope="module")
def full(coloring):
    return coloring.full()
