"""Shots begin at cuts, fades and dissolves, and at nothing else."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tui_colorize.video.shots import LOOK_AHEAD, WARM_UP, ShotDetector, with_starts

HEIGHT, WIDTH = 72, 128


def world(seed: int) -> np.ndarray:
    """A wide picture for a camera to pan over: soft shapes of several sizes, 0..255."""
    random = np.random.default_rng(seed)
    layers = [
        cv2.resize(
            random.normal(0, 1, (height, 4 * height)), (720, 180), interpolation=cv2.INTER_CUBIC
        )
        for height in (4, 12, 36)
    ]
    return np.clip(120 + 25 * sum(layers), 0, 255).astype(np.float32)


def pan(seed: int, count: int = 24, speed: float = 1.5) -> list[np.ndarray]:
    """A shot: float frames, 0..255, of a camera that moves over a world of its own."""
    picture = world(seed)
    return [
        picture[40 : 40 + HEIGHT, int(20 + speed * at) : int(20 + speed * at) + WIDTH].copy()
        for at in range(count)
    ]


def starts(frames) -> list[int]:
    """The frames at which shots begin, without the first."""
    whole = [np.clip(frame, 0, 255).astype(np.uint8) for frame in frames]
    found = [number for number, (_, start) in enumerate(with_starts(whole, lambda f: f)) if start]
    assert found[0] == 0
    return found[1:]


def mixed(one, other, count: int) -> list[np.ndarray]:
    """A dissolve over that many frames."""
    head, tail = one[:-count], other[count:]
    share = [(at + 1) / (count + 1) for at in range(count)]
    return [
        *head,
        *(a * (1 - s) + b * s for a, b, s in zip(one[-count:], other[:count], share, strict=True)),
        *tail,
    ]


def faded(one, other, count: int, level: float) -> list[np.ndarray]:
    """Out to that gray level and in again, each over that many frames."""
    blank = np.full((HEIGHT, WIDTH), level)
    share = [(at + 1) / count for at in range(count)]
    out = [a * (1 - s) + blank * s for a, s in zip(one[-count:], share, strict=True)]
    into = [b * s + blank * (1 - s) for b, s in zip(other[:count], share, strict=True)]
    return [*one[:-count], *out, *into, *other[count:]]


def test_hard_cuts():
    """Exactly the first frames of the second and the third shot."""
    assert starts(pan(1) + pan(2) + pan(3)) == [24, 48]


def test_a_cut_near_the_end():
    """What follows may be less than the detector looks ahead."""
    assert starts(pan(1) + pan(2, 2)) == [24]


def test_a_short_shot():
    """Six frames between two cuts are a shot."""
    assert starts(pan(1) + pan(2, 6) + pan(3)) == [24, 30]


@pytest.mark.parametrize("level", [0, 255])
@pytest.mark.parametrize("count", [6, 12])
def test_fades(level, count):
    """One start, while nothing is to be seen or just after."""
    (start,) = starts(faded(pan(1, 30), pan(2, 30), count, level))
    assert 30 <= start <= 30 + count // 2


@pytest.mark.parametrize("count", [8, 14, 24])
def test_dissolves(count):
    """One start, inside the dissolve of two shots that move slowly."""
    (start,) = starts(mixed(pan(1, 36, speed=0.4), pan(2, 36, speed=0.4), count))
    assert 36 - count <= start <= 36


def test_a_fast_pan_is_one_shot():
    """A tenth of the width per frame."""
    assert starts(pan(4, 40, speed=13)) == []


def test_shake_is_one_shot():
    """Every frame is off by some pixels in any direction."""
    picture, random = world(5), np.random.default_rng(1)
    frames = []
    for _ in range(40):
        x, y = 100 + random.integers(-6, 7), 50 + random.integers(-5, 6)
        frames.append(picture[y : y + HEIGHT, x : x + WIDTH])
    assert starts(frames) == []


def test_flashes_and_blank_frames_are_no_cuts():
    """The picture is back after one to three frames."""
    frames = pan(6, 48)
    for at, level, length in ((10, 255, 1), (22, 240, 3), (34, 0, 2)):
        for damaged in range(at, at + length):
            frames[damaged] = frames[damaged] * 0.02 + level
    assert starts(frames) == []


def test_damaged_film_is_one_shot():
    """Flicker, grain, scratches and dirt at once."""
    random = np.random.default_rng(2)
    frames = []
    for frame in pan(7, 40):
        damaged = frame * (1 + 0.15 * random.normal()) + random.normal(0, 12, frame.shape)
        damaged[:, random.integers(0, WIDTH)] = 255
        y, x = random.integers(0, HEIGHT - 8), random.integers(0, WIDTH - 8)
        damaged[y : y + 8, x : x + 8] = random.choice([0, 255])
        frames.append(damaged)
    assert starts(frames) == []


def test_a_cut_on_damaged_film():
    """Grain and flicker do not hide it."""
    random = np.random.default_rng(3)
    frames = [
        frame * (1 + 0.1 * random.normal()) + random.normal(0, 12, frame.shape)
        for frame in pan(1) + pan(2)
    ]
    assert starts(frames) == [24]


def test_a_passer_by_is_no_cut():
    """Something dark that fills half of the picture walks through it."""
    frames = pan(8, 40, speed=0)
    for at, frame in enumerate(frames):
        left = -64 + 6 * at
        frame[:, max(0, left) : max(0, left + 64)] = 25
    assert starts(frames) == []


def test_answers_come_a_fixed_number_of_frames_later():
    """Nothing at first, then one answer for each frame, the last ones at the end."""
    detector = ShotDetector()
    frames = [frame.astype(np.uint8) for frame in pan(1, 20)]
    answers = [detector.feed(frame) for frame in frames]
    assert answers == [None] * LOOK_AHEAD + [True] + [False] * (20 - LOOK_AHEAD - 1)
    assert detector.finish() == [False] * LOOK_AHEAD
    assert detector.finish() == []


@pytest.mark.parametrize("dim", [WARM_UP - 2, WARM_UP - 1, WARM_UP, WARM_UP + 1])
def test_frames_before_the_warm_up_do_not_count(dim):
    """Begun so far before black frames that end a dim time, a detector finds what others find."""
    clear, black = pan(9, 1) * 20, [np.zeros((HEIGHT, WIDTH))]
    frames = [*clear, *[0.15 * clear[0]] * dim, *black, *clear]
    back = len(clear) + dim + len(black)
    found = [start for start in starts(frames) if start >= back]
    late = [back - WARM_UP + start for start in starts(frames[back - WARM_UP :])]
    assert [start for start in late if start >= back] == found


@pytest.mark.parametrize("shape", [(1, 1), (3, 500), (40, 31)])
def test_tiny_frames(shape):
    """There is no size that the detector cannot take."""
    random = np.random.default_rng(4)
    frames = [random.integers(0, 256, shape).astype(np.uint8) for _ in range(20)]
    assert len(list(with_starts(frames, lambda frame: frame))) == 20


def test_no_frames_and_one_frame():
    """Films may be as short."""
    assert list(with_starts([], lambda frame: frame)) == []
    frame = np.zeros((3, 5), np.uint8)
    assert list(with_starts([frame], lambda each: each)) == [(frame, True)]
