"""What is known of a film's frames before they are coloured, also by a run that goes on amid it."""

from __future__ import annotations

import numpy as np
import pytest
from squares import HEIGHT, RED, WIDTH, scene, write_film

from tui_colorize import Hint
from tui_colorize.hints import HintSet
from tui_colorize.video import tracker
from tui_colorize.video.follow import Follower
from tui_colorize.video.reader import VideoReader
from tui_colorize.video.scout import Reduced, Scout
from tui_colorize.video.tracker import Mark

MISSING = {7, 8, 15, 16, 17, 20, 27}


def scout(hints=(), shot=0, mark=None) -> Scout:
    return Scout((WIDTH, HEIGHT), HintSet(hints), {}, lambda _: None, shot, mark)


def told(one) -> tuple:
    frame = one.frame
    return frame.index, one.starts, frame.tracked, frame.own, frame.places


@pytest.mark.parametrize("ahead", [(), (13, 22), (21,)])
def test_going_on_in_a_film_with_missing_frames(monkeypatch, ahead):
    """Behind any frame whose mark is told, hints are on the later ones as if never stopped."""
    monkeypatch.setattr(tracker, "LOOK_BACK", 6)
    hints = [RED, *(Hint(40 + frame, 30, "blue", frame=frame) for frame in ahead)]
    items = [
        (Reduced(index, (HEIGHT, WIDTH), scene(index), scene(index)), index == 0)
        for index in range(34)
        if index not in MISSING
    ]
    whole = list(scout(hints).follow(items))
    assert [each.frame.index for each in whole] == [item.index for item, _ in items]
    marked = [number for number, each in enumerate(whole) if each.mark is not None]
    assert len(marked) > 8
    for number in marked:
        mark = whole[number].mark
        assert mark.frame == whole[number].frame.index
        again = scout(hints, 0, mark).follow(items[number + 1 :])
        assert list(map(told, again)) == list(map(told, whole[number + 1 :]))


@pytest.mark.parametrize("frame", [55, 60, 69, 70])
def test_shots_begin_where_they_did(tmp_path, frame):
    """A run that goes on behind a frame finds the same cuts, and tells no frame before."""
    film = write_film(tmp_path / "film.mkv", (40, 30, 12))

    def starts(each: Scout) -> list[tuple[int, bool]]:
        with VideoReader(film) as reader:
            return [(item.index, starts) for item, starts in each.read(reader)]

    mark = Mark(frame, Follower(), np.zeros((0, 2), np.int64), frame + 1)
    whole = starts(scout())
    assert [index for index, start in whole if start] == [0, 40, 70]
    assert starts(scout((), 40, mark)) == whole[frame + 1 :]
