"""tui_colorize.upsample: chroma enlarged along the edges of the luma."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tui_colorize.upsample import GuidedChroma

SMALL, LARGE = 64, 512
RED, BLUE = (40.0, 30.0), (-10.0, -40.0)


def everywhere(chroma, lightness):
    """Lab of the whole picture."""
    height, width = lightness.shape
    return chroma.at(lightness, (0, 0), (1 / width, 1 / height))


@pytest.fixture(scope="module")
def edge():
    """A picture of two tones with a wavy edge between: L, its small size, and which side."""
    y, x = np.mgrid[:LARGE, :LARGE]
    right = x > 253 + 25 * np.sin(y / 40)
    grain = np.random.default_rng(0).normal(0, 1, (LARGE, LARGE))
    lightness = (np.where(right, 70, 35) + grain).astype(np.float32)
    small = cv2.resize(lightness, (SMALL, SMALL), interpolation=cv2.INTER_AREA)
    return lightness, small, right


@pytest.fixture(scope="module")
def coarse(edge):
    """The two sides' colours at the small size, mixed where a cell lies across the edge."""
    truth = np.where(edge[2][..., None], np.float32(BLUE), np.float32(RED))
    return truth, cv2.resize(truth, (SMALL, SMALL), interpolation=cv2.INTER_AREA)


def test_constant_colour_stays_constant(edge):
    lightness, small, _ = edge
    ab = np.full((SMALL, SMALL, 2), RED, np.float32)
    lab = everywhere(GuidedChroma.fit(small, ab), lightness)
    assert np.abs(lab[..., 1:] - RED).max() < 0.05
    assert np.array_equal(lab[..., 0], lightness)


def test_colour_that_is_linear_in_luma_is_met_at_full_resolution(edge):
    lightness, small, _ = edge
    ab = np.dstack([0.5 * small - 20, -0.3 * small + 5]).astype(np.float32)
    lab = everywhere(GuidedChroma.fit(small, ab), lightness)
    expected = np.dstack([0.5 * lightness - 20, -0.3 * lightness + 5])
    assert np.abs(lab[..., 1:] - expected).mean() < 0.5


def test_at_an_edge_it_is_sharper_than_bilinear(edge, coarse):
    lightness, small, right = edge
    truth, ab = coarse
    guided = everywhere(GuidedChroma.fit(small, ab), lightness)[..., 1:]
    plain = cv2.resize(ab, (LARGE, LARGE), interpolation=cv2.INTER_LINEAR)
    distance = cv2.distanceTransform(right.astype(np.uint8), cv2.DIST_L2, 3)
    distance += cv2.distanceTransform((~right).astype(np.uint8), cv2.DIST_L2, 3)
    near = (distance > 1) & (distance < 8)
    error, plain_error = (
        np.hypot(*np.moveaxis(x - truth, 2, 0))[near].mean() for x in (guided, plain)
    )
    assert error < 0.4 * plain_error
    away = distance > 60
    assert np.abs(guided - truth)[away].max() < 3


def test_colours_mixed_across_an_edge_are_replaced_by_those_further_away(edge, coarse):
    """What lies on the wrong side by a cell is not taken for that side's colour."""
    lightness, small, right = edge
    truth, ab = coarse
    mixed = cv2.blur(ab, (3, 3))
    guided = everywhere(GuidedChroma.fit(small, mixed), lightness)[..., 1:]
    plain = cv2.resize(mixed, (LARGE, LARGE), interpolation=cv2.INTER_LINEAR)
    errors, plain_errors = (np.hypot(*np.moveaxis(x - truth, 2, 0)) for x in (guided, plain))
    near = cv2.dilate(cv2.Canny(right.astype(np.uint8) * 255, 50, 150), np.ones((13, 13))) > 0
    assert errors[near].mean() < 0.35 * plain_errors[near].mean()


def test_an_edge_of_colour_without_one_of_luma_survives():
    guide = np.full((SMALL, SMALL), 50, np.float32)
    ab = np.zeros((SMALL, SMALL, 2), np.float32)
    ab[:, 32:] = BLUE
    lab = everywhere(GuidedChroma.fit(guide, ab), np.full((LARGE, LARGE), 50, np.float32))
    assert np.abs(lab[:, :240, 1:]).max() < 2
    assert np.abs(lab[:, 272:, 1:] - BLUE).max() < 2


def test_plain_ignores_the_luma(edge, coarse):
    lightness = edge[0]
    ab = coarse[1]
    lab = everywhere(GuidedChroma.plain(ab), lightness)
    expected = cv2.resize(ab, (LARGE, LARGE), interpolation=cv2.INTER_LINEAR)
    # OpenCV places samples to a 32nd of a cell
    assert np.abs(lab[..., 1:] - expected).max() < 3
    assert np.abs(lab[..., 1:] - expected).mean() < 0.1
    assert np.array_equal(
        everywhere(GuidedChroma.plain(ab), np.ones((SMALL, SMALL), np.float32))[..., 1:], ab
    )


def test_pixel_centres_line_up():
    """A ramp of colour across the cells is the same ramp across the pixels."""
    centres = (np.arange(SMALL) + 0.5) / SMALL
    ab = np.repeat(np.dstack([centres, centres]).astype(np.float32) * 100, SMALL, 0)
    lab = everywhere(GuidedChroma.plain(ab), np.zeros((8, LARGE), np.float32))
    expected = (np.arange(LARGE) + 0.5) / LARGE * 100
    inner = slice(8, LARGE - 8)
    assert np.abs(lab[0, inner, 1] - expected[inner]).max() < 0.1


@pytest.mark.parametrize("region", [(0, 0, 512, 512), (100, 37, 301, 222), (511, 511, 512, 512)])
def test_a_piece_is_part_of_the_whole(edge, coarse, region):
    lightness, small, _ = edge
    chroma = GuidedChroma.fit(small, coarse[1])
    whole = everywhere(chroma, lightness)
    x0, y0, x1, y1 = region
    piece = chroma.at(
        np.ascontiguousarray(lightness[y0:y1, x0:x1]),
        (x0 / LARGE, y0 / LARGE),
        (1 / LARGE, 1 / LARGE),
    )
    assert piece.shape == (y1 - y0, x1 - x0, 3)
    assert np.abs(piece - whole[y0:y1, x0:x1]).max() < 0.05


def test_everywhere_is_the_piece_that_is_the_whole(edge, coarse):
    lightness, small, _ = edge
    chroma = GuidedChroma.fit(small, coarse[1])
    ab = everywhere(chroma, lightness)[..., 1:]
    assert np.abs(chroma.everywhere(lightness) - ab).max() < 0.05


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (3, 2)])
def test_tiny_grids_and_pieces(shape):
    ab = np.full((*shape, 2), RED, np.float32)
    guide = np.random.default_rng(0).uniform(0, 100, shape).astype(np.float32)
    for chroma in (GuidedChroma.fit(guide, ab), GuidedChroma.plain(ab)):
        for size in ((1, 1), (5, 300)):
            lab = everywhere(chroma, np.full(size, 50, np.float32))
            assert lab.shape == (*size, 3)
            assert np.abs(lab[..., 1:] - RED).max() < 0.1


def test_flat_luma_divides_by_nothing():
    guide = np.zeros((SMALL, SMALL), np.float32)
    ab = np.random.default_rng(0).uniform(-60, 60, (SMALL, SMALL, 2)).astype(np.float32)
    lab = everywhere(GuidedChroma.fit(guide, ab), np.full((LARGE, LARGE), 100, np.float32))
    assert np.isfinite(lab).all()
    assert np.abs(lab[..., 1:]).max() < 70
