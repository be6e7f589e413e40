"""model.reach: regions that are what they should be, and measures that can be checked by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from model.reach import find_region, judge_reach
from model.unet import Prediction

DISC = np.hypot(*(np.indices((128, 128)) - np.array([64, 36])[:, None, None])) < 16


@pytest.fixture
def picture():
    """(3, 128, 128): a brown disc in the left half of a light green, both with some noise."""
    random = np.random.default_rng(0)
    rgb = np.where(DISC[None], np.array([120, 90, 70])[:, None, None], 0)
    rgb = np.where(DISC[None], rgb, np.array([170, 190, 160])[:, None, None])
    return np.clip(rgb + random.integers(-3, 4, rgb.shape), 0, 255).astype(np.uint8)


class Spreader(nn.Module):
    """Paints what `choose` makes of each hint's mask and the luma with the hint's colour."""

    def __init__(self, choose):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))
        self.choose = choose

    def forward(self, planes):
        ab = torch.zeros_like(planes[:, 1:3])
        hints = planes[0, 1:3, planes[0, 3] > 0].T.unique(dim=0)
        for color in hints:
            own = (planes[0, 1:3] - color[:, None, None]).abs().amax(0) < 1e-6
            own &= planes[0, 3] > 0
            ab[0] = torch.where(self.choose(own, planes[0, 0]), color[:, None, None], ab[0])
        return Prediction(ab, ab)


def like(own, luma):
    """What is about as light as the hint's place; of dark things those in its half alone."""
    lightness = luma[own].mean()
    same = (luma - lightness).abs() < 0.2
    if lightness > 0.3:
        return same
    left = torch.arange(own.shape[1]) < own.shape[1] / 2
    return same & (left == bool(own[:, left].any()))


def test_the_region_is_the_disc(picture):
    region = find_region(picture)
    assert (region & DISC).sum() > 0.9 * DISC.sum()
    assert (region & ~DISC).sum() < 0.05 * DISC.sum()


def test_nothing_stands_out_of_a_plain_or_a_soft_picture(picture):
    plain = np.full((3, 128, 128), 90, np.uint8)
    assert find_region(plain) is None
    ramp = np.broadcast_to(np.linspace(40, 200, 128).astype(np.uint8), (3, 128, 128)).copy()
    assert find_region(ramp) is None
    assert judge_reach(Spreader(like), plain[None]) is None


def test_a_network_that_stops_at_the_edge(picture):
    found = judge_reach(Spreader(like), picture[None])
    assert found.pictures == 1
    assert found.reached > 0.95
    assert found.leaked == 0
    assert found.beside == 0
    assert found.apart > 0.95


def test_a_network_that_stays_under_the_hint(picture):
    found = judge_reach(Spreader(lambda own, _: own), picture[None])
    assert found.reached < 0.2
    assert found.leaked == 0


def test_a_network_that_gives_all_the_hints_colour(picture):
    """The last of the hints, in the order of their colours, takes the whole picture."""
    flooded = Spreader(lambda own, _: torch.ones_like(own))
    found = judge_reach(flooded, picture[None])
    assert found.apart == pytest.approx(0.5, abs=0.05)
    assert (found.leaked > 0.95) == (found.reached > 0.95)
