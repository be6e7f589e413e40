"""Going to a frame: always exactly that frame, as it is when all are read."""

from __future__ import annotations

import numpy as np
import pytest
from makers import film, late, vfr, with_b_frames

from tui_colorize.errors import UserError
from tui_colorize.video.reader import VideoReader

FILMS = {
    "b-frames.mp4": with_b_frames,
    "b-frames.mkv": with_b_frames,
    "b-frames.ts": with_b_frames,
    "b-frames.avi": with_b_frames,
    "b-frames.h264": with_b_frames,
    "open-gop.mp4": lambda path: film(
        path,
        frames=40,
        codec="libx264",
        options={"x264-params": "open-gop=1:keyint=8:bframes=3:qp=0", "preset": "veryfast"},
    ),
    "mpeg2.mpg": lambda path: film(
        path, frames=30, codec="mpeg2video", options={"g": "8", "bf": "2", "q": "2"}
    ),
    "vfr.mkv": vfr,
    "late.mkv": late,
    "late.mp4": lambda path: late(path, codec="libx264"),
    "with sound.mkv": lambda path: with_b_frames(path, sound=("aac",)),
}


@pytest.mark.parametrize("name", FILMS)
def test_seek(tmp_path, name):
    """Any frame, in any order, and the ones after it."""
    path = FILMS[name](tmp_path / name)
    with VideoReader(path) as reader:
        frames = list(reader)
        rng = np.random.default_rng(0)
        for index in rng.permutation(len(frames))[:12]:
            reader.seek(int(index))
            for wanted in frames[index : index + 3]:
                found = next(reader)
                assert (found.index, found.pts) == (wanted.index, wanted.pts)
                np.testing.assert_array_equal(found.luma, wanted.luma)
        assert reader.count() == len(frames)
        assert reader.problems == []


def test_start(tmp_path):
    """A reader may begin in the middle."""
    path = with_b_frames(tmp_path / "a.mp4")
    with VideoReader(path, start=13) as reader:
        assert [frame.index for frame in reader] == list(range(13, 30))


@pytest.mark.parametrize("name", ["a.mp4", "a.h264"])
def test_no_such_frame(tmp_path, name):
    """A frame beyond the end is refused, in a sentence."""
    with VideoReader(with_b_frames(tmp_path / name)) as reader:
        with pytest.raises(UserError, match="has no frame 30"):
            reader.seek(30)
        reader.seek(29)
        assert next(reader).index == 29


def test_again_from_the_end(tmp_path):
    """After the last frame one can go back to the first."""
    with VideoReader(film(tmp_path / "a.mkv")) as reader:
        assert len(list(reader)) == 8
        reader.seek(0)
        assert [frame.index for frame in reader] == list(range(8))
