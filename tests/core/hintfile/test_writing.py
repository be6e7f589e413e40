"""Writing hints: what the files hold, and that none is lost on the way."""

from __future__ import annotations

import json
import stat

import pytest

from tui_colorize.errors import UserError
from tui_colorize.hintfile import read_hints, write_hints
from tui_colorize.hints import Hint, HintSet


@pytest.mark.parametrize("name", ["hints.csv", "hints.JSON"])
def test_files_round_trip(tmp_path, hints, name):
    for content in (hints, HintSet()):
        write_hints(tmp_path / name, content)
        assert read_hints(tmp_path / name) == content
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_csv_as_written(tmp_path, hints):
    write_hints(tmp_path / "h.csv", hints)
    assert (tmp_path / "h.csv").read_bytes() == (
        b"frame,x,y,color,radius\n0,10,20,#ff0000,\n0,30,20,#008080,5\n7,10,20,#ffffff,\n"
    )


def test_json_as_written(tmp_path, hints):
    write_hints(str(tmp_path / "h.json"), hints)
    text = (tmp_path / "h.json").read_text()
    assert json.loads(text)[:2] == [
        {"frame": 0, "x": 10, "y": 20, "color": "#ff0000"},
        {"frame": 0, "x": 30, "y": 20, "color": "#008080", "radius": 5},
    ]
    assert len(text.splitlines()) == 5


@pytest.mark.parametrize("name", ["hints", "hints.txt", "csv"])
def test_writing_wants_a_known_suffix(tmp_path, hints, name):
    with pytest.raises(UserError, match=r"ends in \.csv or \.json$"):
        write_hints(tmp_path / name, hints)
    assert list(tmp_path.iterdir()) == []


def test_writing_replaces_and_keeps_the_mode(tmp_path, hints):
    path = tmp_path / "h.csv"
    path.write_text("old")
    path.chmod(0o640)
    write_hints(path, hints)
    assert read_hints(path) == hints
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_new_file_has_the_mode_of_any_new_file(tmp_path, hints):
    (tmp_path / "other").touch()
    write_hints(tmp_path / "h.csv", hints)
    assert (tmp_path / "h.csv").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_writing_through_a_link_keeps_the_link(tmp_path, hints):
    (tmp_path / "real").mkdir()
    link = tmp_path / "h.csv"
    link.symlink_to(tmp_path / "real" / "h.csv")
    write_hints(link, hints)
    assert link.is_symlink()
    assert read_hints(tmp_path / "real" / "h.csv") == hints


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path, hints, monkeypatch):
    path = tmp_path / "h.csv"
    write_hints(path, hints)

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(UserError, match=r"h\.csv cannot be written: no space left on device$"):
        write_hints(path, HintSet())
    assert read_hints(path) == hints
    assert list(tmp_path.iterdir()) == [path]


def test_an_interrupted_write_leaves_the_old_file_and_no_other(tmp_path, hints, monkeypatch):
    path = tmp_path / "h.json"
    write_hints(path, hints)

    def interrupt(_descriptor):
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_hints(path, HintSet())
    assert read_hints(path) == hints
    assert list(tmp_path.iterdir()) == [path]


def test_where_nothing_can_be_written(tmp_path, hints):
    folder = tmp_path / "folder.csv"
    folder.mkdir()
    for path in (folder, tmp_path / "gone" / "h.csv", tmp_path / "nul\0.csv"):
        with pytest.raises(UserError, match="cannot be written"):
            write_hints(path, hints)
    assert list(tmp_path.iterdir()) == [folder]


def test_csv_holds_what_colours_and_json_the_rest_too(tmp_path):
    every = HintSet([Hint(1, 2, "red"), Hint(3, 4, "teal", 5, enabled=False), Hint(5, 6, "blue")])
    write_hints(tmp_path / "h.csv", every)
    assert read_hints(tmp_path / "h.csv") == every.enabled
    write_hints(tmp_path / "h.json", every)
    assert read_hints(tmp_path / "h.json") == every
    assert json.loads((tmp_path / "h.json").read_text())[1] == {
        "frame": 0,
        "x": 3,
        "y": 4,
        "color": "#008080",
        "radius": 5,
        "enabled": False,
    }
