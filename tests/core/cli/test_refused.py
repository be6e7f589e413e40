"""What is refused before the network is loaded."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from .makers import picture


def out_is_source():
    picture("a.png")
    return ["a.png", "-o", "./a.png", "--overwrite"], "is the original, which"


def out_is_a_link_to_source():
    picture("a.png")
    Path("b.png").symlink_to("a.png")
    return ["a.png", "-o", "b.png", "--overwrite"], "is the original, which"


def no_folder_for_out():
    picture("a.png")
    return ["a.png", "-o", "gone/b.png"], "there is no folder gone"


def no_parent_for_folder():
    picture("a.png")
    return ["a.png", "-o", "gone/deep/"], "gone/deep cannot be made: there is no folder gone"


def file_for_folder():
    picture("in/a.png")
    Path("out").touch()
    return ["in", "-o", "out"], "out is not a folder, which several pictures need"


def out_without_format():
    picture("a.png")
    return ["a.png", "-o", "b.gif"], "the name has to end in .png"


def missing():
    return ["a.png", "-o", "b.png"], "a.png: there is no such file"


def name_too_long():
    return [300 * "a" + ".png", "-o", "b.png"], "aaa.png cannot be read: file name too long"


def output_too_long():
    picture("a.png")
    return ["a.png", "-o", 300 * "b" + ".png"], "bbb.png cannot be saved: file name too long"


def folder_too_long():
    picture("a.png")
    return ["a.png", "-o", 300 * "b" + "/c/"], "bbb"


def hints_too_long():
    picture("a.png")
    return ["a.png", "-o", "b.png", "--hints", 300 * "h"], "hhh cannot be read: file name too long"


def in_a_loop():
    Path("loop").symlink_to("loop")
    return ["loop/a.png", "-o", "b.png"], "loop/a.png cannot be read: too many levels"


def empty():
    Path("a.png").touch()
    return ["a.png", "-o", "b.png"], "a.png is empty"


def folder_without_pictures():
    Path("in").mkdir()
    Path("in/notes.txt").touch()
    return ["in", "-o", "out"], "there are no pictures in the folder in"


def malformed_hints():
    picture("a.png")
    Path("h.csv").write_text("x,y,color\n1,2,reddish\n")
    return ["a.png", "-o", "b.png", "--hints", "h.csv"], "h.csv, line 2, column 'color': 'reddish'"


def missing_hints():
    picture("a.png")
    return ["a.png", "-o", "b.png", "--hints", "h.csv"], "h.csv: there is no such file"


def hints_outside():
    picture("a.png")
    Path("h.csv").write_text("x,y,color\n7,5,red\n8,5,red\n")
    problem = "h.csv, line 3, column 'x': 8 is outside the picture, which is 8 pixels wide"
    return ["a.png", "-o", "b.png", "--hints", "h.csv"], problem


def hints_for_film():
    picture("a.png")
    Path("h.csv").write_text("frame,x,y,color\n0,1,1,red\n3,1,1,red\n")
    problem = "h.csv: hint 2 is on frame 3, and a still has only frame 0"
    return ["a.png", "-o", "b.png", "--hints", "h.csv"], problem


def no_hints_of_that_name():
    picture("a.png")
    Path("h").mkdir()
    return ["a.png", "-o", "b.png", "--hints", "h"], "no hint file in h is named after a.png"


def no_hints_of_those_names():
    picture("in/a.png")
    Path("h").mkdir()
    problem = "no hint file in h is named after any of the pictures"
    return ["in", "-o", "out", "--hints", "h"], problem


def one_hint_file_for_several():
    picture("a.png")
    picture("b.png")
    Path("h.csv").write_text("x,y,color\n")
    return ["a.png", "b.png", "-o", "out", "--hints", "h.csv"], "h.csv is not a folder"


def hints_in_two_files():
    picture("a.png")
    Path("a.csv").write_text("x,y,color\n")
    Path("a.json").write_text("[]")
    return ["a.png", "-o", "b.png", "--hints", "."], "a.csv and a.json are both there"


def two_of_one_name():
    picture("x/a.png")
    picture("y/a.png")
    problem = "x/a.png and y/a.png would both become out/a-color.png"
    return ["x", "y", "-o", "out"], problem


def two_that_become_png():
    picture("a.png")
    picture("a.bmp")
    return ["a.png", "a.bmp", "-o", "out"], "a.png and a.bmp would both become out/a-color.png"


@pytest.mark.parametrize(
    "prepare",
    [
        out_is_source,
        out_is_a_link_to_source,
        no_folder_for_out,
        no_parent_for_folder,
        file_for_folder,
        out_without_format,
        missing,
        name_too_long,
        output_too_long,
        folder_too_long,
        hints_too_long,
        in_a_loop,
        empty,
        folder_without_pictures,
        malformed_hints,
        missing_hints,
        hints_outside,
        hints_for_film,
        no_hints_of_that_name,
        no_hints_of_those_names,
        one_hint_file_for_several,
        hints_in_two_files,
        two_of_one_name,
        two_that_become_png,
    ],
)
def test_bad_input_is_refused_before_the_network_is_loaded(run, here, network, prepare):
    arguments, problem = prepare()
    before = {path: path.lstat().st_mtime_ns for path in here.rglob("*")}
    status, out, err = run("image", *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("tui-colorize: ")
    assert err.count("\n") == 1
    assert problem in err
    assert network.loaded == []
    assert {path: path.lstat().st_mtime_ns for path in here.rglob("*")} == before


@pytest.mark.parametrize(
    ("out", "problem"),
    [
        ("b.png", "the folder . may not be written to"),
        ("new/", "new cannot be made: . may not be written to"),
        ("there/", "the folder there may not be written to"),
    ],
)
def test_a_folder_that_may_not_be_written_to(run, network, monkeypatch, out, problem):
    picture("a.png")
    Path("there").mkdir()
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    status, _, err = run("image", "a.png", "-o", out)
    assert (status, err.count("\n")) == (2, 1)
    assert problem in err
    assert network.loaded == []


def test_a_folder_that_turns_out_not_to_be_makeable(run, monkeypatch):
    picture("a.png")

    def refuse(path, *_, **__):
        raise OSError(errno.EROFS, "Read-only file system", path)

    monkeypatch.setattr(Path, "mkdir", refuse)
    assert run("image", "a.png", "-o", "new/") == (
        2,
        "",
        "tui-colorize: new cannot be made: read-only file system\n",
    )
