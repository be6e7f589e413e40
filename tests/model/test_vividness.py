"""model.vividness: more colour where the network is not sure, and hardly any change elsewhere."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch

from model.bins import bin_centers
from model.color import AB_SCALE
from model.unet import Prediction
from model.vividness import DEFAULT, enliven


def logits(mean, deviation):
    """Of the bins, normal about the mean ab (N, 2, h, w); deviation in ab units, (N, 1, h, w)."""
    centers = torch.from_numpy(bin_centers().copy())[None, :, :, None, None]
    distance = (centers - mean[:, None]).square().sum(2)
    return -distance / deviation.square()  # each of a and b has half of the variance


@pytest.fixture
def doubtful():
    """Two pictures of 64 x 64, pale; nothing about them is sure."""
    ab = torch.rand(2, 2, 64, 64, generator=torch.Generator().manual_seed(0)) * 0.2 - 0.05
    return Prediction(ab, logits(torch.zeros(2, 2, 16, 16), torch.full((2, 1, 16, 16), 18.0)))


@pytest.fixture
def half_sure(doubtful):
    """The same, the left half certain."""
    deviation = torch.full((2, 1, 16, 16), 18.0)
    deviation[..., :8] = 3.0
    return doubtful._replace(logits=logits(torch.zeros(2, 2, 16, 16), deviation))


def spread(ab):
    """Mean distance from the mean colour, for each picture."""
    return (ab - ab.mean((2, 3), keepdim=True)).norm(dim=1).mean((1, 2))


def test_none_changes_nothing(doubtful):
    assert torch.equal(enliven(doubtful, 0.0), doubtful.ab)


def test_more_is_more_colourful(doubtful):
    shares = (0.0, 0.2, DEFAULT, 0.7, 1.0)
    found = [spread(enliven(doubtful, share)) for share in shares]
    assert all(bool((more > less).all()) for less, more in pairwise(found))


def test_all_of_the_missing_energy_is_given_back():
    """Where the mean is a third of the deviation, chroma grows to the root of their squares' sum.

    The signs of the mean change from place to place, so there is no cast.
    """
    signs = torch.where(torch.arange(64) % 32 < 16, 1.0, -1.0)
    mean = torch.zeros(1, 2, 64, 64)
    mean[:, 0] = 12.0 * signs
    deviation = torch.full((1, 1, 16, 16), 15.0)
    spoken = Prediction(mean / AB_SCALE, logits(mean[..., ::4, ::4], deviation))
    before, after = (ab.norm(dim=1)[:, :, 4:12].mean() for ab in (spoken.ab, enliven(spoken, 1.0)))
    assert float(after / before) == pytest.approx((1 + (15**2 - 30) / 12**2) ** 0.5, rel=0.02)


def test_what_is_certain_stays_as_it_is(half_sure):
    vivid = enliven(half_sure, 1.0)
    left, right = slice(0, 28), slice(36, None)
    assert torch.allclose(vivid[..., left], half_sure.ab[..., left], atol=1e-4)
    changed = (vivid - half_sure.ab)[..., right].norm(dim=1).mean()
    assert float(changed) > 0.02


def test_certain_colours_do_not_count_for_the_cast(half_sure):
    """Another hue of what is certain leaves the rest as it is."""
    ab = half_sure.ab.clone()
    ab[..., :32] = torch.tensor([0.3, 0.0])[:, None, None]
    other = ab.clone()
    other[..., :32] = torch.tensor([0.0, 0.3])[:, None, None]
    first, second = (enliven(half_sure._replace(ab=one), 1.0) for one in (ab, other))
    assert torch.allclose(first[..., 36:], second[..., 36:], atol=1e-4)


def test_a_cast_does_not_grow(doubtful):
    flat = doubtful._replace(ab=torch.full((2, 2, 64, 64), 0.1))
    assert torch.allclose(enliven(flat, 1.0), flat.ab, atol=1e-4)


def test_gray_stays_gray(doubtful):
    gray = doubtful._replace(ab=torch.zeros(2, 2, 64, 64))
    assert not enliven(gray, 1.0).any()


def test_it_stays_in_range(doubtful):
    strong = doubtful._replace(ab=doubtful.ab * 9)
    vivid = enliven(strong, 1.0)
    assert float(vivid.min()) >= -1
    assert float(vivid.max()) == 1
