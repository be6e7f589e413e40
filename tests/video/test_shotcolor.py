"""One shot: hints reach all of its frames, keyframes are few, nothing flickers."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from threading import Barrier
from time import sleep

import numpy as np
import pytest

from tui_colorize.hintmemory import Cells, HintMemory
from tui_colorize.pin import Pin
from tui_colorize.video import shotcolor
from tui_colorize.video.shotcolor import CARRIED_BACK, ShotColorist
from tui_colorize.video.shotframe import ShotFrame
from tui_colorize.workers import Workers

HEIGHT, WIDTH = 128, 192
RED, BLUE = (50.0, 40.0), (10.0, -50.0)
NOWHERE: Mapping = {}


class Network:
    """Gives each pixel the mean of the hints of like lightness; gray where there is none."""

    def __init__(self) -> None:
        self.calls = 0
        self.recalled: list = []

    def remember(self, lightness, ab, mask, memory=None, places=NOWHERE):
        """One cell for each hint."""
        center = np.array(list(places.values()), np.float32).reshape(-1, 2)
        seen, color = np.ones((len(places), 4), np.float32), np.ones((len(places), 3), np.float32)
        remembered = HintMemory((Cells.of(seen, color, center, places),))
        return self.color_planes(lightness, ab, mask, memory, places), remembered

    def color_planes(self, lightness, ab, mask, memory=None, places=None, max_keys=None):
        self.calls += 1
        self.recalled.append((memory, places))
        return np.stack([self.one(*each) for each in zip(lightness, ab, mask, strict=True)])

    def one(self, lightness, ab, mask):
        levels = (lightness / 20).astype(int)
        result = np.zeros((*lightness.shape, 2), np.float32)
        for level in np.unique(levels):
            hinted = (levels == level) & (mask > 0)
            if hinted.any():
                result[levels == level] = ab[hinted].mean(0)
        return result


@pytest.fixture
def network():
    return Network()


def square_at(x: int) -> tuple[slice, slice]:
    return slice(48, 80), slice(x, x + 32)


def gray(x: int) -> np.ndarray:
    """A light square with its left edge at x, on a dark ground; both textured."""
    draw = np.random.default_rng(5)
    frame = grains(draw.integers(55, 95, (HEIGHT // 2, WIDTH // 2)))
    frame[square_at(x)] = grains(draw.integers(205, 250, (16, 16)))
    return frame


def grains(levels) -> np.ndarray:
    """Levels of pixels two wide and two high."""
    return levels.astype(np.uint8).repeat(2, axis=0).repeat(2, axis=1)


def pin(x: int, color: tuple[float, float]) -> Pin:
    """A hint in the middle of the square."""
    return Pin(x + 12, 60, x + 20, 68, *color, 89.0)


def moving(count: int, hints: dict[int, tuple[float, float]], first: int = 0) -> list[ShotFrame]:
    """The square moves 4 pixels a frame; on some frames it is hinted."""
    return [
        ShotFrame(
            first + number,
            gray(8 + 4 * number),
            own=(pin(8 + 4 * number, hints[number]),) if number in hints else (),
        )
        for number in range(count)
    ]


def colored(network, frames, anchors=(), every=None, workers=None):
    colorist = ShotColorist(network, anchors, every, workers)
    results = []
    for frame in frames:
        results += colorist.feed(frame)
    results += colorist.finish()
    assert [each.index for each in results] == [frame.index for frame in frames]
    return results


def inside(result, number: int) -> np.ndarray:
    """Mean ab of the square's inside."""
    rows, columns = square_at(8 + 4 * number)
    return result.ab[rows, columns][6:-6, 6:-6].reshape(-1, 2).mean(0)


@pytest.mark.parametrize("every", [None, 1, 5])
@pytest.mark.parametrize("hinted", [0, 9, 19])
def test_a_hint_colours_the_whole_shot(network, every, hinted):
    """Wherever in the shot it was put, its object has its colour on the first and last frame."""
    results = colored(network, moving(20, {hinted: RED}), [hinted], every)
    for number in range(20):
        assert np.linalg.norm(inside(results[number], number) - RED) < 8
        assert np.abs(results[number].ab[100:]).max() < 8  # the ground below keeps its own


def test_a_hint_is_exact_on_its_own_frame(network):
    """Its patch has the very colour."""
    results = colored(network, moving(10, {4: RED}), [4])
    assert np.allclose(results[4].ab[60:68, 36:44], RED)


