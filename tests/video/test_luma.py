"""Colour under a given Y': exactly the wanted ab where it exists, less chroma where it does not."""

from __future__ import annotations

import numpy as np
import pytest
from makers import to_lab, to_rgb

from model.color import lab_to_rgb, rgb_to_lab
from tui_colorize.video.luma import WEIGHTS, to_chroma


def random_colors(matrix, low=0.0):
    """Y', Cb, Cr and Lab of random colours within the gamut, (60, 70)."""
    rgb = np.random.default_rng(1).uniform(low, 1, (60, 70, 3)).astype(np.float32)
    red, blue = WEIGHTS[matrix]
    luma = rgb @ np.array([red, 1 - red - blue, blue], np.float32)
    cb = (rgb[..., 2] - luma) / (2 * (1 - blue))
    cr = (rgb[..., 0] - luma) / (2 * (1 - red))
    return luma, cb, cr, to_lab(luma, cb, cr, matrix)


@pytest.mark.parametrize("matrix", WEIGHTS)
def test_round_trip(matrix):
    """Cb and Cr come back from Y', a and b, to a small part of a step of 8 bits."""
    luma, cb, cr, lab = random_colors(matrix)
    found_cb, found_cr = to_chroma(luma, np.ascontiguousarray(lab[..., 1:]), matrix)
    error = np.hypot(found_cb - cb, found_cr - cr) * 255
    assert np.percentile(error, 98) < 0.5
    assert np.median(error) < 0.001


@pytest.mark.parametrize("matrix", WEIGHTS)
def test_ab_is_reached(matrix):
    """What is not close to the edge of the gamut gets the wanted a and b."""
    luma, _, _, lab = random_colors(matrix, low=0.15)
    cb, cr = to_chroma(luma, np.ascontiguousarray(lab[..., 1:]), matrix)
    assert np.abs(to_lab(luma, cb, cr, matrix) - lab).max() < 0.2


@pytest.mark.parametrize("matrix", WEIGHTS)
def test_gray_stays_gray(matrix):
    """Without colour there is no chroma at any Y'."""
    luma = np.linspace(0, 1, 301, dtype=np.float32)[None]
    for plane in to_chroma(luma, np.zeros((1, 301, 2), np.float32), matrix):
        assert np.abs(plane).max() < 1e-5


@pytest.mark.parametrize("matrix", WEIGHTS)
def test_gamut(matrix):
    """Any a and b over any Y' give R'G'B' within 0..1, in the direction of the colour."""
    rng = np.random.default_rng(2)
    luma = rng.uniform(0, 1, (80, 80)).astype(np.float32)
    luma[0, :2] = 0, 1
    ab = rng.uniform(-160, 160, (80, 80, 2)).astype(np.float32)
    cb, cr = to_chroma(luma, ab, matrix)
    rgb = to_rgb(luma, cb, cr, matrix)
    assert rgb.min() > -1e-4
    assert rgb.max() < 1 + 1e-4
    assert np.isfinite(rgb).all()
    assert (np.hypot(cb, cr) > 0.01).mean() > 0.9  # reduced, not dropped


def test_against_the_srgb_definition():
    """BT.709's primaries are sRGB's: the colour is the one that model.color knows."""
    lightness, a, b = np.float32(60), np.float32(30), np.float32(-25)
    rgb = np.array(lab_to_rgb(lightness, a, b), np.float32)
    red, blue = WEIGHTS["bt709"]
    luma = np.array([[rgb @ [red, 1 - red - blue, blue]]], np.float32)
    cb, cr = to_chroma(luma, np.array([[[a, b]]], np.float32), "bt709")
    found = to_rgb(luma, cb, cr, "bt709")[0, 0]
    np.testing.assert_allclose(found, rgb, atol=1e-4)
    np.testing.assert_allclose(np.array(rgb_to_lab(*found)), [60, 30, -25], atol=0.02)


def test_any_shape():
    """A single sample and an odd strip are planes, too."""
    for shape in ((1, 1), (3, 5001), (5001, 3)):
        luma = np.full(shape, 0.5, np.float32)
        cb, cr = to_chroma(luma, np.full((*shape, 2), 20, np.float32), "bt601")
        assert cb.shape == cr.shape == shape
        assert max(np.ptp(cb), np.ptp(cr)) < 1e-6
