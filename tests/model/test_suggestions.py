"""model.suggestions and model.calibration: what is suggested, and whether it comes true."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from model.bins import bin_centers, bin_table
from model.calibration import Tally
from model.losses import bin_targets
from model.suggestions import cover


def one_hot(*places):
    """(M, bins): all probability on the bin of each (a, b)."""
    bins = bin_centers()
    return np.stack([(bins == place).all(1) for place in places]).astype(np.float32)


def tally(picture, share, other):
    """Judges logits that give the true bin `share` of the probability, and the rest to `other`."""
    ab = ab_of(picture)
    target = bin_targets(ab, torch.from_numpy(bin_table()))
    chances = share * nn.functional.one_hot(target, len(bin_centers())).float()
    chances[..., other] += 1 - share
    counter = Tally()
    for _ in range(2):
        counter.add(chances.permute(0, 3, 1, 2).log(), ab, torch.zeros_like(ab[:, :1]))
    return counter.judgement()


def test_many_places_at_once_are_as_each_alone():
    random = np.random.default_rng(0)
    chances = random.dirichlet(np.full(len(bin_centers()), 0.05), 5).astype(np.float32)
    colors, masses = cover(chances, 4)
    for row in range(5):
        alone, mass = cover(chances[row : row + 1], 4)
        assert np.allclose(alone[0], colors[row])
        assert np.allclose(mass[0], masses[row])


def test_what_is_left_over_is_zero():
    colors, masses = cover(one_hot((30, 20), (0, 0)), 3)
    assert masses.tolist() == [[1, 0, 0], [1, 0, 0]]
    assert colors[:, 0].tolist() == [[30, 20], [0, 0]]
    assert not colors[:, 1:].any()


@pytest.fixture(scope="module")
def red():
    """A picture of one colour, in a bin's middle as nearly as 8 bits allow."""
    picture = np.empty((1, 3, 256, 256), np.uint8)
    picture[0, 0], picture[0, 1], picture[0, 2] = 176, 107, 103
    return picture


def ab_of(picture):
    from model.color import rgb_to_lab

    rgb = torch.from_numpy(picture).float() / 255
    return torch.cat(rgb_to_lab(*rgb.chunk(3, 1))[1:], 1)


def far(picture):
    """A bin far from the picture's colour."""
    a, b = ab_of(picture)[0, :, 0, 0].tolist()
    return int(np.square(bin_centers() - (a - 60, b)).sum(1).argmin())


def test_certain_and_right(red):
    judgement = tally(red, 1.0, far(red))
    assert judgement.recall == 1
    assert judgement.error == pytest.approx(0, abs=1e-3)
    assert sum(judgement.count) >= 40


def test_certain_and_wrong(red):
    judgement = tally(red, 0.0, far(red))
    assert judgement.recall == 0
    assert judgement.error == pytest.approx(1, abs=1e-3)


def test_claims_that_come_true_too_often(red):
    """The truth is claimed with 0.3, the other colour with 0.7: both are 0.7 off."""
    judgement = tally(red, 0.3, far(red))
    assert judgement.recall == 1
    assert judgement.claimed[-2:] == pytest.approx([0.3, 0.7], abs=1e-3)
    assert judgement.true[-2:] == [1, 0]


def test_places_with_a_hint_are_not_judged():
    """All but the right lower quarter is hinted, and only there the logits are right."""
    ab = torch.zeros(2, 2, 32, 32)
    mask = torch.ones(2, 1, 32, 32)
    mask[..., 16:, 16:] = 0
    logits = torch.full((2, len(bin_centers()), 8, 8), -99.0)
    gray = int(np.abs(bin_centers()).sum(1).argmin())
    logits[:, 3] = 0.0
    logits[:, gray, 4:, 4:] = 99.0
    counter = Tally()
    counter.add(logits, ab, mask)
    assert counter.judgement().recall == 1
