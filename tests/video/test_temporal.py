"""Colour carried along motion: where to, how surely, and without washing out."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest

from tui_colorize.video.temporal import Carrier, Path, Step, positions, pull

HEIGHT, WIDTH = 64, 96


@pytest.fixture(scope="module")
def texture():
    """A wide textured gray, of which a frame shows a part."""
    draw = np.random.default_rng(3)
    soft = cv2.resize(draw.normal(128, 35, (20, 60)), (360, 120), interpolation=cv2.INTER_CUBIC)
    return soft.clip(0, 255).astype(np.float32)


def view(texture, x: float, y: float = 0) -> np.ndarray:
    """The part of the texture that begins at (x, y)."""
    place = np.array([[1, 0, x], [0, 1, y]], np.float32)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.rint(cv2.warpAffine(texture, place, (WIDTH, HEIGHT), flags=flags)).astype(np.uint8)


def inner(plane, margin: int = 12):
    return plane[margin:-margin, margin:-margin]


def test_a_step_finds_the_motion_both_ways(texture):
    """What moved 3 to the left and 1 up is found 3 to the right and 1 down, and the reverse."""
    step = Step.between(view(texture, 20, 20), view(texture, 23, 21))
    grid = positions(HEIGHT, WIDTH)
    assert np.abs(inner(step.back - grid) - (3, 1)).mean() < 0.15
    assert np.abs(inner(step.ahead - grid) - (-3, -1)).mean() < 0.15
    assert inner(step.back_sure).mean() > 0.95
    assert inner(step.ahead_sure).mean() > 0.95


def test_what_comes_into_the_picture_is_not_sure(texture):
    """The strip that the picture moved onto was not there before."""
    step = Step.between(view(texture, 20), view(texture, 28))
    assert step.back_sure[:, -6:].mean() < 0.1
    assert step.back_sure[10:-10, 10:60].mean() > 0.9
    assert step.ahead_sure[:, :6].mean() < 0.1


def test_brightness_that_flickers_is_no_motion(texture):
    """A frame that is 25 levels brighter, as on old film, is as sure."""
    frame = np.clip(view(texture, 20), 30, 200)
    step = Step.between(frame, frame + np.uint8(25))
    assert step.back_sure.mean() > 0.9


def test_a_path_joins_steps():
    """Two shifts make one of their sum, and the confidences multiply."""
    shift = positions(HEIGHT, WIDTH) + np.float32((2, 0))
    sure = np.full((HEIGHT, WIDTH), 0.5, np.float32)
    path = Path.start(HEIGHT, WIDTH).extended(shift, sure).extended(shift, sure)
    assert np.allclose(path.position[:, :-4] - positions(HEIGHT, WIDTH)[:, :-4], (4, 0))
    assert np.allclose(path.confidence, 0.25)


def stripes(x: float) -> np.ndarray:
    """ab of stripes 6 pixels wide in the texture's place."""
    across = np.sin((np.arange(WIDTH, dtype=np.float32) + np.float32(x)) * np.pi / 6) > 0
    a = np.where(across, 40, -40).astype(np.float32)
    return np.dstack([np.tile(a, (HEIGHT, 1)), np.zeros((HEIGHT, WIDTH), np.float32)])


def test_colour_does_not_wash_out_over_many_keyframes(texture):
    """After 40 keyframes half a pixel apart thin stripes have kept their contrast and place."""
    start = 20.0
    frames = [view(texture, start + 0.5 * number) for number in range(41)]
    ones = np.ones((HEIGHT, WIDTH), np.float32)
    carrier = Carrier(frames[0], stripes(start), ones)
    again = stripes(start)
    for before, after in pairwise(frames):
        step = Step.between(before, after)
        carrier.advance(step.back, step.back_sure)
        arrival = carrier.arrive(after)
        carrier.settle(arrival.ab, arrival.trust)
        again = pull(again, step.back)
    # what was seen all the time
    kept, true = inner(arrival.ab)[:, :50, 0], inner(stripes(start + 20))[:, :50, 0]
    assert np.abs(kept).mean() > 30
    assert np.mean(np.sign(kept) == np.sign(true)) > 0.93
    assert np.abs(kept).mean() > np.abs(inner(again)[:, :50, 0]).mean() + 3  # resampled 40 times


def test_trust_and_confidence_end_where_the_picture_was_not_seen(texture):
    """What came in on the right has no trusted colour, what stayed has."""
    ones = np.ones((HEIGHT, WIDTH), np.float32)
    before, after = view(texture, 20), view(texture, 28)
    carrier = Carrier(before, stripes(0), ones)
    step = Step.between(before, after)
    carrier.advance(step.back, step.back_sure)
    arrival = carrier.arrive(after)
    assert arrival.confidence[:, -6:].mean() < 0.1
    assert arrival.trust[:, -6:].mean() < 0.1
    assert arrival.trust[10:-10, 10:60].mean() > 0.9


def test_a_carrier_goes_on_from_its_state(texture):
    """Restored, it brings the very same colour, confidence and trust to the next frame."""
    frames = [view(texture, 20 + 2 * number) for number in range(4)]
    ones = np.ones((HEIGHT, WIDTH), np.float32)
    carrier = Carrier(frames[0], stripes(0), ones)
    steps = [Step.between(*pair) for pair in pairwise(frames)]
    for step, frame in zip(steps[:2], frames[1:3], strict=True):
        carrier.advance(step.back, step.back_sure)
        arrival = carrier.arrive(frame)
        carrier.settle(arrival.ab, arrival.trust)
    other = Carrier.restore(carrier.state())
    for each in (carrier, other):
        each.advance(steps[2].back, steps[2].back_sure)
    for one, two in zip(carrier.arrive(frames[3]), other.arrive(frames[3]), strict=True):
        assert np.array_equal(one, two)
    with pytest.raises(KeyError):
        Carrier.restore({})
