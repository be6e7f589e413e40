"""The report of --json."""

from __future__ import annotations

import json
import sys
import types
from pathlib import Path

import pytest

from .makers import picture


def test_json(run):
    picture("a.png")
    Path("a.csv").write_text("x,y,color\n1,2,red\n")
    Path("bäd.png").write_text("no picture")
    status, out, err = run("image", "a.png", "bäd.png", "-o", "out", "--json", "--hints", ".")
    assert status == 2
    assert "1 of 2" in err
    document = json.loads(out)
    seconds = document["files"][0].pop("seconds")
    assert 0 < seconds < 60
    assert document == {
        "files": [
            {
                "input": "a.png",
                "output": "out/a-color.png",
                "width": 8,
                "height": 6,
                "hints": 1,
                "device": "cpu",
                "error": None,
            },
            {
                "input": "bäd.png",
                "output": "out/bäd-color.png",
                "width": None,
                "height": None,
                "hints": None,
                "seconds": None,
                "device": None,
                "error": document["files"][1]["error"],
            },
        ],
        "error": None,
    }
    assert document["files"][1]["error"].startswith("bäd.png is not a picture")


def test_json_of_what_stops_everything(run):
    status, out, err = run("image", "a.png", "-o", "gone/out/", "--json")
    problem = "gone/out cannot be made: there is no folder gone"
    assert (status, err) == (2, f"tui-colorize: {problem}\n")
    assert json.loads(out) == {"files": [], "error": problem}


def test_json_when_interrupted(run, network):
    network.trouble = {200: KeyboardInterrupt()}
    picture("a.png")
    picture("b.png", first=200)
    status, out, _ = run("image", "a.png", "b.png", "-o", "out", "--json")
    assert status == 130
    document = json.loads(out)
    assert document["error"] == "interrupted"
    assert [file["output"] for file in document["files"]] == ["out/a-color.png"]


@pytest.mark.parametrize("command", ["image", "video"])
@pytest.mark.parametrize(
    ("failure", "status", "problem"),
    [
        (RuntimeError("unforeseen\x1b"), 70, r"RuntimeError: unforeseen\x1b"),
        (AssertionError(), 70, "AssertionError"),
        (MemoryError(), 2, "there is not enough memory for this"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_json_tells_of_every_end(
    run, network, monkeypatch, tmp_path, command, failure, status, problem
):
    """Also of one that nobody foresaw: whoever reads it alone is not to take it for success."""

    def fail(*_, **__):
        raise failure

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    network.no_load = failure
    pipeline = types.SimpleNamespace(colorize_video=fail)
    monkeypatch.setitem(sys.modules, "tui_colorize.video.pipeline", pipeline)
    picture("a.png")
    found, out, _ = run(command, "a.png", "-o", "b.png", "--json")
    assert found == status
    assert json.loads(out)["error"] == problem
