"""Colour carried along motion: where to, how surely, and without washing out."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest

from tui_colorize.video.temporal import (
    Asked,
    Carrier,
    Step,
    Trace,
    View,
    enlarged,
    mixed,
    positions,
    pull,
)

HEIGHT, WIDTH = 128, 192


@pytest.fixture(scope="module")
def texture():
    """A wide textured gray, of which a frame shows a part."""
    draw = np.random.default_rng(3)
    soft = cv2.resize(draw.normal(128, 35, (40, 120)), (720, 240), interpolation=cv2.INTER_CUBIC)
    return soft.clip(0, 255).astype(np.float32)


def view(texture, x: float, y: float = 0) -> View:
    """The part of the texture that begins at (x, y)."""
    place = np.array([[1, 0, x], [0, 1, y]], np.float32)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    frame = cv2.warpAffine(texture, place, (WIDTH, HEIGHT), flags=flags)
    return View.of(np.rint(frame).astype(np.uint8))


def inner(plane, margin: int = 12):
    return plane[margin:-margin, margin:-margin]


def test_a_step_finds_the_motion_both_ways(texture):
    """What moved 6 to the left and 2 up is found 6 to the right and 2 down, and the reverse."""
    step = Step.between(view(texture, 20, 20), view(texture, 26, 22))
    grid = positions(HEIGHT // 2, WIDTH // 2)
    assert np.abs(inner(step.back - grid) - (3, 1)).mean() < 0.15
    assert np.abs(inner(step.ahead - grid) - (-3, -1)).mean() < 0.15
    assert inner(step.back_sure).mean() > 0.95
    assert inner(step.ahead_sure).mean() > 0.95


def test_what_comes_into_the_picture_is_not_sure(texture):
    """The strip that the picture moved onto was not there before."""
    step = Step.between(view(texture, 20), view(texture, 36))
    assert step.back_sure[:, -6:].mean() < 0.1
    assert step.back_sure[10:-10, 10:60].mean() > 0.9
    assert step.ahead_sure[:, :6].mean() < 0.1


def test_brightness_that_flickers_is_no_motion(texture):
    """A frame that is 25 levels brighter, as on old film, is as sure."""
    frame = np.clip(view(texture, 20).gray, 30, 200)
    step = Step.between(View(frame), View(frame + np.uint8(25)))
    assert step.back_sure.mean() > 0.9


def test_a_trace_joins_steps():
    """Two shifts make one of their sum, and the confidences multiply."""
    shift = positions(HEIGHT, WIDTH) + np.float32((2, 0))
    sure = np.full((HEIGHT, WIDTH), 0.5, np.float32)
    trace = Trace.start(HEIGHT, WIDTH).extended(shift, sure).extended(shift, sure)
    assert np.allclose(trace.position[:, :-4] - positions(HEIGHT, WIDTH)[:, :-4], (4, 0))
    assert np.allclose(trace.confidence, 0.25)


def test_a_trace_is_enlarged_in_place():
    """From a frame to itself it stays that; a shift is twice as many of the smaller pixels."""
    still = enlarged(Trace.start(HEIGHT, WIDTH))
    assert np.array_equal(still.position, positions(2 * HEIGHT, 2 * WIDTH))
    assert still.confidence.shape == (2 * HEIGHT, 2 * WIDTH)
    shift = Trace(positions(HEIGHT, WIDTH) + np.float32((3, -1)), still.confidence[::2, ::2])
    assert np.allclose(enlarged(shift).position - still.position, (6, -2))


def test_colours_are_mixed_by_shares():
    """None, half and all of the other."""
    one, other = np.full((2, 3, 2), 10, np.float32), np.zeros((2, 3, 2), np.float32)
    share = np.tile(np.float32((0, 0.5, 1)), (2, 1))
    assert np.array_equal(mixed(one, other, share)[0, :, 1], (10, 5, 0))


def stripes(x: float) -> np.ndarray:
    """ab of stripes 12 pixels wide in the texture's place."""
    across = np.sin((np.arange(WIDTH, dtype=np.float32) + np.float32(x)) * np.pi / 12) > 0
    a = np.where(across, 40, -40).astype(np.float32)
    return np.dstack([np.tile(a, (HEIGHT, 1)), np.zeros((HEIGHT, WIDTH), np.float32)])


def test_colour_does_not_wash_out_over_many_keyframes(texture):
    """After 40 keyframes a pixel apart thin stripes have kept their contrast and place."""
    start = 20.0
    frames = [view(texture, start + 1.3 * number) for number in range(41)]
    ones = np.ones((HEIGHT, WIDTH), np.float32)
    carrier = Carrier(frames[0], Asked(stripes(start), ones))
    again = stripes(start)
    for before, after in pairwise(frames):
        step = Step.between(before, after)
        carrier.advance(step.back, step.back_sure)
        arrival = carrier.arrive(after)
        carrier.settle(arrival.asked, after)
        again = pull(again, enlarged(Trace(step.back, step.back_sure)).position)
    # what was seen all the time
    kept, true = inner(arrival.asked.ab)[:, :100, 0], inner(stripes(start + 52))[:, :100, 0]
    assert np.abs(kept).mean() > 30
    assert np.mean(np.sign(kept) == np.sign(true)) > 0.93
    assert np.abs(kept).mean() > np.abs(inner(again)[:, :100, 0]).mean() + 3  # resampled 40 times


def test_trust_and_confidence_end_where_the_picture_was_not_seen(texture):
    """What came in on the right has no trusted colour, what stayed has."""
    ones = np.ones((HEIGHT, WIDTH), np.float32)
    before, after = view(texture, 20), view(texture, 36)
    carrier = Carrier(before, Asked(stripes(0), ones))
    step = Step.between(before, after)
    carrier.advance(step.back, step.back_sure)
    arrival = carrier.arrive(after)
    assert arrival.confidence[:, -12:].mean() < 0.1
    assert arrival.asked.trust[:, -12:].mean() < 0.1
    assert arrival.asked.trust[20:-20, 20:120].mean() > 0.9


def test_a_carrier_goes_on_from_its_state(texture):
    """Restored, it brings the very same colour, confidence and trust to the next frame."""
    frames = [view(texture, 20 + 2 * number) for number in range(4)]
    ones = np.ones((HEIGHT, WIDTH), np.float32)
    carrier = Carrier(frames[0], Asked(stripes(0), ones))
    steps = [Step.between(*pair) for pair in pairwise(frames)]
    for step, frame in zip(steps[:2], frames[1:3], strict=True):
        carrier.advance(step.back, step.back_sure)
        carrier.settle(carrier.arrive(frame).asked, frame)
    other = Carrier.restore(carrier.state())
    for each in (carrier, other):
        each.advance(steps[2].back, steps[2].back_sure)
    one, two = (each.arrive(frames[3]) for each in (carrier, other))
    assert np.array_equal(one.asked.ab, two.asked.ab)
    assert np.array_equal(one.asked.trust, two.asked.trust)
    assert np.array_equal(one.confidence, two.confidence)
    with pytest.raises(KeyError):
        Carrier.restore({})
