"""Dense flow between two frames."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tui_colorize.video.flow import LONG_SIDE, flow, working


@pytest.fixture
def texture():
    noise = np.random.default_rng(0).integers(0, 256, (160, 220)).astype(np.uint8)
    return cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 3), None, 0, 255, cv2.NORM_MINMAX)


@pytest.mark.parametrize("quality", ["fast", "medium"])
def test_flow_points_to_where_a_pixel_went(texture, quality):
    """A window that moves right and down sees the picture go left and up."""
    before, after = texture[20:140, 20:180], texture[22:142, 25:185]
    field = flow(before.copy(), after.copy(), quality)
    assert field.shape == (120, 160, 2)
    assert field.dtype == np.float32
    assert np.abs(np.median(field, axis=(0, 1)) - (-5, -2)).max() < 0.2


def test_a_guess_is_left_as_it_is(texture):
    """The flow to begin with is the caller's own."""
    before, after = texture[20:140, 20:180].copy(), texture[20:140, 22:182].copy()
    guess = np.full((120, 160, 2), (-2, 0), np.float32)
    flow(before, after, guess=guess)
    assert (guess == (-2, 0)).all()


def test_frames_of_several_sizes_in_turn(texture):
    """Whatever was asked before, a pair of frames has one flow."""
    pairs = [
        (texture[20 : 20 + height, 20 : 20 + width].copy(), texture[22:, 23:][:height, :width])
        for height, width in [(33, 40), (120, 160), (60, 190), (100, 50), (40, 33), (64, 64)]
    ]
    once = [flow(before, after.copy()) for before, after in pairs]
    again = [flow(before, after.copy()) for before, after in reversed(pairs)]
    for one, other in zip(once, reversed(again), strict=True):
        assert (one == other).all()


@pytest.mark.parametrize("shape", [(1, 1), (31, 200), (200, 16)])
def test_tiny_frames_are_still(shape):
    """Where the method needs more pixels than there are, nothing moves."""
    frame = np.zeros(shape, np.uint8)
    assert not flow(frame, frame + 9).any()
    assert flow(frame, frame).shape == (*shape, 2)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((480, 854), (180, LONG_SIDE)),
        ((1000, 500), (LONG_SIDE, 160)),
        ((90, 160), (90, 160)),
        ((2, 3000), (1, LONG_SIDE)),
    ],
)
def test_the_working_copy_is_never_larger(shape, expected):
    """Long frames shrink in proportion, small ones stay."""
    assert working(np.zeros(shape, np.uint8)).shape == expected
