"""`tui-colorize video` in process: what is said while it works."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from tui_colorize import videocli
from tui_colorize.errors import UserError
from tui_colorize.video import pipeline
from tui_colorize.video.progress import Progress
from tui_colorize.video.source import said


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


@pytest.mark.parametrize(
    ("there", "sentence"),
    [
        (False, "out.mkv is not complete: --resume goes on with it"),
        (True, "out.mkv is still the film that was there: --resume --overwrite goes on"),
    ],
)
def test_how_to_go_on_after_ctrl_c(tmp_path, monkeypatch, capsys, there, sentence):
    """The film that was to be replaced is whole, and --resume alone would not replace it."""
    monkeypatch.chdir(tmp_path)

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "colorize_video", interrupted)
    Path("film.mkv").touch()
    if there:
        Path("out.mkv").touch()
    with pytest.raises(KeyboardInterrupt):
        videocli.color_video(["film.mkv", "-o", "out.mkv", *["--overwrite"] * there])
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    ("number", "parts", "goes_on"),
    [(errno.ENOSPC, True, True), (errno.ENOSPC, False, False), (errno.EACCES, True, False)],
)
def test_a_full_disk(tmp_path, monkeypatch, number, parts, goes_on):
    """Where there is something to go on with, the sentence says so."""
    monkeypatch.chdir(tmp_path)

    def fail(*_, **__):
        folder = Path(".out.mkv.parts")
        folder.mkdir()
        if parts:
            (folder / "state.npz").touch()
        with said("out.mkv", "be written"):
            raise OSError(number, "No space left on device")

    monkeypatch.setattr(pipeline, "colorize_video", fail)
    Path("film.mkv").touch()
    with pytest.raises(UserError) as caught:
        videocli.color_video(["film.mkv", "-o", "out.mkv"])
    sentence = "out.mkv cannot be written: no space left on device"
    assert str(caught.value) == sentence + "; with more room, --resume goes on" * goes_on