def test_hints_on_two_frames_meet_halfway(network):
    """Between a red and a blue hint the colour goes from one to the other, steadily."""
    results = colored(network, moving(25, {0: RED, 24: BLUE}), [0, 24])
    way = np.array(BLUE) - RED
    share = [float((inside(each, n) - RED) @ way / (way @ way)) for n, each in enumerate(results)]
    assert share[0] < 0.05
    assert share[24] > 0.95
    assert 0.3 < share[12] < 0.7
    assert min(np.diff(share)) > -0.05
    assert max(np.diff(share)) < 0.25


def test_a_later_hint_leaves_other_things_alone(network):
    """A hint on the square of the last frame does not take the ground's colour away."""
    frames = moving(16, {15: BLUE})
    ground = Pin(8, 100, 20, 112, 0.0, 30.0, 29.0)
    frames[0] = ShotFrame(0, frames[0].gray, own=(ground,))
    results = colored(network, frames, [0, 15])
    for each in results:
        assert np.linalg.norm(each.ab[92:].reshape(-1, 2).mean(0) - (0, 30)) < 6
    assert np.linalg.norm(inside(results[15], 15) - BLUE) < 6


def test_a_reference_colours_the_shot(network):
    """A coloured still of a frame in the middle is carried both ways."""
    frames = moving(12, {})
    reference = np.zeros((HEIGHT, WIDTH, 2), np.float32)
    reference[square_at(32)] = RED
    frames[6] = ShotFrame(6, frames[6].gray, reference=reference)
    results = colored(network, frames, [6])
    assert np.array_equal(results[6].ab, reference)
    for number in (0, 11):
        assert np.linalg.norm(inside(results[number], number) - RED) < 8


def test_behind_a_reference_keyframes_are_close(network):
    """Motion over many frames loses too much of a still that says the colour of every pixel."""
    frames = moving(12, {})
    frames[4] = replace(frames[4], reference=np.zeros((HEIGHT, WIDTH, 2), np.float32))
    results = colored(network, frames, [4])
    assert [each.index for each in results if each.state is not None] == [0, 4, 6, 8, 10, 11]


def test_a_network_that_flickers_does_not_make_the_film_flicker():
    """With other colours at every call, what was seen before keeps its colour."""
    draw = np.random.default_rng(1)

    class Fickle(Network):
        def color_planes(self, lightness, ab, mask, memory=None, places=None, max_keys=None):
            color = draw.normal(0, 40, 2).astype(np.float32)
            return np.broadcast_to(color, (*lightness.shape, 2)).copy()

    still = [ShotFrame(number, gray(30)) for number in range(30)]
    for every in (1, None):
        results = colored(Fickle(), still, every=every)
        change = [np.abs(b.ab - a.ab).max() for a, b in pairwise(results)]
        assert max(change) < 1


def test_motion_decides_how_often_the_network_runs(network):
    """Every frame when asked to; once for a still shot, a few times for a moving one."""
    colored(network, moving(20, {}), every=1)
    assert network.calls == 20
    network.calls = 0
    colored(network, [ShotFrame(number, gray(30)) for number in range(40)])
    assert network.calls == 1
    network.calls = 0
    colored(network, moving(20, {}))
    assert network.calls <= 4


def test_frames_that_wait_for_a_hint_are_bounded(network, monkeypatch):
    """A hint far ahead holds no more than CARRIED_BACK frames back."""
    monkeypatch.setattr(shotcolor, "CARRIED_BACK", 40)
    monkeypatch.setattr(shotcolor, "_FADE", 8)
    colorist = ShotColorist(network, [90])
    done, waiting = [], []
    for number in range(91):
        own = (pin(60, RED),) if number == 90 else ()
        done += colorist.feed(ShotFrame(number, gray(60), own=own))
        waiting.append(number + 1 - len(done))
    done += colorist.finish()
    assert [each.index for each in done] == list(range(91))
    assert max(waiting) <= 40 + 33
    red = [np.linalg.norm(each.ab[60:68, 72:80].reshape(-1, 2).mean(0) - RED) < 10 for each in done]
    assert all(red[78:])
    assert not any(red[:60])
    assert CARRIED_BACK >= 240


@pytest.mark.parametrize("every", [1, 3, None])
def test_colours_do_not_depend_on_who_answers_first(network, every):
    """Side by side, late ones first, the network's answers make the same film."""

    class Late(Network):
        def color_planes(self, *planes):
            answer = super().color_planes(*planes)
            sleep(0.02 * (self.calls % 3))
            return answer

    hints = {0: RED, 13: BLUE}
    alone = colored(network, moving(20, hints), [0, 13], every)
    with closing(Workers(3)) as workers:
        together = colored(Late(), moving(20, hints), [0, 13], every, workers)
    for one, other in zip(alone, together, strict=True):
        assert np.abs(one.ab - other.ab).max() < 1e-4
        assert (one.state is None) == (other.state is None)
        for name, plane in (one.state or {}).items():
            assert np.allclose(plane, other.state[name], atol=1e-4)


