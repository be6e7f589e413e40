"""Encoders run at the priority of everything else."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import makers
import pytest

from tui_colorize.video import codecs
from tui_colorize.video.codecs import available
from tui_colorize.video.segments import SegmentFile


def policies() -> set[int]:
    found = set()
    for task in list(Path("/proc/self/task").iterdir()):
        with suppress(ProcessLookupError):  # a thread of an encoder that has just ended
            found.add(os.sched_getscheduler(int(task.name)))
    return found


@pytest.fixture(autouse=True)
def may_be_real_time() -> None:
    """Skips where nobody could become a real-time process, so that nothing would be tested."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    except (OSError, AttributeError):
        pytest.skip("no real-time priority to be had")


def test_looking_for_codecs_leaves_the_priority(tmp_path):
    """Each is opened once, SVT-AV1 too."""
    assert available()["av1"] is None
    assert policies() == {os.SCHED_OTHER}


def test_writing_av1_leaves_the_priority(tmp_path, recolor, monkeypatch):
    """While it is encoded and afterwards."""
    seen = []
    add = SegmentFile.add

    def look(self, *arguments):
        seen.append(policies())
        add(self, *arguments)

    monkeypatch.setattr(SegmentFile, "add", look)
    film = makers.film(tmp_path / "film.mkv", frames=3, size=(64, 64))
    recolor(film, tmp_path / "out.mkv", codec="av1", preset=codecs.CODECS["av1"].presets[0])
    assert seen
    assert all(each == {os.SCHED_OTHER} for each in [*seen, policies()])
