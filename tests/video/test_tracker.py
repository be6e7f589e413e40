"""Hints follow what they were put on, and are dropped when it cannot be seen."""

from __future__ import annotations

import io
from collections.abc import Callable

import cv2
import numpy as np
import pytest

from tui_colorize.hints import Hint, HintSet
from tui_colorize.video import tracker
from tui_colorize.video.tracker import Mark, ShotTracker, Track, track_shot

HEIGHT, WIDTH = 144, 208
COUNT = 24
Motion = Callable[[int], np.ndarray]


def texture(seed: int, height: int = 400, width: int = 600) -> np.ndarray:
    """Soft shapes of several sizes, uint8."""
    random = np.random.default_rng(seed)
    layers = [
        cv2.resize(random.normal(0, 1, (n, n * 3 // 2)), (width, height), interpolation=3)
        for n in (6, 20, 60)
    ]
    return np.clip(125 + 28 * sum(layers), 0, 255).astype(np.uint8)


def moving(x: float, y: float, scale: float = 1.0, turn: float = 0.0) -> np.ndarray:
    """(2, 3): a picture scaled and turned (radians) about the middle of the frame, then moved."""
    c, s = scale * np.cos(turn), scale * np.sin(turn)
    matrix = np.array([[c, -s, x], [s, c, y]])
    middle = np.array([WIDTH / 2, HEIGHT / 2])
    matrix[:, 2] += middle - matrix[:, :2] @ middle
    return matrix


def seen(motion: np.ndarray, x: float, y: float) -> np.ndarray:
    """Where a point of the frame before any motion is."""
    return motion @ (x, y, 1)


def film(motion: Motion, count: int = COUNT, seed: int = 1) -> list[np.ndarray]:
    """A camera over a wide texture; the frame at rest shows its middle."""
    picture = texture(seed)
    shift = np.array([[1, 0, (600 - WIDTH) // 2], [0, 1, (400 - HEIGHT) // 2], [0, 0, 1.0]])
    frames = []
    for at in range(count):
        matrix = motion(at) @ np.linalg.inv(shift)
        frames.append(cv2.warpAffine(picture, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR))
    return frames


def follow(frames, *hints: Hint) -> list[list[Track]]:
    tracks = list(track_shot(frames, HintSet(hints)))
    assert len(tracks) == len(frames)
    return tracks


def miss(track: Track, place: np.ndarray) -> float:
    return float(np.hypot(track.x - place[0], track.y - place[1]))


MOTIONS: dict[str, Motion] = {
    "still": lambda at: moving(0, 0),
    "translation": lambda at: moving(2.5 * at, -1.2 * at),
    "zoom in": lambda at: moving(0, 0, 1.025**at),
    "zoom out": lambda at: moving(0, 0, 0.98**at),
    "rotation": lambda at: moving(0, 0, 1, 0.03 * at),
    "shake": lambda at: moving(4 * np.sin(2.1 * at), 3 * np.cos(3.7 * at)),
}


@pytest.mark.parametrize("name", MOTIONS)
@pytest.mark.parametrize("frame", [0, 12, COUNT - 1])
def test_camera_motion(name, frame):
    """Forwards and backwards from any frame: within 2 pixels, and never lost."""
    motion = MOTIONS[name]
    hint = Hint(96, 80, "red", frame=frame)
    start = np.linalg.inv(np.vstack([motion(frame), (0, 0, 1)])) @ (96, 80, 1)
    for at, (track,) in enumerate(follow(film(motion), hint)):
        place = seen(motion(at), *start[:2])
        assert track.visible
        assert miss(track, place) < 2
        assert 0 < track.confidence <= 1
    assert track.index == track.group == 0


def test_the_patch_grows_with_its_object():
    """Twice as large at the end: so is the patch, within a tenth."""
    tracks = follow(film(lambda at: moving(0, 0, 1.03**at)), Hint(104, 72, "red"))
    assert tracks[0][0].scale == 1
    assert tracks[-1][0].scale == pytest.approx(1.03 ** (COUNT - 1), rel=0.1)


def with_object(path: Motion, count: int, size: int = 70) -> list[np.ndarray]:
    """A still background, and a square of another texture that moves in front of it."""
    frames = film(lambda at: moving(0, 0), count)
    picture = texture(9)[100 : 100 + size, 100 : 100 + size]
    for at, frame in enumerate(frames):
        x, y = (int(value) for value in path(at))
        left, top = max(x, 0), max(y, 0)
        right, bottom = min(x + size, WIDTH), min(y + size, HEIGHT)
        if left < right and top < bottom:
            frame[top:bottom, left:right] = picture[top - y : bottom - y, left - x : right - x]
    return frames


def test_a_hint_on_a_moving_object_goes_with_it():
    """The background stays behind, and the hint there stays on it."""
    frames = with_object(lambda at: (10 + 4 * at, 30), COUNT)
    tracks = follow(frames, Hint(45, 65, "red"), Hint(30, 130, "blue"))
    for at, (moved, still) in enumerate(tracks):
        assert moved.visible
        assert miss(moved, (45 + 4 * at, 65)) < 2
        assert still.visible
        assert miss(still, (30, 130)) < 2


def test_an_occluded_hint_is_lost_and_found_again():
    """While something passes in front of it it is not visible; later it is, where it was."""
    frames = with_object(lambda at: (-70 + 8 * at, 40), 36)
    tracks = [track for (track,) in follow(frames, Hint(100, 75, "red"))]
    covered = [at for at in range(36) if -70 + 8 * at + 6 < 100 < 8 * at - 6]
    assert not any(tracks[at].visible for at in covered)
    for track in [*tracks[: covered[0] - 3], *tracks[covered[-1] + 8 :]]:
        assert track.visible
        assert miss(track, (100, 75)) < 2


def test_a_hint_that_leaves_and_comes_back():
    """Not visible outside the frame, found again when the camera returns."""

    def motion(at: int) -> np.ndarray:
        return moving(-6 * min(at, 40 - at), 0)

    tracks = [track for (track,) in follow(film(motion, 41), Hint(60, 70, "red"))]
    for at, track in enumerate(tracks):
        x = seen(motion(at), 60, 70)[0]
        if x < -6:
            assert not track.visible
        if x > 30 and at < 20:
            assert track.visible
    assert tracks[-1].visible
    assert miss(tracks[-1], (60, 70)) < 2


def test_an_object_that_comes_back_elsewhere():
    """Out on the right, in again on the left: found in the whole frame."""
    frames = with_object(lambda at: (100 + 10 * at, 20) if at < 15 else (-240 + 10 * at, 60), 36)
    tracks = [track for (track,) in follow(frames, Hint(135, 55, "red"))]
    assert not any(track.visible for track in tracks[12:18])
    assert tracks[-1].visible
    assert miss(tracks[-1], (110 + 35, 60 + 35)) < 2


def test_a_wall_without_texture_keeps_its_hint():
    """The hint may drift on a plain surface, but stays on it and visible."""
    frames = film(lambda at: moving(1.5 * at, 0))
    for at, frame in enumerate(frames):
        left = round(50 + 1.5 * at)
        frame[20:120, left : left + 80] = 180
    for at, (track,) in enumerate(follow(frames, Hint(90, 70, "red"))):
        assert track.visible
        assert 50 + 1.5 * at <= track.x < 130 + 1.5 * at
        assert 20 <= track.y < 120


def test_what_follows_a_cut_is_not_the_hint():
    """Given frames of another shot, the tracker says lost rather than a wrong place."""
    frames = film(MOTIONS["translation"], 12) + film(MOTIONS["translation"], 12, seed=5)
    tracks = follow(frames, Hint(96, 80, "red"))
    assert all(track.visible for (track,) in tracks[:12])
    assert not any(track.visible for (track,) in tracks[12:])


def test_flicker_and_grain():
    """Brightness that changes from frame to frame is not the object's."""
    random = np.random.default_rng(3)
    frames = [
        np.clip(frame * (1 + 0.12 * random.normal()) + random.normal(0, 8, frame.shape), 0, 255)
        for frame in film(MOTIONS["translation"])
    ]
    frames = [frame.astype(np.uint8) for frame in frames]
    tracks = [track for (track,) in follow(frames, Hint(96, 80, "red"))]
    found = [at for at, track in enumerate(tracks) if track.visible]
    assert len(found) > 0.8 * COUNT
    for at in found:
        assert miss(tracks[at], seen(MOTIONS["translation"](at), 96, 80)) < 3


@pytest.mark.parametrize("enlarged", [1, 5])
@pytest.mark.parametrize(("x", "y"), [(0, 0), (1, 1), (0, 0.5), (0.5, 1)])
def test_hints_at_the_border(x, y, enlarged):
    """They have less around them, and stay where they are on a still shot, inside the frame."""
    size = np.array([WIDTH, HEIGHT]) * enlarged
    frames = [cv2.resize(frame, size) for frame in film(MOTIONS["still"], 6)]
    place = ((size - 1) * (x, y)).astype(int)
    for (track,) in follow(frames, Hint(*place, "red")):
        assert track.visible
        assert miss(track, place) < 1.5 * enlarged
        assert 0 <= track.x <= size[0] - 1
        assert 0 <= track.y <= size[1] - 1


def test_hints_on_two_frames_of_one_object_agree():
    """One place, and a colour that goes over from the first hint to the second."""
    motion = MOTIONS["translation"]
    x, y = (round(value) for value in seen(motion(20), 60, 100))
    tracks = follow(film(motion), Hint(60, 100, "red"), Hint(x, y, "blue", frame=20))
    for at, (first, second) in enumerate(tracks):
        assert first.group == second.group == 0
        assert first.share + second.share == pytest.approx(1)
        assert second.share == pytest.approx(min(at / 20, 1), abs=0.1)
        assert (first.x, first.y) == (second.x, second.y)
        assert miss(first, seen(motion(at), 60, 100)) < 2


def test_hints_of_one_frame_stay_two():
    """However near they are."""
    tracks = follow(film(MOTIONS["translation"], 8), Hint(96, 80, "red"), Hint(99, 80, "blue"))
    for first, second in tracks:
        assert (first.group, second.group) == (0, 1)
        assert first.share == second.share == 1
        assert 2 < second.x - first.x < 4


def test_each_hint_has_its_own_track():
    """Indices are those of the hints; those not enabled have none; far hints are no group."""
    hints = [
        Hint(40, 40, "red"),
        Hint(90, 40, "red", enabled=False),
        Hint(150, 100, "blue", frame=5),
    ]
    for tracks in follow(film(MOTIONS["still"], 10), *hints):
        assert [(track.index, track.group) for track in tracks] == [(0, 0), (2, 2)]


def test_frame_numbers_count_from_the_film():
    """A shot that begins at frame 100 has the hints of frames 100 and on."""
    hints = HintSet([Hint(40, 40, "red", frame=99), Hint(60, 60, "red", frame=103)])
    for (track,) in track_shot(film(MOTIONS["still"], 8), hints, first=100):
        assert track.index == 1
        assert miss(track, (60, 60)) < 1


def test_nothing_waits_without_later_hints():
    """A frame is reported at once unless a hint comes soon; then at the hint's frame."""
    frames = film(MOTIONS["still"], 8)
    early = ShotTracker(HintSet([Hint(40, 40, "red"), Hint(50, 50, "red", frame=2000)]))
    assert [len(early.feed(frame)) for frame in frames] == [1] * 8
    later = ShotTracker(HintSet([Hint(40, 40, "red", frame=5)]))
    assert [len(later.feed(frame)) for frame in frames] == [0] * 5 + [6, 1, 1]
    assert later.finish() == []


def test_a_shot_that_ends_before_its_hint():
    """The hint belongs to the next shot; the frames come out without it."""
    waiting = ShotTracker(HintSet([Hint(40, 40, "red", frame=30)]))
    assert [waiting.feed(frame) for frame in film(MOTIONS["still"], 6)] == [[]] * 6
    assert waiting.finish() == [[]] * 6


def test_memory_is_bounded(monkeypatch):
    """With a hint on every few frames of a long shot, at most two look-backs of frames wait."""
    monkeypatch.setattr(tracker, "LOOK_BACK", 6)
    hints = HintSet(Hint(100, 70, "red", frame=frame) for frame in range(0, 40, 4))
    waiting, reports, most = ShotTracker(hints), [], 0
    for number, frame in enumerate(film(MOTIONS["still"], 40), 1):
        reports += waiting.feed(frame)
        most = max(most, number - len(reports))
    reports += waiting.finish()
    assert len(reports) == 40
    assert most < 12
    for at, tracks in enumerate(reports):
        reached = [track.index for track in tracks]
        assert reached == list(range(len(reached)))
        assert 4 * (len(reached) - 1) >= min(at + 3, 36) // 4 * 4  # the next hint reaches back
        assert all(miss(track, (100, 70)) < 1 for track in tracks)


def test_the_same_film_gives_the_same_tracks():
    """To the last bit."""
    frames = with_object(lambda at: (-70 + 10 * at, 40), 20)
    hints = [Hint(100, 75, "red"), Hint(60, 60, "blue", frame=15)]
    assert follow(frames, *hints) == follow(frames, *hints)


def test_large_frames_and_their_coordinates():
    """Tracks are in source pixels whatever the size of the working copies."""
    frames = [cv2.resize(frame, None, fx=6, fy=6) for frame in film(MOTIONS["translation"], 6)]
    for at, (track,) in enumerate(follow(frames, Hint(578, 482, "red"))):
        assert miss(track, (578 + 15 * at, 482 - 7.2 * at)) < 6


@pytest.mark.parametrize("shape", [(1, 1), (2, 90), (31, 33), (50, 40)])
def test_tiny_frames(shape):
    """There is no size that the tracker cannot take."""
    random = np.random.default_rng(0)
    frame = random.integers(0, 256, shape).astype(np.uint8)
    for (track,) in follow([frame] * 6, Hint(0, 0, "red")):
        assert track.visible
        assert miss(track, (0, 0)) < 1


def test_no_frames_and_no_hints():
    """Both are fine."""
    assert list(track_shot([], HintSet())) == []
    assert follow(film(MOTIONS["still"], 3)) == [[], [], []]


BEFORE, LATER = Hint(60, 100, "red"), Hint(116, 72, "blue", frame=37)
SAME = Hint(90, 85, "blue", frame=20)  # where BEFORE is by then
BESIDE = Hint(77, 98, "green", frame=3)
BETWEEN = Hint(96, 86, "blue", frame=20)  # near to both
FAR = [Hint(150, 30, "red", frame=14), Hint(40, 40, "red", frame=26)]
MARKED = {
    "no hints": [],
    "hints on frames before": [BEFORE, Hint(30, 30, "red", frame=3)],
    "a hint ahead": [LATER],
    "on both sides": [BEFORE, LATER],
    "two on one object": [BEFORE, SAME],
    "one between two": [BEFORE, BESIDE, BETWEEN, *FAR],
    "many": [BEFORE, *(Hint(62 + at, 99, "red", frame=at) for at in range(1, 40, 3))],
}


def through_a_file(mark: Mark) -> Mark:
    """What comes back of a mark's state."""
    data = io.BytesIO()
    np.savez(data, **mark.state())
    with np.load(io.BytesIO(data.getvalue()), allow_pickle=False) as file:
        return Mark.restore(dict(file))


def same_state(one: Mark, other: Mark) -> bool:
    a, b = one.state(), other.state()
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)


@pytest.mark.parametrize("name", MARKED)
def test_it_goes_on_from_any_mark_to_the_same_tracks(monkeypatch, name):
    """To the last bit, with nothing but the mark and the frames that it had not reported; so are
    later marks."""
    monkeypatch.setattr(tracker, "LOOK_BACK", 9)
    hints = HintSet(MARKED[name])
    frames = [
        (frame * (0.85 + 0.15 * np.sin(at))).astype(np.uint8)
        for at, frame in enumerate(film(lambda at: moving(1.5 * at, -0.7 * at), 44))
    ]

    def fed(shot: ShotTracker) -> tuple[list[list[Track]], list[Mark]]:
        start, reports, marks = shot.mark.reported + 1, [], []
        for number in range(start, len(frames)):
            reports += shot.feed(frames[number])
            mark = shot.mark
            assert (mark.first, mark.reported) == (0, start + len(reports) - 1)
            assert mark.seen >= number
            marks.append(mark)
        return reports + shot.finish(), marks

    whole, marks = fed(ShotTracker(hints))
    assert len(whole) == len(marks) == len(frames)
    for number, mark in enumerate(marks[:-1]):
        if number % (5 if mark.reported == mark.seen else 2):
            continue  # one of many alike
        again, later = fed(ShotTracker(hints, 0, through_a_file(mark)))
        assert again == whole[mark.reported + 1 :]
        for one, other in zip(later, marks[mark.reported + 1 :], strict=True):
            assert one.seen == max(mark.seen, other.seen)
            assert one.seen > other.seen or same_state(one, other)


def test_what_a_mark_has_seen_is_not_followed_again(monkeypatch):
    """Frames that wait for a later hint are looked at again for that one alone."""
    hints = HintSet([BEFORE, LATER])
    frames = film(MOTIONS["translation"], 38)
    shot = ShotTracker(hints)
    for frame in frames[:36]:
        assert shot.feed(frame) == []
    again = ShotTracker(hints, 0, through_a_file(shot.mark))
    steps = []
    step = tracker.Follower.step
    monkeypatch.setattr(tracker.Follower, "step", lambda *given: steps.append(1) or step(*given))
    for frame in frames[:36]:
        again.feed(frame)
    assert steps == []
    again.feed(frames[36])
    assert len(steps) == 1
    assert len(again.feed(frames[37])) == 38
    assert len(steps) == 2 + 38


def test_a_mark_stays_as_it_is(monkeypatch):
    """Whatever becomes of the tracker that told it."""
    monkeypatch.setattr(tracker, "LOOK_BACK", 9)
    shot = ShotTracker(HintSet([BEFORE, SAME]))
    frames = film(MOTIONS["translation"], 30)
    for frame in frames[:2]:
        shot.feed(frame)
    mark, kept = shot.mark, shot.mark.state()
    for frame in frames[2:]:
        shot.feed(frame)
    assert (mark.seen, shot.mark.seen) == (1, 29)
    assert all(np.array_equal(each, kept[name]) for name, each in mark.state().items())


def test_a_mark_with_a_part_missing():
    """None of it may be left out."""
    shot = ShotTracker(HintSet([BEFORE]))
    shot.feed(film(MOTIONS["still"], 1)[0])
    state = shot.mark.state()
    for name in state:
        with pytest.raises(KeyError):
            Mark.restore({key: each for key, each in state.items() if key != name})
