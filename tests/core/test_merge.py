"""tui_colorize.merge: luma stays what it was, whatever the chroma."""

from __future__ import annotations

import numpy as np
import pytest

from model.color import rgb_to_lab
from tui_colorize.color import max_chroma
from tui_colorize.merge import merge
from tui_colorize.picture import Picture

DEPTHS = [np.uint8, np.uint16]
# of L at the 99.9th percentile
LUMA_BARS = {np.uint8: 0.5, np.uint16: 0.02}


def with_ab(ab):
    """A chroma that gives these planes (H, W, 2)."""
    return lambda rows, lightness: np.dstack([lightness, ab[rows]]).astype(np.float32)


def lab_of(image):
    return np.stack(rgb_to_lab(*np.moveaxis(image / np.iinfo(image.dtype).max, 2, 0)), 2)


@pytest.fixture
def wild():
    """L (200, 300) over all of 0..100 and ab mostly outside the gamut."""
    rng = np.random.default_rng(0)
    lightness = rng.uniform(0, 100, (200, 300)).astype(np.float32)
    lightness[0, :10], lightness[0, 10:20] = 0, 100
    angle, chroma = rng.uniform(0, 2 * np.pi, (200, 300)), rng.uniform(0, 130, (200, 300))
    return lightness, np.dstack([chroma * np.cos(angle), chroma * np.sin(angle)])


@pytest.mark.parametrize("dtype", DEPTHS)
def test_without_chroma_all_channels_are_equal(dtype):
    top = np.iinfo(dtype).max
    gray = np.arange(top + 1, dtype=dtype).reshape(16, -1)
    result = merge(Picture.of(gray).lightness, with_ab(np.zeros((*gray.shape, 2))), dtype)
    assert result.dtype == dtype
    # in 16 bits the last one is rounded by itself in every channel
    assert np.ptp(result.astype(int), axis=2).max() <= (dtype == np.uint16)


def test_8_bit_gray_without_chroma_is_the_source():
    gray = np.arange(256, dtype=np.uint8).reshape(16, 16)
    result = merge(Picture.of(gray).lightness, with_ab(np.zeros((16, 16, 2))), np.uint8)
    assert np.array_equal(result, np.dstack([gray] * 3))


def test_16_bit_gray_without_chroma_is_the_source_but_for_rounding():
    gray = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    result = merge(Picture.of(gray).lightness, with_ab(np.zeros((256, 256, 2))), np.uint16)
    assert np.abs(result.astype(int) - gray[..., None]).max() <= 8


@pytest.mark.parametrize(("dtype", "most"), [(np.uint8, 1), (np.uint16, 160)])
def test_colours_of_the_gamut_come_back(dtype, most):
    """In 16 bits within half a step of 8, which is as well as OpenCV knows the matrix."""
    top = np.iinfo(dtype).max
    rng = np.random.default_rng(0)
    rgb = rng.integers(0, top + 1, (120, 100, 3), dtype=dtype)
    rgb[rng.random(rgb.shape) < 0.1] = top
    rgb[rng.random(rgb.shape) < 0.1] = 0
    lab = lab_of(rgb)
    result = merge(lab[..., 0].astype(np.float32), with_ab(lab[..., 1:]), dtype)
    assert np.abs(result.astype(int) - rgb).max() <= most


@pytest.mark.parametrize("dtype", DEPTHS)
def test_luma_is_kept_for_any_chroma(wild, dtype):
    lightness, ab = wild
    result = merge(lightness, with_ab(ab), dtype)
    off = np.abs(lab_of(result)[..., 0] - lightness)
    assert np.percentile(off, 99.9) <= LUMA_BARS[dtype]
    assert off.max() <= 3 * LUMA_BARS[dtype]


def test_black_and_white_stay_black_and_white(wild):
    lightness, ab = wild
    result = merge(lightness, with_ab(ab), np.uint16)
    assert result[0, :10].max() <= 4
    assert result[0, 10:20].min() >= 65535 - 40


def test_out_of_gamut_the_hue_stays_and_most_of_the_chroma(wild):
    """Within a few degrees, and about what sRGB has at that L and hue."""
    lightness, ab = wild
    result = lab_of(merge(lightness, with_ab(ab), np.uint16))
    hue = np.degrees(np.arctan2(ab[..., 1], ab[..., 0]))
    asked = np.hypot(*np.moveaxis(ab, 2, 0))
    most = max_chroma(lightness, hue)
    outside = (asked > most + 1) & (most > 8) & (lightness > 5)
    assert outside.sum() > 10000
    found = np.degrees(np.arctan2(result[..., 2], result[..., 1]))
    turn = np.abs((found - hue + 180) % 360 - 180)[outside]
    assert np.percentile(turn, 99) < 6
    chroma = np.hypot(result[..., 1], result[..., 2])
    share = (chroma / most)[outside]
    assert np.percentile(share, 99) < 1.1
    assert np.percentile(share, 1) > 0.5
    assert np.median(share) > 0.97
    inside = asked < most - 1
    # but for pale yellows, which leave the gamut and come back at more chroma
    assert np.percentile(np.abs(chroma - asked)[inside], 99.8) < 0.3


@pytest.mark.parametrize("dtype", DEPTHS)
def test_strips_do_not_show(wild, dtype, monkeypatch):
    lightness, ab = wild
    whole = merge(lightness, with_ab(ab), dtype)
    monkeypatch.setattr("tui_colorize.merge._STRIP", 1000)
    strips = merge(lightness, with_ab(ab), dtype)
    assert np.abs(strips.astype(int) - whole).max() <= 1
    assert (strips != whole).mean() < 1e-3


def test_strips_cover_all_rows_once():
    seen = []

    def chroma(rows, lightness):
        seen.extend(range(rows.start, rows.stop))
        assert lightness.shape == (rows.stop - rows.start, 2000)
        return np.dstack([lightness, lightness * 0, lightness * 0])

    merge(np.zeros((300, 2000), np.float32), chroma, np.uint8)
    assert sorted(seen) == list(range(300))


@pytest.mark.parametrize("width", range(1, 6))
def test_tiny_pictures_of_every_shape(width):
    """Shapes that OpenCV could take for a vector or a scalar."""
    for height in range(1, 6):
        rng = np.random.default_rng(height)
        rgb = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
        lab = lab_of(rgb)
        result = merge(lab[..., 0].astype(np.float32), with_ab(lab[..., 1:]), np.uint8)
        assert result.shape == rgb.shape
        assert np.abs(result.astype(int) - rgb).max() <= 1
