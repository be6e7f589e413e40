"""What the terminal shows: no name steers it; the progress bar."""

from __future__ import annotations

import json
import os
import pty
import sys
from pathlib import Path

import pytest

from tui_colorize import cli

from .makers import ESCAPE, files, picture


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_names_are_never_shown_raw(run, options):
    good, bad = picture(f"good{ESCAPE}.png"), Path(f"bad{ESCAPE}.png")
    bad.write_text("no picture")
    status, out, err = run("image", good, bad, "-o", f"out{ESCAPE}", *options)
    assert status == 2
    for text in (out, err):
        assert text
        assert text.replace("\n", "").isprintable()
    if options:
        assert json.loads(out)["files"][0]["input"] == str(good)
    assert files(f"out{ESCAPE}") == {f"good{ESCAPE}-color.png"}


def test_a_name_that_is_not_utf8(run):
    name = os.fsdecode(b"caf\xe9.png")
    picture(name)
    status, out, err = run("image", name, "-o", "out/")
    assert (status, err) == (0, "")
    assert out.startswith(r"out/caf\xe9-color.png: ")
    status, out, _ = run("image", name, "-o", "out/", "--json", "--overwrite")
    assert json.loads(out)["files"][0]["input"] == name


@pytest.mark.parametrize(
    "arguments",
    [
        [f"--wrong{ESCAPE}"],
        ["image", f"a{ESCAPE}.png"],
        ["image", "a.png", "-o", "b.png", f"--wrong{ESCAPE}"],
        ["image", "a.png", "-o", "b.png", "--device", f"tpu{ESCAPE}"],
        [f"gone{ESCAPE}.png"],
    ],
)
def test_refused_arguments_are_never_shown_raw(run, arguments):
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert err.removesuffix("\n").isprintable()


def test_the_progress_bar_is_on_stderr_and_takes_names_literally(monkeypatch, capsys):
    picture("[red]a.png")
    Path(f"b{ESCAPE}.png").write_text("no picture")
    master, slave = pty.openpty()
    os.set_blocking(master, False)
    # All of it fits the buffer of a pty, so that nobody has to read while it is drawn.
    with os.fdopen(master, "rb", buffering=0) as screen, os.fdopen(slave, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        monkeypatch.setenv("TERM", "xterm-256color")
        status = cli.main(["image", "[red]a.png", f"b{ESCAPE}.png", "-o", "out"])
        shown = b"".join(iter(screen.read, None)).decode()
    assert status == 2
    assert "[red]a.png" in shown
    assert "loading the network" in shown
    assert "2/2" in shown
    assert "1 of 2 pictures were not coloured" in shown
    assert "owned\x07" not in shown
    assert r"owned\x07" in shown
    out = capsys.readouterr().out
    assert out.startswith("out/[red]a-color.png: ")
    assert out.count("\n") == 1
