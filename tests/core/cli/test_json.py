"""The report of --json."""

from __future__ import annotations

import json
from pathlib import Path

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
