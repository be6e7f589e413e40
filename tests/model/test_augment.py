"""model.augment: old film stays in range, and colours change only where a hint can tell."""

from __future__ import annotations

import math

import pytest
import torch

from model.augment import Augment

CHANGES = ("_blur", "_curve", "_vignette", "_grain", "_scratches", "_blocks")


@pytest.fixture
def augment():
    return Augment(torch.Generator().manual_seed(2))


@pytest.fixture
def lightness():
    """L (64, 1, 40, 44), 0..100: waves in different directions with texture."""
    random = torch.Generator().manual_seed(4)
    y, x = torch.meshgrid(torch.arange(40.0), torch.arange(44.0), indexing="ij")
    turn = torch.rand(64, 1, 1, 1, generator=random) * 6
    wave = torch.sin(x / 5 * turn.cos() + y / 5 * turn.sin())
    noise = torch.rand(64, 1, 40, 44, generator=random) * 10
    return (50 + 45 * wave + noise - 5).clamp(0, 100)


class Fixed(Augment):
    """Draws the same number every time."""

    def __init__(self, value: float) -> None:
        super().__init__(torch.Generator().manual_seed(0))
        self.value = value

    def rand(self, *shape: int) -> torch.Tensor:
        return torch.full(shape, self.value)


def test_film_stays_in_range_and_leaves_its_input_alone(augment, lightness):
    before = lightness.clone()
    old = augment.film(lightness, share=1)
    assert old.shape == lightness.shape
    assert old.min() >= 0
    assert old.max() <= 100
    assert torch.equal(lightness, before)
    changed = (old - lightness).abs().amax((1, 2, 3)) > 1
    assert float(changed.float().mean()) > 0.8


def test_film_touches_the_share_of_pictures_that_is_asked(augment, lightness):
    assert torch.allclose(augment.film(lightness, share=0), lightness, atol=1e-4)
    many = lightness[:1].expand(2000, -1, -1, -1)[:, :, :8, :8]
    changed = (augment.film(many, share=0.35) - many).abs().amax((1, 2, 3)) > 1e-3
    # of those chosen, (1 - 0.4) ** 6 = 5 % happen to draw no change at all
    assert float(changed.float().mean()) == pytest.approx(0.35 * 0.95, abs=0.04)


def test_every_picture_draws_its_own_film(augment, lightness):
    same = lightness[:1].expand(16, -1, -1, -1)
    old = augment.film(same, share=1)
    assert len({tuple(picture.flatten().tolist()) for picture in old}) > 12


def test_film_follows_the_seed(lightness):
    first, again, other = (
        Augment(torch.Generator().manual_seed(seed)).film(lightness, 1) for seed in (1, 1, 2)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.parametrize("name", CHANGES)
def test_each_change_of_film_changes_something_and_keeps_the_picture(augment, lightness, name):
    before = lightness / 100
    after = getattr(augment, name)(before)
    assert after.shape == before.shape
    assert torch.isfinite(after).all()
    assert float((after - before).abs().mean()) > 1e-4
    rows = torch.stack([before.flatten(1), after.flatten(1)], 1)
    correlation = torch.stack([torch.corrcoef(pair)[0, 1] for pair in rows])
    assert float(correlation.median()) > 0.5


def test_blocks_with_a_tiny_step_change_nothing():
    random = torch.rand(2, 1, 20, 27, generator=torch.Generator().manual_seed(0))
    almost_zero = Fixed(-2 / 14 + 1e-5)  # makes the step 1e-4 of what it is at least
    assert torch.allclose(almost_zero._blocks(random), random, atol=1e-4)


def test_blocks_are_quantised_eight_by_eight():
    """A second pass finds nothing to do; what is left over at the ends is not touched."""
    random = torch.rand(2, 1, 20, 27, generator=torch.Generator().manual_seed(0))
    coarse = Fixed(1.0)
    once = coarse._blocks(random)
    assert float((once - random)[:, :, :16, :24].abs().max()) > 0.02
    assert torch.allclose(coarse._blocks(once), once, atol=1e-5)
    assert torch.equal(once[:, :, 16:], random[:, :, 16:])
    assert torch.equal(once[:, :, :, 24:], random[:, :, :, 24:])


def test_blocks_do_not_mix():
    picture = torch.rand(1, 1, 16, 16, generator=torch.Generator().manual_seed(0))
    changed = picture.clone()
    changed[:, :, :8, :8] = 0.3
    coarse = Fixed(0.5)
    first, second = coarse._blocks(picture), coarse._blocks(changed)
    assert torch.equal(first[:, :, 8:], second[:, :, 8:])
    assert torch.equal(first[:, :, :8, 8:], second[:, :, :8, 8:])


def test_colours_change_only_where_there_are_hints(augment):
    ab = torch.rand(400, 2, 4, 4, generator=torch.Generator().manual_seed(0)) * 60 - 30
    hinted = torch.arange(400) % 2 == 0
    changed = augment.colors(ab, hinted)
    moved = (changed - ab).abs().amax((1, 2, 3)) > 1e-3
    assert not moved[~hinted].any()
    # 1 - (1 - 0.1)(1 - 0.2): rotated or scaled
    assert float(moved[hinted].float().mean()) == pytest.approx(0.28, abs=0.08)


def test_colours_of_a_picture_turn_and_scale_together(augment):
    ab = torch.rand(400, 2, 3, 3, generator=torch.Generator().manual_seed(0)) * 40 - 20
    ab[:, :, 0, 0] = 0
    changed = augment.colors(ab, torch.ones(400, dtype=torch.bool))
    assert not changed[:, :, 0, 0].any()
    before, after = torch.complex(*ab.unbind(1)), torch.complex(*changed.unbind(1))
    factor = (after / before).flatten(1)[:, 1:]
    assert torch.allclose(factor, factor[:, :1].expand_as(factor), atol=1e-3)
    angle, scale = factor[:, 0].angle(), factor[:, 0].abs()
    assert float((angle.abs() > 1e-3).float().mean()) == pytest.approx(0.1, abs=0.05)
    assert float(angle.abs().max()) > math.pi / 2
    assert 0.7 < float(scale.min()) < 1 < float(scale.max()) < 1.7


def test_colours_stay_within_what_the_network_can_say(augment):
    ab = torch.full((300, 2, 2, 2), 100.0)
    assert float(augment.colors(ab, torch.ones(300, dtype=torch.bool)).abs().max()) <= 105
