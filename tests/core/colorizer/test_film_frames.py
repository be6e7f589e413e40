"""Frames of a film: what was hinted on one is remembered on the others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial

import numpy as np
import pytest
import torch

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


def test_frames_are_coloured_side_by_side(colorizer, frames):
    """In its workers, each with its share of the threads; others keep theirs."""
    before = torch.get_num_threads()
    lightness = [frame.scaled(96, 64)[None] for frame in frames]
    ab, mask = np.zeros((1, 64, 96, 2), np.float32), np.zeros((1, 64, 96), np.float32)
    ab[:, 30:34, 28:32], mask[:, 30:34, 28:32] = (40, 30), 1
    with closing(colorizer.workers()) as workers:
        share = workers.submit(torch.get_num_threads).result()
        assert 1 <= share * workers.count <= before
        questions = [partial(colorizer.color_planes, each, ab, mask) for each in lightness * 2]
        together = [answer.result() for answer in [workers.submit(each) for each in questions]]
    assert torch.get_num_threads() == before
    with ThreadPoolExecutor(1) as later:
        assert later.submit(torch.get_num_threads).result() == before
    for answer, ask in zip(together, questions, strict=True):
        assert np.abs(answer - ask()).max() < 2
