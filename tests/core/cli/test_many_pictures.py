"""`tui-colorize image` with several pictures, or folders of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from tui_colorize.hints import Hint

from .makers import files, picture


def test_a_folder_of_pictures(run, network):
    names = ["a.png", "b.JPG", "c.bmp", "d.jpe", "e.tif", "f.webp", "g.pgm", "i.jfif"]
    for name in names:
        picture(f"in/{name}", format={".jpe": "JPEG", ".jfif": "JPEG"}.get(Path(name).suffix))
    picture("in/.hidden.png")
    picture("in/deeper/h.png")
    Path("in/notes.txt").touch()
    Path("in/b.csv").write_text("x,y,color\n1,2,red\n")
    status, out, err = run("image", "in", "-o", "out", "--hints", "in")
    assert (status, err) == (0, "")
    results = "a.png b.JPG c.png d.jpg e.tif f.webp g.png i.jpg".replace(".", "-color.").split()
    assert files("out") == set(results)
    assert [line.split(":")[0] for line in out.splitlines()] == [f"out/{name}" for name in results]
    assert network.asked == [[], [Hint(1, 2, "red")], *[[]] * 6]
    assert len(network.loaded) == 1


def test_a_picture_named_twice_is_coloured_once(run, network):
    picture("in/a.png")
    picture("in/b.png")
    assert run("image", "in", "in/a.png", "./in/../in/b.png", "-o", "out")[0] == 0
    assert len(network.asked) == 2


def test_bad_files_do_not_stop_the_rest(run, network):
    picture("a.png")
    Path("b.png").write_text("no picture")
    picture("c.png")
    Path("c.csv").write_text("x,y\n")
    picture("d.png")
    status, out, err = run(
        "image", "a.png", "b.png", "gone.png", "c.png", "d.png", "-o", "out", "--hints", "."
    )
    assert status == 2
    assert files("out") == {"a-color.png", "d-color.png"}
    assert len(out.splitlines()) == 2
    lines = err.splitlines()
    assert lines[0] == "tui-colorize: 3 of 5 pictures were not coloured:"
    assert lines[1].startswith("  b.png is not a picture")
    assert lines[2:] == [
        "  gone.png: there is no such file",
        "  c.csv, line 1: column 'color' is missing",
    ]
    assert len(network.loaded) == 1


def test_a_second_call_into_the_same_folder_goes_on_where_the_first_ended(run, network):
    picture("a.png")
    picture("b.png")
    assert run("image", "a.png", "-o", ".")[0] == 0
    status, _, err = run("image", ".", "-o", ".")
    assert status == 2
    assert "1 of 2 pictures were not coloured:\n" in err
    assert "a-color.png exists already" in err
    assert files() == {"a.png", "a-color.png", "b.png", "b-color.png"}
    assert run("image", ".", "-o", ".", "--overwrite")[0] == 0
    assert files() == {"a.png", "a-color.png", "b.png", "b-color.png"}
    assert len(network.asked) == 4


def test_no_result_replaces_a_picture_that_is_still_to_be_coloured(run):
    picture("a.png")
    picture("a-color.png", first=99)
    status, _, err = run("image", "a.png", "a-color.png", "-o", ".", "--overwrite")
    assert status == 2
    assert "a-color.png is itself one of the pictures to be coloured" in err
    assert np.asarray(Image.open("a-color.png"))[0, 0] == 99
    assert files() == {"a.png", "a-color.png", "a-color-color.png"}
