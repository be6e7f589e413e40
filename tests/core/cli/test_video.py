"""`tui-colorize video` in process: what is said while it works."""

from __future__ import annotations

from tui_colorize import videocli
from tui_colorize.video.progress import Progress


def test_a_log_gets_a_line_now_and_then(monkeypatch, capsys):
    """Where stderr is no terminal: whole lines, far between, without a bar."""
    now = [0.0]
    monkeypatch.setattr(videocli.time, "monotonic", lambda: now[0])
    with videocli._progress() as show:
        for second in range(100):
            now[0] = float(second)
            show(Progress(second * 10, 2000, 10.0, 200.0 - second, "encode"))
    assert capsys.readouterr().err.splitlines() == [
        "300 of 2000 frames, 10.0 fps, 2:50 left",
        "600 of 2000 frames, 10.0 fps, 2:20 left",
        "900 of 2000 frames, 10.0 fps, 1:50 left",
    ]


def test_a_film_that_does_not_tell_its_length(monkeypatch, capsys):
    """No total, and no time left."""
    monkeypatch.setattr(videocli, "_NOW_AND_THEN", 0.0)
    with videocli._progress() as show:
        show(Progress(3, None, 1.5, None, ""))
    assert capsys.readouterr().err == "3 frames, 1.5 fps\n"
