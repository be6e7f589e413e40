"""Whole films: what is kept, what is refused, what fails."""

from __future__ import annotations

import errno
import threading

import cv2
import numpy as np
import pytest
from makers import film, lumas
from squares import HEIGHT, RED, WIDTH, color, planes, same, scene, write_film

from tui_colorize import Hint
from tui_colorize.errors import UserError
from tui_colorize.video import pipeline, segments
from tui_colorize.video.devicechroma import DeviceChroma
from tui_colorize.video.progress import STAGES
from tui_colorize.video.reader import VideoReader

pytestmark = pytest.mark.usefixtures("small_segments")


@pytest.mark.parametrize("cores", [1, 2, 8])
def test_one_hint_colours_the_shot_and_luma_and_times_stay(network, monkeypatch, cores):
    """Every frame has a red square, the very luma of the source, and its PTS."""
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    write_film("film.mkv", (20,))
    result = color("film.mkv", "out.mkv", [RED], network)
    assert (result.frames, result.shots, result.hints, result.problems) == (20, 1, 1, ())
    source, colored = planes("film.mkv"), planes("out.mkv")
    assert [pts for pts, _ in colored] == [pts for pts, _ in source]
    for number, ((_, before), (_, after)) in enumerate(zip(source, colored, strict=True)):
        assert np.array_equal(before[0], after[0])
        left = 15 + number // 2
        assert after[2][12:18, left + 2 : left + 8].mean() > 150  # Cr of the square
        assert abs(after[2][24:].mean() - 128) < 3  # and of the ground


def test_colour_in_full_resolution(network):
    """On demand: chroma as fine as the luma, which is still the source's."""
    write_film("film.mkv")
    color("film.mkv", "out.mkv", [RED], network, chroma="444")
    for (_, before), (_, after) in zip(planes("film.mkv"), planes("out.mkv"), strict=True):
        assert np.array_equal(before[0], after[0])
        assert after[1].shape == after[2].shape == (HEIGHT, WIDTH)
    assert after[2][30, 45:57].min() > 145  # within the square
    assert after[2][30, :35].max() < 135


def test_chroma_made_on_a_device(network, monkeypatch):
    """With torch in place of NumPy a film is the same, but for a level here and there."""
    write_film("film.mkv", (20,))
    hints = [RED, Hint(55, 30, "#3232c8", 2, frame=15)]
    color("film.mkv", "wanted.mkv", hints, network)
    monkeypatch.setattr(pipeline, "chroma_maker", DeviceChroma)
    color("film.mkv", "out.mkv", hints, network)
    for (_, one), (_, two) in zip(planes("out.mkv"), planes("wanted.mkv"), strict=True):
        luma, *chroma = (np.abs(a.astype(int) - b) for a, b in zip(one, two, strict=True))
        assert luma.max() == 0
        assert np.max(chroma) <= 1
        assert np.mean(chroma) < 0.01


def test_no_colour_crosses_a_cut(network):
    """The second of two shots is what it is when coloured alone."""
    write_film("both.mkv", (12, 10))
    write_film("second.mkv", (10,), first_shot=1)
    result = color("both.mkv", "both-out.mkv", [RED], network)
    color("second.mkv", "second-out.mkv", [], network)
    assert result.shots == 2
    both, second = planes("both-out.mkv")[12:], planes("second-out.mkv")
    assert all(same(one, two) for (_, one), (_, two) in zip(both, second, strict=True))


def test_a_hint_on_a_late_frame_colours_the_first_one(network):
    """It goes back to the start of its shot, and no further."""
    write_film("film.mkv", (10, 20))
    late = Hint(58, 30, "#c83232", 2, frame=28)
    color("film.mkv", "out.mkv", [late], network)
    colored = planes("out.mkv")
    assert colored[10][1][2][12:18, 17:23].mean() > 150
    assert abs(colored[9][1][2].mean() - 128) < 1


def test_stages_share_the_cores(network, monkeypatch):
    """OpenCV's threads are few while a film is made, and as many as before when it is done."""
    write_film("film.mkv")
    before = cv2.getNumThreads()
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    cv2.setNumThreads(3)
    try:
        seen = []
        color(
            "film.mkv", "out.mkv", [], network, progress=lambda _: seen.append(cv2.getNumThreads())
        )
        assert set(seen) == {1}
        assert cv2.getNumThreads() == 3
    finally:
        cv2.setNumThreads(before)


def test_progress_counts_every_frame(network):
    """With the total, a speed, the time left and the stage that the others wait for."""
    write_film("film.mkv", (16,))
    seen = []
    color("film.mkv", "out.mkv", [], network, progress=seen.append)
    assert [now.done for now in seen] == list(range(1, 17))
    assert {now.total for now in seen} <= {16, None}
    assert seen[-1].fps > 0
    assert seen[-1].slowest in STAGES


