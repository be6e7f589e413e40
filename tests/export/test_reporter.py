"""What an export says while it works."""

from __future__ import annotations

from tui_colorize.export.record import Phase, Status, read
from tui_colorize.export.reporter import Reporter
from tui_colorize.video.progress import Progress


def said(folder) -> Status:
    return read(folder / "status.json", Status)


def test_no_time_left_is_told_from_the_first_frame_alone(tmp_path, monkeypatch):
    """Before it the network was loaded, which says nothing about the frames to come."""
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    reporter = Reporter(tmp_path)
    reporter.saw(Progress(1, 100, 0.1, 990.0, "color"))
    assert reporter._phase() is Phase.STARTING
    now[0] += 2
    reporter.saw(Progress(11, 100, 1.0, 89.0, "color"))
    assert reporter._phase() is Phase.RUNNING
    reporter.begin()
    reporter.end(Phase.CANCELLED)
    progress = said(tmp_path).progress
    assert (progress.fps, round(progress.remaining, 3)) == (5.0, 17.8)


def test_a_film_of_one_frame_is_told_of(tmp_path):
    """Its first frame is the last."""
    reporter = Reporter(tmp_path)
    reporter.saw(Progress(1, 1, 0.5, 0.0, "encode"))
    reporter.begin()
    reporter.end(Phase.DONE)
    assert said(tmp_path).percent == 100
