"""An export as the app starts it: a process of its own with the bundled weights."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import av
import numpy as np

from tui_colorize.export import Phase, Request, start
from tui_colorize.hints import Hint


def test_an_export_makes_the_film_of_the_command_line(tmp_path, monkeypatch):
    """From the same hints the same frames; `tui-colorize exports` tells of it."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    film = tmp_path / "film.mkv"
    with av.open(str(film), "w") as container:
        stream = container.add_stream("ffv1", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(6):
            gray = np.full((48, 64, 3), 60, np.uint8)
            gray[10:30, 10 + number : 40 + number] = 190
            container.mux(stream.encode(av.VideoFrame.from_ndarray(gray, format="rgb24")))
        container.mux(stream.encode(None))
    hints = (Hint(20, 20, "#c83232"),)
    export = start(
        Request(source=str(film), output=str(tmp_path / "a.mkv"), hints=hints, codec="ffv1")
    )
    deadline = time.monotonic() + 300
    while (status := export.status()).phase.active:
        assert time.monotonic() < deadline, status
        time.sleep(0.1)
    assert status.phase is Phase.DONE, status
    command = [sys.executable, "-m", "tui_colorize"]
    (tmp_path / "hints.csv").write_text("x,y,color\n20,20,#c83232\n")
    options = ["-o", "b.mkv", "--codec", "ffv1", "--hints", "hints.csv"]
    subprocess.run([*command, "video", film, *options], cwd=tmp_path, check=True)
    one, two = (decoded(tmp_path / name) for name in ("a.mkv", "b.mkv"))
    assert len(one) == 6
    for mine, theirs in zip(one, two, strict=True):
        assert np.array_equal(mine, theirs)
    assert np.ptp(one[0][48:]) > 10  # of the chroma
    listed = subprocess.run([*command, "exports", "--json"], capture_output=True, check=True)
    (about,) = json.loads(listed.stdout)["exports"]
    assert (about["phase"], about["progress"]["done"]) == ("done", 6)


def decoded(path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray() for frame in container.decode(video=0)]