REFUSED = {
    "there is no such file|cannot be read": {"source": "none.mkv"},
    "exists already": {"out": "there.mkv"},
    "is the original": {"out": "film.mkv"},
    "is never replaced": {"out": "film.mkv", "overwrite": True},
    "there is no folder": {"out": "nowhere/out.mkv"},
    "outside": {"hints": [Hint(WIDTH, 0, "red")]},
    "has 12 frames, counted from 0, and none with number 12": {
        "hints": [Hint(0, 0, "red", frame=12)]
    },
    "other proportions": {"references": {0: np.zeros((64, 64, 3), np.uint8)}},
    "not a coloured picture": {"references": {0: np.zeros((64, 96), np.uint8)}},
    "none with number 40": {"references": {40: np.zeros((64, 96, 3), np.uint8)}},
    "number of frames from 1 on": {"every": 0},
    "crf": {"crf": 18},
    "chroma is 420, 422 or 444, not 4:4:4": {"chroma": "4:4:4"},
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_cannot_be_used_is_refused_before_any_work(network, reason):
    """In a sentence, with nothing written."""
    write_film("film.mkv")
    pipeline.Path("there.mkv").write_text("mine")
    wanted = {"source": "film.mkv", "out": "out.mkv", "hints": []} | REFUSED[reason]
    source, out, hints = (wanted.pop(name) for name in ("source", "out", "hints"))
    with pytest.raises(UserError, match=reason):
        color(source, out, hints, network, **wanted)
    assert network.calls == 0
    assert pipeline.Path("there.mkv").read_text() == "mine"
    assert sorted(path.name for path in pipeline.Path().iterdir()) == ["film.mkv", "there.mkv"]


def test_a_reference_colours_its_shot(network):
    """A coloured still of the first frame, twice as large, is carried to the last one."""
    write_film("film.mkv", (12,))
    still = np.repeat(np.repeat(np.dstack([scene(0)] * 3), 2, 0), 2, 1)
    still[40:80, 60:100, 0] += 60
    color("film.mkv", "out.mkv", [], network, references={0: still})
    for number, (_, (_, _, cr)) in enumerate(planes("out.mkv")):
        left = 15 + number // 2
        assert cr[12:18, left + 2 : left + 8].mean() > 145


def test_what_was_damaged_is_said(network):
    """A film that was cut off is coloured as far as it goes."""
    write_film("film.mkv", (25, 25))
    data = pipeline.Path("film.mkv").read_bytes()
    pipeline.Path("film.mkv").write_bytes(data[: len(data) * 2 // 5])
    result = color("film.mkv", "out.mkv", [RED], network)
    assert 10 < result.frames < 50
    assert any("damaged" in problem or "incomplete" in problem for problem in result.problems)
    with VideoReader("out.mkv") as reader:
        assert sum(1 for _ in reader) == result.frames


@pytest.mark.parametrize("size", [(1, 1), (17, 33), (700, 20), (4097, 2161)])
def test_a_single_frame_of_any_size(network, size):
    """Small films and large ones come out like all others."""
    film(pipeline.Path("film.mkv"), frames=1, size=size)
    assert color("film.mkv", "out.mkv", [Hint(0, 0, "red")], network).frames == 1
    assert same(lumas("film.mkv"), lumas("out.mkv"))


def test_a_full_disk(network, monkeypatch):
    """It is said in a sentence, and the work done so far is not lost."""
    write_film("film.mkv", (40,))
    add, room = segments.SegmentFile.add, [30]

    def add_if_there_is_room(*arguments):
        room[0] -= 1
        if room[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        add(*arguments)

    monkeypatch.setattr(segments.SegmentFile, "add", add_if_there_is_room)
    with pytest.raises(UserError, match="cannot be written: no space left on device"):
        color("film.mkv", "out.mkv", [RED], network)
    assert not pipeline.Path("out.mkv").exists()
    room[0] = 40
    seen = []
    result = color("film.mkv", "out.mkv", [RED], network, resume=True, progress=seen.append)
    assert result.frames == 40
    assert len(seen) < 40


@pytest.mark.parametrize("cores", [2, 8])
@pytest.mark.parametrize("answers", [0, 3])
def test_an_error_of_a_stage_ends_the_run(network, monkeypatch, answers, cores):
    """It comes out as it is, with no thread left and nothing written."""
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    write_film("film.mkv", (12,))
    color_planes = network.color_planes

    def broken(*planes):
        if network.calls >= answers:
            raise RuntimeError("no colours")
        return color_planes(*planes)

    monkeypatch.setattr(network, "color_planes", broken)
    before = set(threading.enumerate())
    with pytest.raises(RuntimeError, match="no colours"):
        color("film.mkv", "out.mkv", [RED], network, every=1)
    names = {thread.name.partition("_")[0] for thread in set(threading.enumerate()) - before}
    assert not names & {"scout", "color", "chroma", "worker"}
    assert [path.name for path in pipeline.Path().iterdir()] == ["film.mkv"]
