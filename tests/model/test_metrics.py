"""model.metrics: figures that can be checked by hand."""

from __future__ import annotations

import math

import pytest
import torch

from model.metrics import colorfulness, psnr, ssim


@pytest.mark.parametrize(("error", "decibel"), [(0.1, 20), (0.01, 40), (1, 0)])
def test_psnr_of_a_constant_error(error, decibel):
    truth = torch.zeros(2, 3, 4, 4)
    assert psnr(truth, truth + error, False).tolist() == pytest.approx([decibel] * 2, abs=1e-4)


def test_psnr_by_hand():
    """One channel of one of four pixels is off by 51 of 255: mean square 0.04 / 12."""
    truth = torch.full((1, 3, 2, 2), 102 / 255)
    result = truth.clone()
    result[0, 1, 0, 1] += 51 / 255
    expected = -10 * math.log10(0.2**2 / 12)
    assert float(psnr(truth, result, True)) == pytest.approx(expected, abs=1e-3)
    assert float(psnr(truth, result, False)) == pytest.approx(expected, abs=1e-3)


def test_psnr_rounds_to_8_bits_if_asked():
    truth = torch.full((1, 3, 2, 2), 100 / 255)
    assert float(psnr(truth, truth + 0.4 / 255, True)) == 100
    assert float(psnr(truth, truth + 0.4 / 255, False)) == pytest.approx(56.09, abs=0.01)
    expected = -20 * math.log10(1 / 255)
    assert float(psnr(truth, truth + 0.6 / 255, True)) == pytest.approx(expected, abs=1e-3)


def noise(seed):
    return torch.rand(2, 3, 24, 32, generator=torch.Generator().manual_seed(seed))


def test_ssim_of_a_picture_with_itself():
    assert ssim(noise(0), noise(0)).tolist() == pytest.approx([1, 1], abs=1e-5)


def test_ssim_of_constants_by_hand():
    """Without any structure only the luminance term is left."""
    dark, bright = torch.full((1, 3, 16, 16), 0.2), torch.full((1, 3, 16, 16), 0.6)
    expected = (2 * 0.2 * 0.6 + 1e-4) / (0.2**2 + 0.6**2 + 1e-4)
    assert float(ssim(dark, bright)) == pytest.approx(expected, abs=1e-4)


def test_ssim_of_the_negative_is_below_zero():
    assert (ssim(noise(0), 1 - noise(0)) < -0.5).all()


def test_ssim_is_of_each_picture_alone():
    truth, result = noise(0), noise(1)
    one = ssim(truth[1:], result[1:])
    assert float(ssim(truth, result)[1]) == pytest.approx(float(one), abs=1e-6)
    assert float(one) < 0.2


def test_gray_is_not_colourful():
    assert colorfulness(noise(0)[:, :1].expand(-1, 3, -1, -1)).tolist() == pytest.approx([0, 0])


def test_colourfulness_by_hand():
    """Half red, half blue: red - green is 255 and 0, yellow - blue 127.5 and -255."""
    rgb = torch.zeros(1, 3, 2, 2)
    rgb[0, 0, 0], rgb[0, 2, 1] = 1, 1
    spreads = [torch.tensor([x, x, y, y]).std().item() for x, y in ((255.0, 0), (127.5, -255))]
    expected = math.hypot(*spreads) + 0.3 * math.hypot(127.5, -63.75)
    assert float(colorfulness(rgb)) == pytest.approx(expected, rel=1e-5)
