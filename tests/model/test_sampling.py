"""model.sampling: simulated users put as many hints, of such sizes, with true colours."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional as F

from model.sampling import User, draw_counts, simulate


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(5)


@pytest.fixture
def truth(generator):
    """True colours (100, 2, 40, 48), never 0."""
    return torch.rand(100, 2, 40, 48, generator=generator) * 80 + 5


def test_a_share_of_the_pictures_has_no_hints(generator):
    counts = draw_counts(20000, User(), generator)
    assert counts.dtype == torch.int64
    assert float((counts == 0).float().mean()) == pytest.approx(User().no_hints, abs=0.01)
    assert int(counts.max()) == User().max_count


def test_few_hints_are_geometric(generator):
    counts = draw_counts(20000, User(no_hints=0, few=1), generator)
    assert int(counts.min()) == 1
    assert float(counts.float().mean()) == pytest.approx(8, abs=0.2)
    for count in (1, 2, 8):
        share = float((counts == count).float().mean())
        assert share == pytest.approx((7 / 8) ** (count - 1) / 8, abs=0.01)


def test_the_rest_is_log_uniform_up_to_the_maximum(generator):
    counts = draw_counts(20000, User(no_hints=0, few=0), generator)
    assert int(counts.min()) == 1
    assert int(counts.max()) == 200
    for count in (1, 10, 50, 150):
        share = float((counts <= count).float().mean())
        assert share == pytest.approx(math.log(count + 1) / math.log(201), abs=0.015)


def test_a_small_maximum_is_kept(generator):
    assert int(draw_counts(2000, User(max_count=5), generator).max()) == 5


def test_a_patch_is_a_square_with_the_mean_true_colour_of_it(truth, generator):
    hints, mask = simulate(truth, torch.ones(100, dtype=torch.int64), User(dense=0), generator)
    sides = set()
    for ab, hint, where in zip(truth, hints, mask[:, 0], strict=True):
        rows, columns = where.nonzero().T
        height, width = int(rows.max() - rows.min()) + 1, int(columns.max() - columns.min()) + 1
        assert height == width
        assert int(where.sum()) == height * width
        sides.add(height)
        inside = where > 0
        mean = ab[:, inside].mean(1)
        assert torch.allclose(hint[:, inside], mean[:, None].expand(2, height * width), atol=1e-4)
        assert not hint[:, ~inside].any()
    assert sides == set(range(1, 10))


def test_the_number_of_patches_is_the_count(generator):
    """Patches of one pixel in a large picture rarely meet."""
    ab = torch.ones(4, 2, 256, 256)
    counts = torch.tensor([0, 1, 40, 200])
    _, mask = simulate(ab, counts, User(dense=0, max_patch=1), generator)
    painted = mask.sum((1, 2, 3)).tolist()
    assert painted[:2] == [0, 1]
    assert 37 <= painted[2] <= 40
    assert 190 <= painted[3] <= 200


def test_places_reach_every_part_and_favour_the_centre(generator):
    ab = torch.ones(200, 2, 32, 32)
    counts = torch.full((200,), 50)
    _, mask = simulate(ab, counts, User(dense=0, max_patch=1), generator)
    share = mask.mean((0, 1))
    assert share.min() > 0
    assert float(share[12:20, 12:20].mean()) > 2 * float(share[4:8, 4:8].mean())


def test_without_a_count_nothing_is_hinted(truth, generator):
    hints, mask = simulate(truth, torch.zeros(100, dtype=torch.int64), User(dense=1), generator)
    assert not hints.any()
    assert not mask.any()


def test_dense_regions_hold_softened_true_colours(truth, generator):
    hints, mask = simulate(truth, torch.ones(100, dtype=torch.int64), User(dense=1), generator)
    soft = F.avg_pool2d(truth, 3, 1, 1)
    hinted = mask[:, 0] > 0
    other = (hints != soft).any(1) & hinted
    # what is not carried over is the one patch
    assert int(other.sum((1, 2)).max()) <= 81
    assert int(hinted.sum()) > 5 * int(other.sum())
    assert not hints[~hinted[:, None].expand_as(hints)].any()


def test_dense_regions_are_rectangles_in_which_most_is_hinted(generator):
    ab = torch.ones(200, 2, 40, 48)
    user = User(dense=1, max_patch=1, max_count=1)
    _, mask = simulate(ab, torch.ones(200, dtype=torch.int64), user, generator)
    rectangles = []
    for where in mask[:, 0]:
        rows = where[where.sum(1) > 1]
        if len(rows):
            columns = (rows.sum(0) > 0).nonzero()
            width = int(columns.max() - columns.min()) + 1
            rectangles.append(
                (len(rows) * width / where.numel(), float(rows.sum()) / len(rows) / width)
            )
    areas, densities = torch.tensor(rectangles).T
    assert float(areas.min()) < 0.1
    assert float(areas.max()) > 0.5
    assert float(densities.median()) > 0.5


def test_dense_regions_come_about_as_often_as_asked(generator):
    ab = torch.ones(4000, 2, 32, 32)
    counts = torch.ones(4000, dtype=torch.int64)
    _, mask = simulate(ab, counts, User(dense=0.2, max_patch=1, max_count=1), generator)
    share = float((mask.sum((1, 2, 3)) > 1).float().mean())
    # some rectangles come out empty
    assert 0.15 < share < 0.21


def test_the_seed_decides_everything(truth):
    counts = torch.arange(100)
    first, again, other = (
        simulate(truth, counts, User(dense=0.5), torch.Generator().manual_seed(seed))
        for seed in (1, 1, 2)
    )
    assert torch.equal(first[0], again[0])
    assert torch.equal(first[1], again[1])
    assert not torch.equal(first[1], other[1])
