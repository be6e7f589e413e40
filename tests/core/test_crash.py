"""What is kept of a failure that nobody foresaw."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from tui_colorize.crash import record


def failure():
    try:
        raise RuntimeError("caf\udce9\x1b[2J")
    except RuntimeError as error:
        return error


def test_the_traceback_goes_into_a_file_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    sentence = record(failure())
    [log] = tmp_path.rglob("crash-*.txt")
    text = log.read_text()
    assert "Traceback" in text
    assert "RuntimeError: caf" in text
    assert "tui-colorize " in text
    assert sentence == (
        f"something went wrong that should not (RuntimeError); please report it with {log}"
    )


def test_a_log_that_cannot_be_written_is_said_so(tmp_path, monkeypatch):
    (tmp_path / "tui-colorize").write_text("a file in the place of the folder")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    sentence = record(failure())
    assert "\n" not in sentence
    assert "could not be written into a log: " in sentence


@pytest.mark.parametrize("name", ["a\x1b[2Jb", "plain"])
def test_the_sentence_cannot_steer_the_terminal(tmp_path, monkeypatch, name):
    folder = Path(tmp_path, name)
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    assert record(failure()).isprintable()


def test_a_program_that_is_not_installed_says_so(tmp_path, monkeypatch):
    """Run from its source it has no version, which is no reason to fail here, too."""

    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr("importlib.metadata.version", missing)
    assert "please report it with" in record(failure())
    [log] = tmp_path.rglob("crash-*.txt")
    assert log.read_text().startswith("tui-colorize unknown version, Python ")
