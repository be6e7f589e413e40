"""Frames between their two uses: kept while there is room, else read again."""

from __future__ import annotations

import numpy as np
import pytest
from makers import film

from tui_colorize.video import shelf
from tui_colorize.video.reader import VideoReader
from tui_colorize.video.shelf import Shelf

COUNT = 120


@pytest.fixture(scope="module")
def frames(tmp_path_factory):
    path = film(tmp_path_factory.mktemp("shelf") / "a.mkv", frames=COUNT)
    with VideoReader(path) as reader:
        return path, list(reader)


def no_reading(*_):
    raise AssertionError("it was read again")


def test_what_is_kept_is_not_read_again(frames, monkeypatch):
    """The very frames come back, and make room for others."""
    path, read = frames
    monkeypatch.setattr(shelf, "VideoReader", no_reading)
    with Shelf(path, room=3 * read[0].size) as kept:
        for start in range(0, 12, 3):
            for frame in read[start : start + 3]:
                kept.put(frame)
            assert all(kept.take(frame.index) is frame for frame in read[start : start + 3])


@pytest.mark.parametrize("near", [0, 5, COUNT])
def test_what_found_no_room_is_read_again(frames, monkeypatch, near):
    """Whether what lies between is decoded or skipped, the same frames come in the same order."""
    path, read = frames
    monkeypatch.setattr(shelf, "NEAR", near)
    with Shelf(path, room=8 * read[0].size) as kept:
        waiting = iter(read)
        for number, frame in enumerate(read):
            while number + 40 > (ahead := next(waiting, read[-1])).index < COUNT - 1:
                kept.put(ahead)
            again = kept.take(frame.index)
            assert again.pts == frame.pts
            assert np.array_equal(again.luma, frame.luma)
        assert kept.problems == ()


def test_nothing_larger_than_the_room_is_kept(frames):
    """The memory is bounded whatever is put there."""
    path, read = frames
    with Shelf(path, room=read[0].size - 1) as kept:
        kept.put(read[0])
        assert kept.take(0) is not read[0]


def test_a_frame_that_is_not_there(frames):
    """Beyond the end of the film there is none."""
    path, _ = frames
    with Shelf(path) as kept:
        assert kept.take(COUNT - 1) is not None
        assert kept.take(COUNT) is None
