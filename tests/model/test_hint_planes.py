"""model.hint_planes: patches painted as the user ordered them, and the network's input."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from model.hint_planes import hint_planes, paint


def boxes_of(*boxes):
    return torch.tensor([boxes], dtype=torch.int64).view(1, len(boxes), 4)


def colors_of(*colors):
    return torch.tensor([colors], dtype=torch.float32).view(1, len(colors), 2)


def paint_slowly(boxes, colors, height, width):
    """What paint does, one rectangle after the other."""
    ab = np.zeros((len(boxes), 2, height, width), np.float32)
    mask = np.zeros((len(boxes), 1, height, width), np.float32)
    for n, (some, theirs) in enumerate(zip(boxes.tolist(), colors.tolist(), strict=True)):
        for (x0, y0, x1, y1), color in zip(some, theirs, strict=True):
            rows, columns = slice(max(y0, 0), max(y1, 0)), slice(max(x0, 0), max(x1, 0))
            ab[n, :, rows, columns] = np.array(color, np.float32)[:, None, None]
            mask[n, 0, rows, columns] = 1
    return ab, mask


def random_patches():
    """Boxes (3, 60, 4), many overlapping, beyond the picture or empty, and colours."""
    random = torch.Generator().manual_seed(3)
    low = torch.randint(-6, 40, (3, 60, 2), generator=random)
    side = torch.randint(-1, 9, (3, 60, 2), generator=random)
    colors = torch.randn(3, 60, 2, generator=random) * 50
    return torch.cat([low, low + side], -1), colors


def test_input_has_luma_hints_and_mask_in_this_order():
    lightness = torch.tensor([0.0, 50.0, 100.0]).view(1, 1, 1, 3)
    ab = torch.tensor([[110.0, 55.0, 7.0], [-110.0, 0.0, 7.0]]).view(1, 2, 1, 3)
    mask = torch.tensor([1.0, 1.0, 0.0]).view(1, 1, 1, 3)
    planes = hint_planes(lightness, ab, mask)
    assert planes[0, :, 0].tolist() == [[-1, 0, 1], [1, 0.5, 0], [-1, 0, 0], [1, 1, 0]]


def test_a_patch_covers_its_box_with_the_end_excluded():
    ab, mask = paint(boxes_of((2, 1, 5, 3)), colors_of((10, -20)), 6, 8)
    assert ab.shape == (1, 2, 6, 8)
    assert mask.shape == (1, 1, 6, 8)
    assert mask[0, 0].nonzero().tolist() == [[y, x] for y in (1, 2) for x in (2, 3, 4)]
    assert (ab[0, :, 1:3, 2:5] == torch.tensor([10.0, -20.0])[:, None, None]).all()
    assert float(ab.abs().sum()) == 6 * 30


def test_the_later_patch_wins_where_they_overlap():
    below, above = (0, 0, 4, 4), (2, 2, 6, 6)
    ab, _ = paint(boxes_of(below, above), colors_of((1, 1), (2, 2)), 6, 6)
    assert float(ab[0, 0, 3, 3]) == 2
    ab, _ = paint(boxes_of(above, below), colors_of((2, 2), (1, 1)), 6, 6)
    assert float(ab[0, 0, 3, 3]) == 1


@pytest.mark.parametrize(
    ("box", "area"),
    [
        ((-3, -3, 2, 2), 4),
        ((6, 4, 99, 99), 4),
        ((-5, -5, 99, 99), 48),
        ((8, 0, 12, 4), 0),
        ((0, 6, 4, 9), 0),
        ((-9, -9, -2, -2), 0),
        ((3, 3, 3, 3), 0),
        ((5, 5, 2, 2), 0),
        ((5, 1, 2, 4), 0),
    ],
)
def test_patches_are_clipped_to_the_picture(box, area):
    ab, mask = paint(boxes_of(box), colors_of((5, 5)), 6, 8)
    assert int(mask.sum()) == area
    assert float(ab.sum()) == area * 10


def test_no_patches_paint_nothing():
    ab, mask = paint(boxes_of(), colors_of(), 4, 6)
    assert ab.shape == (1, 2, 4, 6)
    assert mask.shape == (1, 1, 4, 6)
    assert not ab.any()
    assert not mask.any()


def test_a_gray_hint_is_a_hint():
    ab, mask = paint(boxes_of((1, 1, 2, 2)), colors_of((0, 0)), 4, 4)
    assert not ab.any()
    assert int(mask.sum()) == 1


@pytest.mark.parametrize("at_once", [1 << 22, 500, 1])
def test_equals_painting_one_by_one(monkeypatch, at_once):
    """However few patches are painted at once."""
    monkeypatch.setattr("model.hint_planes._AT_ONCE", at_once)
    boxes, colors = random_patches()
    ab, mask = paint(boxes, colors, 33, 38)
    expected_ab, expected_mask = paint_slowly(boxes, colors, 33, 38)
    assert np.array_equal(ab.numpy(), expected_ab)
    assert np.array_equal(mask.numpy(), expected_mask)
