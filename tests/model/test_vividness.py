"""model.vividness: more colour where no hint speaks, and nothing else."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch

from model.unet import HintUNet, Prediction
from model.vividness import DEFAULT, enliven


@pytest.fixture
def prediction():
    """Two pictures of 64 x 64, pale; nothing is decided by hints."""
    ab = torch.rand(2, 2, 64, 64, generator=torch.Generator().manual_seed(0)) * 0.2 - 0.05
    return Prediction(ab, torch.empty(0), (), torch.zeros(2, 1, 8, 8))


def spread(ab):
    """Mean distance from the mean colour, for each picture."""
    return (ab - ab.mean((2, 3), keepdim=True)).norm(dim=1).mean((1, 2))


def test_none_changes_nothing(prediction):
    assert torch.equal(enliven(prediction, 0.0), prediction.ab)


def test_more_is_more_colourful(prediction):
    shares = (0.0, 0.2, DEFAULT, 0.7, 1.0)
    found = [spread(enliven(prediction, share)) for share in shares]
    assert all(bool((more > less).all()) for less, more in pairwise(found))
    assert torch.allclose(found[-1], 2.5 * found[0], rtol=0.05)


def test_a_cast_grows_less_than_what_stands_out_from_it(prediction):
    flat = prediction._replace(ab=torch.full((2, 2, 64, 64), 0.1))
    assert torch.allclose(enliven(flat, 1.0), torch.tensor(0.175))


def test_gray_stays_gray(prediction):
    gray = prediction._replace(ab=torch.zeros(2, 2, 64, 64))
    assert not enliven(gray, 1.0).any()


def test_what_hints_decide_stays_as_it_is(prediction):
    """The left half is decided in one picture; only that picture's right half changes."""
    confidence = torch.zeros(2, 1, 8, 8)
    confidence[0, ..., :4] = 0.5
    confidence[1] = 0.9
    decided = prediction._replace(confidence=confidence)
    vivid = enliven(decided, 1.0)
    assert torch.equal(vivid[1], decided.ab[1])
    assert torch.equal(vivid[0, ..., :28], decided.ab[0, ..., :28])
    right = slice(36, None)
    assert not torch.isclose(vivid[0, ..., right], decided.ab[0, ..., right]).any(0).all()


def test_decided_colours_do_not_count_for_the_cast(prediction):
    """A red that hints decide doesn't make the rest greener."""
    confidence = torch.zeros(2, 1, 8, 8)
    confidence[..., :4] = 1.0
    ab = prediction.ab.clone()
    ab[..., :32] = 0.1
    redder = ab.clone()
    redder[..., :28] = 0.8
    first, second = (
        enliven(prediction._replace(ab=one, confidence=confidence), 1.0) for one in (ab, redder)
    )
    assert torch.allclose(first[..., 36:], second[..., 36:])


def test_it_stays_in_range(prediction):
    strong = prediction._replace(ab=prediction.ab * 9)
    vivid = enliven(strong, 1.0)
    assert float(vivid.min()) >= -1
    assert float(vivid.max()) == 1


def test_the_network_is_confident_of_hints_alone(tiny, shaken, sparse_planes):
    network = shaken(HintUNet(tiny)).eval()
    with torch.no_grad():
        none, one = network(sparse_planes({}, {(30, 30): (0.5, -0.2)})).confidence
    assert none.shape == (1, 8, 8)
    assert not none.any()
    assert float(one.max()) > 0.05
    assert 0 <= float(one.min()) <= float(one.max()) <= 1
