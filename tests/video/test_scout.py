"""What is known of a film's frames before they are coloured, also by a run that goes on amid it."""

from __future__ import annotations

import io

import numpy as np
import pytest
from squares import HEIGHT, RED, WIDTH, scene, write_film

from tui_colorize import Hint
from tui_colorize.hints import HintSet
from tui_colorize.video import tracker
from tui_colorize.video.findings import Findings
from tui_colorize.video.follow import Follower
from tui_colorize.video.reader import VideoReader
from tui_colorize.video.scout import Reduced, Scout
from tui_colorize.video.tracker import Mark

MISSING = {7, 8, 15, 16, 17, 20, 27}


def scout(hints=(), start=0, ahead=None, note=lambda _: None) -> Scout:
    return Scout((WIDTH, HEIGHT), HintSet(hints), {}, lambda _: None, note, start, ahead)


def through_a_file(findings: Findings) -> Findings:
    """What comes back of their state."""
    data = io.BytesIO()
    np.savez(data, **findings.state())
    with np.load(io.BytesIO(data.getvalue()), allow_pickle=False) as file:
        return Findings.restore(dict(file))


def told(one) -> tuple:
    frame = one.frame
    return frame.index, one.starts, frame.tracked, frame.own, frame.places


@pytest.mark.parametrize("ahead", [(), (13, 22), (21,)])
@pytest.mark.parametrize("cut", [34, 12, 17])
def test_going_on_in_a_film_with_missing_frames(monkeypatch, ahead, cut):
    """From whatever was found at any time, behind any frame of that, the later frames are told as
    if never stopped, and no shot is looked for where all is known."""
    monkeypatch.setattr(tracker, "LOOK_BACK", 6)
    hints = [RED, *(Hint(40 + frame, 30, "blue", frame=frame) for frame in ahead)]
    items = [
        (Reduced(index, (HEIGHT, WIDTH), scene(index), scene(index)), index in (0, cut))
        for index in range(34)
        if index not in MISSING
    ]
    found: list[Findings] = []

    def note(each: Findings) -> None:
        found.append(found[-1].joined(each) if found else each)

    whole = list(map(told, scout(hints, note=note).follow(items)))
    assert [index for index, *_ in whole] == [item.index for item, _ in items]
    for number, findings in enumerate(found):
        behind = findings.mark.reported if number % 2 else findings.mark.reported // 2
        known = through_a_file(findings.behind(behind))
        again = [(item, starts) for item, starts in items if item.index > behind]
        results = scout(hints, behind + 1, known).follow(again)
        assert list(map(told, results)) == [each for each in whole if each[0] > behind]


@pytest.mark.parametrize("seen", [55, 60, 69, 70, 75])
@pytest.mark.parametrize("start", [0, 35, 56])
def test_shots_begin_where_they_did(tmp_path, seen, start):
    """What was found stays, the cuts behind it are found again, and no frame before is told."""
    film = write_film(tmp_path / "film.mkv", (40, 30, 12))
    known = frozenset({10, 70} if seen >= 70 else {10})
    first = 70 if seen >= 70 else 40
    mark = Mark(first, seen, (), Follower(), np.zeros((0, 2), np.int64))
    read = []
    with VideoReader(film) as reader:
        seek = reader.seek
        reader.seek = lambda frame: read.append(frame) or seek(frame)
        frames = [
            (item.index, starts)
            for item, starts in scout((), start, Findings(mark, {}, known)).read(reader)
        ]
    assert [index for index, _ in frames] == list(range(start, 82))
    assert [index for index, starts in frames if starts] == [
        index for index in (10, 70) if index >= start
    ]
    assert read == ([min(start, seen - 47)] if start else [])


def test_shots_of_a_whole_film(tmp_path):
    """Without anything known."""
    film = write_film(tmp_path / "film.mkv", (40, 30, 12))
    with VideoReader(film) as reader:
        frames = [(item.index, starts) for item, starts in scout().read(reader)]
    assert frames == [(index, index in (0, 40, 70)) for index in range(82)]
