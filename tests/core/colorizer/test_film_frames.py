"""Frames of a film: what was hinted on one is remembered on the others."""

from __future__ import annotations

import numpy as np
import pytest

from tui_colorize import Hint, HintSet


@pytest.fixture(scope="module")
def frames(colorizer):
    """Two pictures of a light disc on a dark ground, which moves by 60 pixels to the right."""
    y, x = np.mgrid[:160, :240].astype(np.float32)

    def frame(middle):
        disc = np.hypot(x - middle, y - 80) < 34
        texture = 6 * np.sin(x / 3 + y / 5)
        return colorizer.prepare((np.where(disc, 170, 70) + texture).astype(np.uint8))

    return frame(75), frame(135)


HINTS = HintSet([Hint(75, 80, "#d04030", 8), Hint(10, 150, "#808080", 8, enabled=False)])
NUMBERS = (5, 6)


def test_what_was_hinted_colours_the_same_thing_elsewhere(colorizer, frames):
    """The disc is red on the other frame, whether its hint is known to be there or lost."""
    memory = colorizer.solve(frames[0], HINTS, NUMBERS).memory
    assert {int(number) for level in memory.levels for number in level.hint} == {5}
    plain = colorizer.solve(frames[1]).render()[80, 150].astype(int)
    for numbers in ((), (7,)):
        hints = HintSet([Hint(230, 10, "#404040", 3)]) if numbers else HintSet()
        recalled = colorizer.solve(frames[1], hints, numbers, memory).render().astype(int)
        red = recalled[..., 0] - recalled[..., 1]
        assert red[80, 150] > plain[0] - plain[1] + 15
        assert red[80, 150] > red[20, 20] + 15


def test_the_cache_tells_memories_and_numbers_apart(colorizer, frames):
    first = colorizer.solve(frames[0], HINTS, NUMBERS)
    assert colorizer.solve(frames[0], HINTS, [*NUMBERS]) is first
    other = colorizer.solve(frames[0], HINTS, (8, 9))
    assert {int(number) for number in other.memory.levels[0].hint} == {8}
    assert colorizer.solve(frames[0], HINTS).memory is None
    recalled = colorizer.solve(frames[1], (), (), first.memory)
    assert colorizer.solve(frames[1], (), (), first.memory) is recalled
    plain = colorizer.solve(frames[1], (), ())
    assert plain is not recalled
    assert np.array_equal(plain.render(), colorizer.solve(frames[1]).render())
    assert not np.array_equal(plain.render(), recalled.render())
