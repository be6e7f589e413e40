"""When the app is opened, and with what."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from tui_colorize import cli
from tui_colorize.hints import Hint
from tui_colorize.tui.terminal import Graphics

from .makers import picture


@pytest.fixture
def app(monkeypatch):
    """What the app was opened with; the process seems to have a terminal."""
    opened = []

    def open_it(path, hints, **options):
        opened.append((path, hints, options))
        return 7

    monkeypatch.setattr("tui_colorize.tui.start.run", open_it)
    monkeypatch.delenv("TUI_COLORIZE_GRAPHICS", raising=False)
    monkeypatch.setattr(cli, "is_terminal", lambda _: True)
    return opened


NO_OPTIONS = {"device": "auto", "weights": None, "output": None, "graphics": None}


def test_the_app_opens_without_a_picture(run, app):
    assert run() == (7, "", "")
    assert app == [(None, None, NO_OPTIONS)]


def test_the_app_opens_a_picture(run, app):
    picture("a.png")
    Path("h.csv").write_text("x,y,color\n7,5,red\n")
    options = "--hints h.csv -o b.png --device cpu --weights w.safetensors"
    assert run("a.png", *options.split())[0] == 7
    [(path, hints, given)] = app
    assert path == Path("a.png")
    assert list(hints) == [Hint(7, 5, "red")]
    weights, output = Path("w.safetensors"), Path("b.png")
    assert given == NO_OPTIONS | {"device": "cpu", "weights": weights, "output": output}


def film(path: str) -> None:
    """Two frames of 16 x 16 pixels."""
    with av.open(path, "w") as container:
        stream = container.add_stream("ffv1", rate=24)
        stream.width, stream.height, stream.pix_fmt = 16, 16, "yuv420p"
        for _ in range(2):
            frame = av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def test_the_app_opens_a_film(run, app):
    """With hints on its frames, and the name that the export is to offer."""
    film("a.mkv")
    Path("h.csv").write_text("frame,x,y,color\n1,7,5,red\n")
    assert run("a.mkv", "--hints", "h.csv", "-o", "b.webm")[0] == 7
    [(path, hints, given)] = app
    assert path == Path("a.mkv")
    assert list(hints) == [Hint(7, 5, "red", frame=1)]
    assert given == NO_OPTIONS | {"output": Path("b.webm")}


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ("a.mkv --hints late.csv", "late.csv, line 2, column 'frame'"),
        ("a.mkv -o b.png", "a film cannot be saved as .png"),
        ("a.mkv -o a.mkv", "a.mkv is the original"),
        ("text.mkv --hints late.csv", "text.mkv"),
    ],
)
def test_what_is_refused_with_a_film(run, app, arguments, problem):
    """In the shell, before the app opens."""
    film("a.mkv")
    Path("text.mkv").write_text("no film")
    Path("late.csv").write_text("frame,x,y,color\n2,1,1,red\n")
    status, out, err = run(*arguments.split())
    assert (status, out, app) == (2, "", [])
    assert problem in err
    assert err.count("\n") == 1


def test_a_picture_called_image_can_be_opened(run, app):
    picture("image", format="PNG")
    assert run("./image")[0] == 7
    assert app == [(Path("image"), None, NO_OPTIONS)]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ("gone.png", "gone.png: there is no such file"),
        (".", ". is a folder"),
        ("pipe", "pipe is a device or a pipe, not a picture"),
        ("loop", "loop cannot be read: "),
        ("a.png --hints gone.csv", "gone.csv: there is no such file"),
        ("a.png --hints outside.csv", "outside.csv, line 2, column 'x': 8 is outside"),
        ("a.png --hints film.csv", "film.csv: hint 1 is on frame 1"),
        ("a.png -o a.png", "a.png is the original, which"),
        ("a.png -o a.gif", "a.gif cannot be saved"),
    ],
)
def test_what_the_app_is_not_opened_for(run, app, arguments, problem):
    picture("a.png")
    os.mkfifo("pipe")
    Path("loop").symlink_to("loop")
    Path("outside.csv").write_text("x,y,color\n8,5,red\n")
    Path("film.csv").write_text("x,y,color,frame\n1,1,red,1\n")
    status, out, err = run(*arguments.split())
    assert (status, out, app) == (2, "", [])
    assert err.startswith("tui-colorize: ")
    assert problem in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "variable", "graphics"),
    [
        ("--graphics sixel", "kitty", Graphics.SIXEL),
        ("", "kitty", Graphics.KITTY),
        ("--graphics auto", "kitty", None),
    ],
)
def test_the_graphics_asked_for(run, app, monkeypatch, options, variable, graphics):
    monkeypatch.setenv("TUI_COLORIZE_GRAPHICS", variable)
    assert run(*options.split())[0] == 7
    assert app == [(None, None, NO_OPTIONS | {"graphics": graphics})]


@pytest.mark.parametrize(("options", "variable"), [("--graphics vga", ""), ("", "vga")])
def test_graphics_that_there_are_not(run, app, monkeypatch, options, variable):
    monkeypatch.setenv("TUI_COLORIZE_GRAPHICS", variable)
    status, out, err = run(*options.split())
    assert (status, out, app) == (2, "", [])
    assert err.endswith("'vga' is none of auto, kitty, sixel, halfcell\n")
    assert err.count("\n") == 1


def test_in_a_browser_no_terminal_is_needed(run, app, monkeypatch):
    monkeypatch.setattr(cli, "is_terminal", lambda _: False)
    monkeypatch.setenv("TEXTUAL_DRIVER", "textual.drivers.web_driver:WebDriver")
    assert run()[0] == 7


def test_a_failure_that_is_ours_is_one_sentence(run, app, monkeypatch, tmp_path):
    def fail(*_, **__):
        raise RuntimeError("unforeseen")

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr("tui_colorize.tui.start.run", fail)
    status, out, err = run()
    assert (status, out) == (70, "")
    assert err.count("\n") == 1
    [log] = tmp_path.rglob("crash-*.txt")
    assert str(log) in err
    assert "RuntimeError: unforeseen" in log.read_text()


def test_the_app_needs_a_terminal(run, app, monkeypatch):
    picture("a.png")
    for missing_stream in (sys.stdin, sys.stdout, sys.stderr):
        monkeypatch.setattr(cli, "is_terminal", lambda stream, gone=missing_stream: stream != gone)
        status, out, err = run("a.png")
        assert (status, out, app) == (2, "", [])
        assert err.startswith("tui-colorize: the app needs a terminal")
