"""Frames made smaller."""

import cv2
import numpy as np
import pytest

from tui_colorize.video.reduction import Reducer


def _frame(width, height):
    noise = np.random.default_rng(3).integers(0, 256, (height, width)).astype(np.uint8)
    return cv2.GaussianBlur(noise, (0, 0), 1.2)


@pytest.mark.parametrize(
    ("source", "size"),
    [((854, 480), (480, 270)), ((853, 479), (336, 192)), ((37, 1200), (16, 400))],
)
def test_a_pixel_is_the_mean_of_its_area(source, size):
    """Whatever the sizes, also those whose rows are padded in memory."""
    frame = _frame(*source)
    expected = cv2.resize(frame.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    assert np.abs(Reducer(size)(frame) - expected).max() <= 1.5


def test_frame_after_frame():
    """What was prepared for one frame does for the next, which does not show the last one."""
    reducer = Reducer((20, 10))
    assert (reducer(np.full((31, 53), 10, np.uint8)) == 10).all()
    assert (reducer(np.full((31, 53), 200, np.uint8)) == 200).all()


def test_halves_are_exact_means():
    """Four pixels, rounded."""
    frame = _frame(64, 32)
    means = frame.reshape(16, 2, 32, 2).mean(axis=(1, 3))
    assert np.abs(Reducer((32, 16))(frame) - means).max() <= 0.5


def test_a_frame_of_that_size_stays_as_it_is():
    """Nothing is interpolated."""
    frame = _frame(40, 30)
    assert np.array_equal(Reducer((40, 30))(frame), frame)


def test_a_smaller_frame_is_interpolated():
    """Also where it is smaller in one direction alone."""
    ramp = np.repeat(np.arange(0, 250, 10, dtype=np.uint8)[None], 60, axis=0)
    for size in ((50, 90), (50, 30)):
        larger = Reducer(size)(ramp).astype(int)
        assert larger.shape == size[::-1]
        assert (np.diff(larger, axis=1) >= 0).all()
        assert len(np.unique(larger[0])) > 40