def test_as_many_keyframes_are_under_way_as_there_are_workers():
    """Two wait for each other in the network; no more than one besides waits for its turn."""
    both = Barrier(2)

    class Paired(Network):
        def color_planes(self, lightness, *planes):
            both.wait(timeout=300)
            return super().color_planes(lightness, *planes)

    done = 0
    with closing(Workers(2)) as workers:
        colorist = ShotColorist(Paired(), every=1, workers=workers)
        for number, frame in enumerate(moving(12, {}), 1):
            done += len(colorist.feed(frame))
            assert number - done <= 2 + 1
        done += len(colorist.finish())
    assert done == 12


def test_hints_are_remembered_wherever_they_are_lost(network):
    """Frames after a hinted one are coloured with its memory and the places known there."""
    frames = moving(8, {0: RED})
    for number, frame in enumerate(frames):
        known = {0: (12.0 + 2 * number, 32.0)} if number < 4 else {}
        frames[number] = replace(frame, places=known)
    colored(network, frames, [0], every=1)
    asked = network.recalled[-7:]  # once for each frame that isn't hinted
    assert [dict(places) for _, places in asked] == [frame.places for frame in frames[1:]]
    for memory, _ in asked:
        assert memory.levels[0].hint.tolist() == [0]
    # another shot knows nothing of it
    colored(network, moving(3, {}), every=1)
    assert network.recalled[-1][0] is None


def test_memories_of_several_frames_are_joined(network):
    """A hint on a later frame is remembered beside the earlier one's."""
    frames = [
        replace(frame, places={number // 4: (12.0 + 2 * number, 32.0)})
        for number, frame in enumerate(moving(8, {0: RED, 4: BLUE}))
    ]
    colored(network, frames, [0, 4], every=1)
    assert network.recalled[-1][0].levels[0].hint.tolist() == [0, 1]


def test_a_reference_is_remembered_by_its_looks(network):
    """Samples of it, with their colours, whatever becomes of their places."""
    frames = moving(3, {})
    reference = np.full((HEIGHT, WIDTH, 2), 25, np.float32)
    frames[0] = replace(frames[0], reference=reference)
    given = []
    remember = network.remember
    network.remember = lambda *planes: given.append(planes) or remember(*planes)
    colored(network, frames, [0], every=1)
    ((_, ab, mask),) = given  # and no places
    assert 4 <= mask.sum() <= 128
    assert np.array_equal(ab[mask > 0], reference[None][mask > 0])
    assert network.recalled[-1][0] is not None


@pytest.mark.parametrize("by_reference", [False, True])
def test_it_goes_on_behind_any_keyframe_as_if_never_stopped(network, by_reference):
    """Resumed with the state of each keyframe in turn, all later frames come out the same."""
    hints = {3: RED, 17: BLUE}
    frames = moving(24, hints)
    if by_reference:
        reference = np.zeros((HEIGHT, WIDTH, 2), np.float32)
        reference[square_at(20)] = RED
        frames[3] = replace(frames[3], own=(), reference=reference)
    results = colored(network, frames, [3, 17])
    keyframes = [each for each in results if each.state is not None]
    assert len(keyframes) > 4
    for keyframe in keyframes[:-1]:
        colorist = ShotColorist.resumed(keyframe.state, network, [3, 17], None)
        again = []
        for frame in frames[keyframe.index + 1 :]:
            again += colorist.feed(frame)
        again += colorist.finish()
        for one, two in zip(again, results[keyframe.index + 1 :], strict=True):
            assert one.index == two.index
            assert np.abs(one.ab - two.ab).max() < 1e-4


def test_behind_any_keyframe_each_hint_is_remembered_once(network):
    """Also one on a later frame, which had been looked at before the keyframe was coloured."""
    numbers = {3: 0, 17: 1}
    frames = [
        replace(frame, places={numbers[frame.index]: (60, 60)}) if frame.own else frame
        for frame in moving(24, {3: RED, 17: BLUE})
    ]

    def remembered() -> list[int]:
        memory, _ = network.recalled[-1]
        return memory.levels[0].hint.tolist()

    results = colored(network, frames, [3, 17], every=4)
    assert remembered() == [0, 1]
    for keyframe in [each for each in results[:-1] if each.state is not None]:
        colorist = ShotColorist.resumed(keyframe.state, network, [3, 17], 4)
        for frame in frames[keyframe.index + 1 :]:
            colorist.feed(frame)
        colorist.finish()
        assert remembered() == [0, 1]
