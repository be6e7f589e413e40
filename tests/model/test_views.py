"""model.views: second views and what is remembered on them."""

from __future__ import annotations

import pytest
import torch

from model.attention import Memory
from model.augment import Augment
from model.views import Tracker, Views

SIDE, ROW, COLUMN = 64, 30, 34


@pytest.fixture
def augment() -> Augment:
    return Augment(torch.Generator().manual_seed(3))


def cell(n: int) -> Memory:
    """One remembered cell in the middle of a dot on each of n pictures."""
    place = torch.tensor([[(ROW + 0.5) / SIDE, (COLUMN + 0.5) / SIDE]]).expand(n, 1, 2)
    sure = torch.ones(n, 1, dtype=torch.bool)
    seen = torch.arange(n, dtype=torch.float32)[:, None, None]
    return Memory(seen, torch.ones(n, 1, 3), place, sure, sure)


def test_remembered_places_move_as_the_picture_does(augment):
    n = 40
    views = Views.draw(n, Tracker(nothing=0, unrelated=0), augment)
    dot = torch.zeros(n, 1, SIDE, SIDE)
    dot[..., ROW - 1 : ROW + 2, COLUMN - 1 : COLUMN + 2] = 1
    shown = views.show(dot)[:, 0]
    place = views.recall(cell(n), Tracker(wrong=0), augment).place[:, 0] * SIDE - 0.5
    checked = 0
    for picture, (row, column) in zip(shown, place, strict=True):
        if not (4 < row < SIDE - 4 and 4 < column < SIDE - 4):
            continue
        checked += 1
        window = picture[int(row) - 2 : int(row) + 4, int(column) - 2 : int(column) + 4]
        assert float(window.max()) > 0.9
    assert checked > n / 3


def test_what_has_left_the_picture_is_lost(augment):
    views = Views(
        torch.tensor([[[1.0, 0, 0.5], [0, 1.0, 0]]]), torch.tensor([0]), torch.tensor([True])
    )
    memory = cell(1)._replace(place=torch.tensor([[[0.5, 0.1]]]))
    for _ in range(20):
        assert not views.recall(memory, Tracker(all_lost=0), augment).placed.any()


def test_shares_of_the_tracker(augment):
    """All lost, some lost, nothing known, another picture's: each as often as it should be."""
    n = 4000
    tracker = Tracker(nothing=0.2, unrelated=0.1, all_lost=0.5)
    views = Views.draw(n, tracker, augment)
    still = Views(torch.eye(2, 3).expand(n, 2, 3), views.source, views.known)
    memory = still.recall(cell(n), tracker, augment)
    assert float(memory.valid.float().mean()) == pytest.approx(0.8, abs=0.03)
    other = memory.seen[:, 0, 0] != torch.arange(n)
    assert float(other.float().mean()) == pytest.approx(0.1, abs=0.02)
    assert not memory.placed[other].any()
    # half of the pictures have lost everything, the others half of it on average
    placed = memory.placed[views.related].float().mean()
    assert float(placed) == pytest.approx(0.25, abs=0.03)
    assert (views.related == (memory.valid[:, 0] & ~other)).all()
