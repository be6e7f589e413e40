"""A tiny film of 60 frames: a square that goes to the right, and from frame 40 on another shot.

128 x 96 pixels, 20 frames a second; the square's middle is at (20 + 2 * frame, 48).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from textual.pilot import Pilot

from tui_colorize.tui.app import ColorizeApp

FRAMES, CUT, RATE = 60, 40, 20
WIDTH, HEIGHT = 128, 96
STEP = 2  # pixels that the square goes from frame to frame
START = (20, 48)  # its middle on the first frame


def texture(seed: int) -> NDArray[np.uint8]:
    rng = np.random.default_rng(seed)
    coarse = rng.integers(60, 180, (HEIGHT // 4, WIDTH // 4)).astype(np.uint8)
    return np.kron(coarse, np.ones((4, 4), np.uint8))


def gray(frame: int) -> NDArray[np.uint8]:
    """(HEIGHT, WIDTH) of a frame of the film."""
    if frame >= CUT:
        return texture(7)
    picture = texture(1) // 2 + 40
    square = np.kron(np.random.default_rng(3).integers(120, 255, (7, 7)), np.ones((3, 3)))
    x, y = START[0] + STEP * frame, START[1]
    picture[y - 10 : y + 11, x - 10 : x + 11] = square
    return picture.astype(np.uint8)


def write_film(path: Path) -> Path:
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("ffv1", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "gray"
        for number in range(FRAMES):
            frame = av.VideoFrame.from_ndarray(gray(number), format="gray")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.fixture
def frame_of() -> Callable[[int], NDArray[np.uint8]]:
    """The gray picture of a frame."""
    return gray


@pytest.fixture(scope="session")
def film_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_film(tmp_path_factory.mktemp("film") / "reel.mkv")


@pytest.fixture
def film(film_made: Path, tmp_path: Path) -> Path:
    """The film, in a folder of its own."""
    path = tmp_path / "films" / "reel.mkv"
    path.parent.mkdir()
    path.write_bytes(film_made.read_bytes())
    return path


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What a film plays by: a test says when time passes, so a slow machine misses nothing."""
    clock = SimpleNamespace(now=1000.0)
    stand_in = SimpleNamespace(monotonic=lambda: clock.now)
    monkeypatch.setattr("tui_colorize.tui.film.playing.time", stand_in)
    return clock


Settled = Callable[[Pilot[Any]], Any]


@pytest.fixture
def settled(until: Callable[..., Any]) -> Settled:
    """Waits until the frame is read and coloured with all that the tracks know."""

    async def wait(pilot: Pilot[Any]) -> ColorizeApp:
        app = pilot.app
        assert isinstance(app, ColorizeApp)

        def done() -> bool:
            document = app.document
            return (
                document is not None
                and app.source.frame == document.frame
                and app.canvas.frame is not None
                and app._overview is not None
                and not app._tracks.busy
                and len(app._overview.starts) == 2
                and app.coloring is not None
                and app.coloring.hints == document.present[1]
                and app.coloring.reminded is app._memory
                and np.array_equal(app.coloring.picture.gray, app.source.gray)
                and not app._recalling
                and not any(map(app.studio._network.busy, ("solve", "recall")))
            )

        await until(pilot, done)
        return app

    return wait


@pytest.fixture
def open_film(make_app: Any, film: Path) -> Iterator[Callable[..., ColorizeApp]]:
    """Makes apps on the film; closes their threads in the end."""
    apps = []

    def make(path: Path = film, **others: Any) -> ColorizeApp:
        app = make_app(path, **others)
        apps.append(app)
        return app

    yield make
    for app in apps:
        app.close_film()
