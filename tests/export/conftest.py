"""What the tests of exports share: a tiny film, and processes that need no network."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import av
import numpy as np
import pytest

from tui_colorize.export import Export, Phase, Request, Status, all_exports, job, start
from tui_colorize.hints import Hint

WIDTH, HEIGHT, FRAMES = 48, 32, 40


@pytest.fixture(autouse=True)
def data_home(tmp_path, monkeypatch) -> Path:
    """Records are kept here; what still runs at the end of a test is ended."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(
        job, "_COMMAND", (sys.executable, str(Path(__file__).with_name("stand_in.py")))
    )
    yield tmp_path / "data"
    for each in all_exports():
        if each.status.phase.active and each.status.pid:
            with suppress(ProcessLookupError):
                os.kill(each.status.pid, signal.SIGKILL)


@pytest.fixture(scope="session")
def film(tmp_path_factory) -> Path:
    """Forty frames of a light bar that moves over a dark ground."""
    path = tmp_path_factory.mktemp("films") / "film.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=24)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(FRAMES):
            gray = np.full((HEIGHT, WIDTH, 3), 60, np.uint8)
            gray[:, 4 + number // 2 : 16 + number // 2] = 180
            container.mux(stream.encode(av.VideoFrame.from_ndarray(gray, format="rgb24")))
        container.mux(stream.encode(None))
    return path


@pytest.fixture
def request_for(film, tmp_path) -> Callable[..., Request]:
    """Makes requests for the film, to out.mkv unless another name is given."""

    def make(name: str = "out.mkv", **changes) -> Request:
        settings = {"codec": "ffv1", "every": 1, "hints": (Hint(8, 8, "#c83232"),), **changes}
        return Request(source=str(film), output=str(tmp_path / name), **settings)

    return make


@pytest.fixture
def run(monkeypatch) -> Callable[..., Export]:
    """Starts an export whose process meets with this ("slow" and so on, see stand_in.py)."""

    def begin(request: Request, mode: str = "", **options) -> Export:
        monkeypatch.setenv("EXPORT_TEST", mode)
        return start(request, **options)

    return begin


@pytest.fixture
def hurry() -> Callable[[Export], None]:
    """Has a slow export, or one that is held, go on as quickly as it can."""

    def call(export: Export) -> None:
        (export._folder / "hurry").touch()

    return call


@pytest.fixture
def until() -> Callable[..., Status]:
    """Waits until an export is in one of these phases, or something holds of its status."""

    def wait(export: Export, *wanted: Phase | Callable[[Status], object]) -> Status:
        deadline = time.monotonic() + 300
        while True:
            status = export.status()
            for each in wanted:
                if status.phase is each if isinstance(each, Phase) else each(status):
                    return status
            assert time.monotonic() < deadline, status
            time.sleep(0.02)

    return wait


@pytest.fixture
def frames_of() -> Callable[[Path], list[np.ndarray]]:
    """All frames of a film, decoded."""

    def decode(path: Path) -> list[np.ndarray]:
        with av.open(str(path)) as container:
            return [frame.to_ndarray() for frame in container.decode(video=0)]

    return decode
