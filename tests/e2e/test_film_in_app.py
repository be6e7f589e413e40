"""The whole app in a terminal on a film: hints on its frames survive a kill."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

import av
import numpy as np
import pexpect
import pytest

from tui_colorize.hints import Hint
from tui_colorize.session import Origin, Session, film_digest

FRAMES, WIDTH, HEIGHT = 30, 64, 48


@pytest.fixture
def film(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    path = tmp_path / "reel.mkv"
    ramp = np.add.outer(np.arange(HEIGHT), np.arange(WIDTH)).astype(np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=24)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "gray"
        for number in range(FRAMES):
            frame = av.VideoFrame.from_ndarray(np.roll(ramp, number, axis=1), format="gray")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_hints_on_frames_survive_a_kill(film):
    """Those given and those put."""
    given = film.with_name("given.csv")
    given.write_text("frame,x,y,color\n5,1,2,#123456\n")
    child = pexpect.spawn(
        sys.executable,
        ["-m", "tui_colorize", "--graphics", "halfcell", "--hints", str(given), str(film)],
        env=os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
        dimensions=(40, 140),
        timeout=300,
    )
    try:
        child.delaybeforesend = None
        child.expect("frame 0/30")
        child.send("...\rg@20\r")
        folder = film.parent / "data" / "tui-colorize" / "sessions"
        deadline = time.monotonic() + 300
        while not any('"frame":20' in path.read_text() for path in folder.glob("*.jsonl")):
            assert time.monotonic() < deadline
            with suppress(pexpect.TIMEOUT):
                child.read_nonblocking(1 << 16, timeout=0.05)
        os.kill(child.pid, signal.SIGKILL)
    finally:
        child.close(force=True)
    session = Session(Origin(film.name, film_digest(film), WIDTH, HEIGHT, frames=FRAMES))
    session.close()
    work = session.restored
    first, hint = work.history.state
    assert first == Hint(1, 2, "#123456", None, 5)
    assert hint == Hint(32, 24, hint.color, None, 3)
    assert work.place.frame == 20
