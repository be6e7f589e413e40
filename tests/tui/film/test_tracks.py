"""Hints are followed in the background: as whole films have it, from what has changed."""

from __future__ import annotations

import threading
import time

import pytest

from tui_colorize.hints import Hint, HintSet
from tui_colorize.tui.film.followed import followed_hints
from tui_colorize.tui.film.tracks import Tracks
from tui_colorize.video.tracker import Track, track_shot

SIZE = (128, 96)
SQUARE = Hint(30, 48, "#c04020", frame=5)
GROUND = Hint(100, 20, "#20c040", frame=30)
AFTER = Hint(60, 60, "#2040c0", frame=50)


@pytest.fixture
def tracks(film):
    idle = threading.Event()
    found = Tracks(film, SIZE, 60, idle.set, pytest.fail)

    def follow(hints: HintSet, frame: int = 0) -> None:
        found.want(hints, frame)
        deadline = time.monotonic() + 300
        while True:
            assert time.monotonic() < deadline
            idle.wait(0.05)
            idle.clear()
            followed = all(len(found.at(hint.frame)) for hint in hints.enabled) and not found.busy
            if followed and len(found.overview().starts) == 2:
                return

    found.follow = follow
    yield found
    found.close()


def test_places_are_those_of_the_tracker_of_whole_films(tracks, frame_of):
    hints = HintSet([SQUARE, GROUND, Hint(70, 48, "#111111", frame=25)])
    tracks.follow(hints)
    whole = track_shot([frame_of(frame) for frame in range(40)], hints)
    for frame, expected in enumerate(whole):
        for mine, other in zip(tracks.at(frame), expected, strict=True):
            assert (mine.index, mine.visible, mine.group) == (
                other.index,
                other.visible,
                other.group,
            )
            if other.visible:
                assert (mine.x, mine.y) == pytest.approx((other.x, other.y), abs=0.6)
                assert mine.share == pytest.approx(other.share, abs=0.1)


def test_only_what_is_new_is_followed(tracks, monkeypatch):
    tracks.follow(HintSet([SQUARE]))
    steps = []
    from tui_colorize.tui.film.trails import Walk

    step = Walk.step
    monkeypatch.setattr(Walk, "step", lambda walk, *args: [steps.append(walk), step(walk, *args)])
    tracks.follow(HintSet([SQUARE, AFTER]))
    assert 0 < len(steps) <= 2 * 20 + 2
    steps.clear()
    tracks.follow(HintSet([AFTER]))
    tracks.follow(HintSet([SQUARE, AFTER]))  # undone
    assert not steps


def test_hints_stay_in_their_shot(tracks):
    tracks.follow(HintSet([SQUARE, AFTER]))
    assert [[track.index for track in tracks.at(frame)] for frame in (0, 39, 40, 59)] == [
        [0],
        [0],
        [1],
        [1],
    ]
    assert tracks.overview().seen.all()


def test_hints_that_are_not_enabled_are_not_followed(tracks):
    off = Hint(100, 20, "#20c040", frame=30, enabled=False)
    tracks.follow(HintSet([off, AFTER]))
    assert tracks.at(31) == []


def test_a_hint_of_another_frame_as_one_of_this():
    hints = HintSet([Hint(1, 2, "#ff0000", 4), Hint(5, 6, "#0000ff", frame=20)])
    one = Track(0, 10.4, 20.6, 2.0, 0.9, True, 0, 1.0)
    assert followed_hints([one], hints, 9, SIZE) == {
        (0, 1, 2): Hint(10, 21, "#ff0000", 8, 9),
    }
    assert followed_hints([one], hints, 0, SIZE) == {}
    lost = Track(0, 10.4, 20.6, 2.0, 0.1, False, 0, 0.0)
    assert followed_hints([lost], hints, 9, SIZE) == {}
    same = [Track(i, 10, 20, 1.0, 0.9, True, 0, 0.5) for i in (0, 1)]
    mixed = followed_hints(same, hints, 9, SIZE)
    assert len({hint.color for hint in mixed.values()}) == 1
    assert mixed[0, 1, 2].color not in ("#ff0000", "#0000ff")
