"""The whole app in a terminal, killed in the midst of work: everything is there again."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pexpect
import pytest
from PIL import Image

from tui_colorize.hints import Hint, HintSet
from tui_colorize.history import History
from tui_colorize.session import Origin, Place, Session, Work, content_digest, write_session

ENTER, LEFT = "\r", "\x1b[D"


@pytest.fixture
def picture(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    path = tmp_path / "old.png"
    Image.fromarray(np.add.outer(np.arange(60), np.arange(80)).astype(np.uint8)).save(path)
    return path


@pytest.fixture
def start(picture):
    """Starts the app."""
    children = []

    def open_app(*arguments: str) -> pexpect.spawn:
        command = ["-m", "tui_colorize", "--graphics", "halfcell"]
        child = pexpect.spawn(
            sys.executable,
            [*command, *(arguments or [str(picture)])],
            env=os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
            dimensions=(40, 120),
            timeout=300,
        )
        children.append(child)
        child.delaybeforesend = None
        return child

    yield open_app
    for child in children:
        child.close(force=True)


def kept(picture: Path) -> Work | None:
    session = Session(Origin(picture.name, content_digest(picture), 80, 60))
    session.close()
    return session.restored


def until_kept(child: pexpect.spawn, picture: Path, text: str, times: int = 1) -> None:
    """Wait until the running app has kept this, and let it paint meanwhile."""
    folder = picture.parent / "data" / "tui-colorize" / "sessions"
    deadline = time.monotonic() + 300
    while "".join(path.read_text() for path in folder.glob("*.jsonl")).count(text) < times:
        assert time.monotonic() < deadline, f"{text} is not kept"
        with suppress(pexpect.TIMEOUT):
            child.read_nonblocking(1 << 16, timeout=0.05)


def test_a_killed_app_goes_on_where_it_stopped(start, picture):
    child = start()
    until_kept(child, picture, '"cursor":[40,30]')
    child.send(ENTER + "L" + ENTER + "u")
    until_kept(child, picture, '"move":"undo"')
    child.send("b" + LEFT * 6)  # the brush is down when the end comes
    until_kept(child, picture, "brush stroke", times=2)
    os.kill(child.pid, signal.SIGKILL)
    child.close()
    labels = [step.label for step in kept(picture).history]
    assert labels == ["", "put hint 1", "brush stroke"]
    assert len(kept(picture).history.state) > 2

    child = start()
    child.expect_exact("restored")
    child.send("u")
    until_kept(child, picture, '"move":"undo"')
    # The line is cut: SIGHUP.
    child.ptyproc.fileobj.close()
    folder = picture.parent / "data" / "tui-colorize" / "sessions"
    deadline = time.monotonic() + 300
    while child.isalive() and list(folder.glob("*.lock")):
        assert time.monotonic() < deadline, "the session is not let go"
        time.sleep(0.05)
    again = kept(picture).history
    assert ([step.label for step in again], again.position) == (labels, 1)


def test_a_session_file_of_another_picture_is_refused_in_the_shell(start, picture):
    session = picture.with_name("old.tuic")
    place = Place((1, 1), "#ff0000", None, (), None)
    work = Work(History.start(HintSet([Hint(1, 2, "red")])), place)
    digest = content_digest(picture)
    write_session(session, picture, digest, (80, 60), work, overwrite=False)
    Image.fromarray(np.zeros((60, 80), np.uint8)).save(picture)
    child = start(str(session))
    child.expect_exact("is not the source that")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 2
    picture.unlink()
    child = start(str(session))
    child.expect_exact("its source is missing")
    child.expect(pexpect.EOF)
