"""`tui-colorize image` with one picture."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tui_colorize.hints import Hint

from .makers import GRAY, files, picture


def test_a_picture_is_coloured(run, network):
    picture("a.png")
    Path("h.csv").write_text("x,y,color,radius\n1,2,red,\n7,5,#00f,3\n")
    status, out, err = run("image", "a.png", "-o", "b.png", "--hints", "h.csv", "--device", "cpu")
    assert (status, err) == (0, "")
    assert re.fullmatch(r"b\.png: 8 x 6, 2 hints, [0-9]+\.[0-9] s\n", out)
    assert network.loaded == [("cpu", None, None)]
    assert network.asked == [[Hint(1, 2, "red"), Hint(7, 5, "blue", 3)]]
    expected = np.dstack([GRAY, GRAY // 2, 255 - GRAY])
    assert np.array_equal(np.asarray(Image.open("b.png")), expected)
    assert files() == {"a.png", "b.png", "h.csv"}


def test_hints_that_are_not_enabled_do_not_count(run):
    picture("a.png")
    hints = [{"x": 1, "y": 2, "color": "red"}, {"x": 3, "y": 2, "color": "red", "enabled": False}]
    Path("h.json").write_text(json.dumps(hints))
    _, out, _ = run("image", "a.png", "-o", "b.png", "--hints", "h.json")
    assert ", 1 hint, " in out


def test_what_is_said_of_the_network_reaches_it(run, network):
    picture("a.png")
    options = ["--weights", "w.safetensors", "--device", "cuda:1", "--vividness", ".7"]
    run("image", "a.png", "-o", "b.png", *options)
    assert network.loaded == [("cuda:1", Path("w.safetensors"), 0.7)]


@pytest.mark.parametrize("out", ["there", "new/"])
def test_a_picture_into_a_folder(run, out):
    picture("a.png")
    Path("there").mkdir()
    assert run("image", "a.png", "-o", out)[0] == 0
    assert f"{Path(out)}/a-color.png" in files()


def test_the_hints_of_a_picture_from_a_folder(run, network):
    picture("a.png")
    Path("a.json").write_text('[{"x": 1, "y": 2, "color": "red"}]')
    assert run("image", "a.png", "-o", "b.png", "--hints", ".")[0] == 0
    assert network.asked == [[Hint(1, 2, "red")]]


def test_overwrite(run):
    picture("a.png")
    Path("b.png").write_text("mine")
    status, out, err = run("image", "a.png", "-o", "b.png")
    assert (status, out) == (2, "")
    assert err.startswith("tui-colorize: b.png ")
    assert err.endswith(" exists already and is not overwritten\n")
    assert Path("b.png").read_text() == "mine"
    assert run("image", "a.png", "-o", "b.png", "--overwrite")[0] == 0
    assert Image.open("b.png").size == (8, 6)
