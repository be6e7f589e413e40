"""What is remembered of hints: whose the cells are, where they are later, and what is kept."""

from __future__ import annotations

import numpy as np
import pytest

from tui_colorize import Colorizer
from tui_colorize.hintmemory import Cells, HintMemory

PLACES = {3: (10.0, 10.0), 7: (50.0, 20.0)}


def cells(centers, places=PLACES) -> Cells:
    count = len(centers)
    seen = np.arange(count, dtype=np.float32)[:, None]
    return Cells.of(seen, np.ones((count, 3), np.float32), np.array(centers, np.float32), places)


def test_a_cell_belongs_to_the_nearest_hint_and_moves_with_it():
    some = cells([(12, 9), (49, 22), (8, 10)])
    assert some.hint.tolist() == [3, 7, 3]
    centers, known = some.on({3: (30.0, 40.0)})
    assert known.tolist() == [True, False, True]
    assert centers[0].tolist() == [32, 39]
    assert centers[2].tolist() == [28, 40]


def test_without_hints_cells_are_nobodys():
    some = cells([(12, 9)], {})
    assert not some.on(PLACES)[1].any()


def test_what_is_too_much_is_forgotten_earliest_first():
    many = cells([(0, 0)] * 100)
    both = many.joined(cells([(1, 1)] * 80))
    assert len(both.seen) == len(both.hint) == 128
    assert both.seen[-1] == 79
    assert both.seen[0] == 52


def test_some_hints_can_be_left_of_it():
    both = HintMemory((cells([(12, 9), (49, 22), (8, 10)]),))
    (left,) = both.only({3}).levels
    assert left.hint.tolist() == [3, 3]
    assert left.seen[:, 0].tolist() == [0, 2]
    assert len(both.only(()).levels[0].seen) == 0


def test_its_state_restores_it():
    memory = HintMemory((cells([(12, 9)]), cells([(49, 22), (8, 10)])))
    again = HintMemory.restore({**memory.state(), "other": np.zeros(1)})
    assert again is not None
    for ours, theirs in zip(memory.levels, again.levels, strict=True):
        for name, value in vars(ours).items():
            assert np.array_equal(value, getattr(theirs, name))
    assert HintMemory.restore({"other": np.zeros(1)}) is None
    state = memory.state()
    del state["memory_1_hint"]
    with pytest.raises(KeyError):
        HintMemory.restore(state)


@pytest.fixture(scope="module")
def colorizer() -> Colorizer:
    return Colorizer(device="cpu")


class TestNetwork:
    """The bundled network with hints that it remembers."""

    @pytest.fixture
    def frame(self):
        """L (1, 64, 96) of a light disc on a dark ground, and planes with a red hint on it."""
        y, x = np.mgrid[:64, :96].astype(np.float32)
        disc = np.hypot(x - 30, y - 32) < 14
        lightness = np.where(disc, 70, 30).astype(np.float32) + np.sin(x + 3 * y)
        ab, mask = np.zeros((64, 96, 2), np.float32), np.zeros((64, 96), np.float32)
        ab[29:35, 27:33], mask[29:35, 27:33] = (50, 40), 1
        return lightness[None], ab[None], mask[None]

    def test_it_colours_what_has_moved_without_any_hint_there(self, colorizer, frame):
        """The disc has moved; it alone is red on the other frame, whether followed or lost."""
        _, memory = colorizer.remember(*frame, None, {0: (30.0, 32.0)})
        moved = np.roll(frame[0], 40, 2)
        nothing = np.zeros((1, 64, 96, 2), np.float32), np.zeros((1, 64, 96), np.float32)
        plain = colorizer.color_planes(moved, *nothing)[0, 32, 70]
        for places in ({0: (70.0, 32.0)}, {}):
            result = colorizer.color_planes(moved, *nothing, memory, places)[0]
            assert result[32, 70, 0] > plain[0] + 15
            assert result[32, 70, 0] > result[5, 10, 0] + 15

    def test_it_holds_the_colour_that_was_asked_for(self, colorizer, frame):
        _, memory = colorizer.remember(*frame, None, {0: (30.0, 32.0)})
        for level in memory.levels:
            assert len(level.seen) > 0
            assert np.allclose(level.color[:, :2] * 110, (50, 40), atol=0.1)
            assert np.abs(level.offset).max() < 8
