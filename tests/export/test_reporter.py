"""What an export says while it works."""

from __future__ import annotations

from tui_colorize.export.record import Phase, Status, read
from tui_colorize.export.reporter import Reporter
from tui_colorize.video.progress import Progress


def said(folder) -> Status:
    return read(folder / "status.json", Status)


def test_what_is_told_of_the_work(tmp_path):
    """The phase follows the frames, and the last Progress is kept."""
    reporter = Reporter(tmp_path)
    assert reporter._phase() is Phase.STARTING
    reporter.saw(Progress(1, 100, 0.1, None, "color"))
    assert reporter._phase() is Phase.RUNNING
    now = Progress(11, 100, 5.0, 17.8, "color")
    reporter.saw(now)
    reporter.begin()
    reporter.end(Phase.CANCELLED)
    assert said(tmp_path).progress == now


def test_a_film_of_one_frame_is_told_of(tmp_path):
    """Its first frame is the last."""
    reporter = Reporter(tmp_path)
    reporter.saw(Progress(1, 1, 0.5, 0.0, "encode"))
    reporter.begin()
    reporter.end(Phase.DONE)
    assert said(tmp_path).percent == 100


def test_a_film_that_is_longer_than_it_told(tmp_path):
    """Its length is an estimate: behind it the end is near."""
    reporter = Reporter(tmp_path)
    reporter.saw(Progress(12, 10, 1.0, 0.0, "color"))
    assert reporter._phase() is Phase.FINISHING
