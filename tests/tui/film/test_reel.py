"""Any frame of a film, in any order, within a bounded memory."""

from __future__ import annotations

import random

import pytest

from tui_colorize.tui.film.clip import Clip
from tui_colorize.tui.film.player import Player
from tui_colorize.tui.film.reel import Reel
from tui_colorize.video.frame import VideoFrame

SIZE = 128 * 96  # bytes of a frame


@pytest.mark.parametrize("kept", [9 * SIZE, 1000 * SIZE])
def test_every_frame_in_any_order(film, frame_of, kept):
    order = [0, 1, 2, 50, 3, 59, 58, 57, 30, 31, 29, *random.Random(1).sample(range(60), 30)]
    with Reel(film, VideoFrame.gray, kept) as reel:
        for frame in order:
            assert (reel.at(frame) == frame_of(frame)).all()
            assert sum(plane.nbytes for plane in reel._kept.values()) <= kept


def test_going_back_step_by_step_seeks_now_and_then_only(film, monkeypatch):
    with Reel(film, VideoFrame.gray, 1000 * SIZE) as reel:
        reel.at(55)
        reel._kept.clear()
        seeks = []
        seek = reel._reader.seek
        monkeypatch.setattr(reel._reader, "seek", lambda place: [seeks.append(place), seek(place)])
        for frame in reversed(range(20, 55)):
            reel.at(frame)
        assert len(seeks) <= 2


def test_beyond_what_can_be_decoded_there_is_the_last_frame(film, frame_of):
    with Reel(film, VideoFrame.gray, 1000 * SIZE) as reel:
        reel._end = 10_000  # as if the file had promised more
        for frame in (500, 59, 9_000):
            assert (reel.at(frame) == frame_of(59)).all()


@pytest.mark.parametrize("wanted", [12, 30, 48])
def test_a_damaged_stretch_may_be_longer_than_what_is_kept(film, frame_of, wanted):
    with Reel(film, VideoFrame.gray, 9 * SIZE) as reel:
        reel._reader = Damaged(reel._reader, range(10, 50))
        for frame in (wanted, 5, wanted, 59, wanted):
            assert (reel.at(frame) == frame_of(50 if frame == wanted else frame)).all()


class Damaged:
    """A reader of a film with frames that cannot be decoded."""

    def __init__(self, reader, lost):
        self.reader, self.lost = reader, lost
        self.seek, self.close = reader.seek, reader.close

    def __next__(self):
        while (frame := next(self.reader)).index in self.lost:
            pass
        return frame


def test_frames_and_times(film):
    clip = Clip.open(film)
    assert (clip.count, clip.size, clip.rate) == (60, (128, 96), 20)
    for frame in range(60):
        assert clip.frame_at(clip.time_of(frame) + 0.001) == frame
    assert clip.time_of(10) == pytest.approx(0.5)
    assert clip.frame_at(99) == 59
    assert clip.frame_at(-1) == 0


def test_a_player_keeps_to_the_film_s_time(film):
    player = Player(Clip.open(film), 10, now=1000.0)
    assert [player.due(1000.0 + seconds) for seconds in (0.01, 0.26, 1.01, 60)] == [10, 15, 30, 59]
    for number in range(5):
        player.showed(1000.0 + number / 4)
    assert player.rate == pytest.approx(4)
