"""The app on a tiny picture, with a quick engine: a pixel takes the tint of the nearest hint."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from textual._context import visible_screen_stack
from textual.command import CommandList
from textual.drivers.headless_driver import HeadlessDriver
from textual.notifications import Notification, Notifications
from textual.pilot import Pilot

from tui_colorize.color import hex_to_rgb
from tui_colorize.hintmemory import Cells, HintMemory
from tui_colorize.hints import Hint, HintSet
from tui_colorize.tui.app import ColorizeApp

from .idle import is_idle
from .picture_terminal import VirtualTerminal

PATIENCE = 300  # seconds: the slowest machine needs less


@dataclass
class FakePicture:
    gray: NDArray[np.uint8]

    @property
    def height(self) -> int:
        return int(self.gray.shape[0])

    @property
    def width(self) -> int:
        return int(self.gray.shape[1])

    def lightness_at(self, x: int, y: int) -> float:
        return float(self.gray[y, x]) / 255 * 100

    def scaled(self, width: int, height: int) -> NDArray[np.float32]:
        return cv2.resize(self.gray, (width, height)).astype(np.float32) / 255 * 100


@dataclass
class FakeColoring:
    """reminded: the memory that it was solved with."""

    rgb: NDArray[np.uint8]
    engine: FakeEngine
    picture: FakePicture
    hints: HintSet
    vividness: float
    reminded: HintMemory | None = None
    memory: HintMemory | None = None

    def full(self) -> NDArray[np.uint8]:
        return self.engine.colorize(self.picture, self.hints)

    def suggest(self, x: int, y: int, k: int) -> list[tuple[str, float]]:
        return self.engine.suggest(self.picture, self.hints, x, y, k)

    def uncertainty(self) -> NDArray[np.float32]:
        return self.engine.uncertainty(self.picture, self.hints)

    def render(
        self,
        size: tuple[int, int] | None = None,
        region: tuple[int, int, int, int] | None = None,
    ) -> NDArray[np.uint8]:
        x0, y0, x1, y1 = region or (0, 0, self.rgb.shape[1], self.rgb.shape[0])
        size = size or (x1 - x0, y1 - y0)
        shrinks = size[0] < x1 - x0 or size[1] < y1 - y0
        interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_NEAREST
        scaled = cv2.resize(self.rgb[y0:y1, x0:x1], size, interpolation=interpolation)
        return np.asarray(scaled, np.uint8)


@dataclass
class FakeEngine:
    """problem: what the next solve fails with. gate: solves wait for it to be set.

    solved: the hints that were solved with.
    """

    problem: Exception | None = None
    device: str = "fake"
    network_size: int = 64
    vividness: float = 0.4
    solved: list[HintSet] = field(default_factory=list)
    last: list[tuple[Any, FakeColoring]] = field(default_factory=list)
    waiting: int = 0
    gate: threading.Event = field(default_factory=threading.Event)
    loaded: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.gate.set()
        self.loaded.set()

    def prepare(self, image: NDArray[Any]) -> FakePicture:
        gray = image if image.ndim == 2 else image.mean(axis=2)
        return FakePicture((gray if gray.dtype == np.uint8 else gray / 257).astype(np.uint8))

    def solve(
        self,
        picture: FakePicture,
        hints: Iterable[Hint],
        numbers: Sequence[int] | None = None,
        memory: HintMemory | None = None,
    ) -> FakeColoring:
        hints = HintSet(hints)
        wanted = id(picture), hints, numbers, memory, self.vividness
        for asked, coloring in self.last:
            if asked == wanted:
                return coloring
        self.waiting += 1
        assert self.gate.wait(PATIENCE)
        self.solved.append(hints)
        if self.problem is not None:
            problem, self.problem = self.problem, None
            raise problem
        seen = None if numbers is None else _seen(hints, numbers)
        rgb = self._color(picture, hints)
        coloring = FakeColoring(rgb, self, picture, hints, self.vividness, memory, seen)
        self.last = [(wanted, coloring), *self.last[:2]]
        return coloring

    def _color(self, picture: FakePicture, hints: HintSet) -> NDArray[np.uint8]:
        rgb = np.repeat(picture.gray[..., None], 3, axis=2).astype(np.float32)
        ys, xs = np.mgrid[0 : picture.height, 0 : picture.width]
        best = np.full(picture.gray.shape, np.inf)
        for hint in hints:
            distance = np.hypot(xs - hint.x, ys - hint.y)
            mask = distance < best
            best[mask] = distance[mask]
            tint = np.array(hex_to_rgb(hint.color), np.float32)
            rgb[mask] = picture.gray[mask][:, None] * 0.6 + tint * 0.4
        return rgb.astype(np.uint8)

    def suggest(
        self, picture: FakePicture, hints: Iterable[Hint], x: int, y: int, k: int = 9
    ) -> list[tuple[str, float]]:
        return [(f"#{20 * i + 10:02x}{x % 256:02x}{y % 256:02x}", 0.5 / (i + 1)) for i in range(k)]

    def uncertainty(self, picture: FakePicture, hints: Iterable[Hint]) -> NDArray[np.float32]:
        """Three peaks, the highest at the left."""
        plane = np.full((30, 40), 0.1, np.float32)
        for peak, x in ((3.0, 6), (2.0, 20), (1.0, 34)):
            plane[14:16, x - 1 : x + 1] = peak
        return plane

    def colorize(self, image: FakePicture, hints: Iterable[Hint]) -> NDArray[np.uint8]:
        return self._color(image, HintSet(hints))


def _seen(hints: HintSet, numbers: Sequence[int]) -> HintMemory:
    """A cell of each hint, which tells its number."""
    places = {number: (hint.x, hint.y) for number, hint in zip(numbers, hints, strict=True)}
    centers = np.array([*places.values()], np.float32).reshape(-1, 2)
    features = np.array(numbers, np.float32)[:, None]
    return HintMemory((Cells.of(features, np.ones((len(centers), 3)), centers, places),))


WIDTH, HEIGHT = 40, 30


@pytest.fixture(autouse=True)
def data_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Hints are kept here, not in the home of whoever runs the tests."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("COLORTERM", "truecolor")
    return tmp_path / "data"


@pytest.fixture(autouse=True)
def quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """After each key Pilot waits until the process uses no processor time, for a second at most:
    on a busy machine nearly always that second. The app deals with keys at once, and press ends
    with a wait for all messages. What is said stays until something else is, however slow the
    machine is."""

    async def wait(*_: float) -> None:
        await asyncio.sleep(0.002)

    monkeypatch.setattr("tui_colorize.tui.desk._REST", 0.02)
    monkeypatch.setattr("tui_colorize.tui.widgets.foot._STAYS", 3600.0)
    monkeypatch.setattr("textual.app.wait_for_idle", wait)
    monkeypatch.setattr("textual.pilot.wait_for_idle", wait)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A gradient of 40 x 30 pixels with 69 grays."""
    ys, xs = np.mgrid[0:HEIGHT, 0:WIDTH]
    path = tmp_path / "pictures" / "old.png"
    path.parent.mkdir()
    Image.fromarray((60 + xs + ys).astype(np.uint8)).save(path)
    return path


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


MakeApp = Callable[..., ColorizeApp]


@pytest.fixture
def make_app(picture: Path, engine: FakeEngine) -> Iterable[MakeApp]:
    """Makes apps on the picture, or on another; closes their threads in the end."""
    apps = []

    def make(
        path: Path | None = picture, hints: HintSet | None = None, **others: Any
    ) -> ColorizeApp:
        def load() -> FakeEngine:
            assert engine.loaded.wait(PATIENCE)
            return engine

        apps.append(ColorizeApp(path, hints, load, **others))
        return apps[-1]

    yield make
    engine.gate.set()
    engine.loaded.set()
    for app in apps:
        app.studio.close()


@pytest.fixture
def until() -> Callable[..., Any]:
    """Waits for something that a worker thread brings about."""

    async def wait(pilot: Pilot[Any], happened: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not happened():
            assert time.monotonic() < deadline, "it did not happen"
            await asyncio.sleep(0.01)
            await pilot.pause()
        for _ in range(2):  # a thread's message, and what comes of it
            await pilot.pause()

    return wait


@pytest.fixture
def ready(until: Callable[..., Any]) -> Callable[..., Any]:
    """Waits until the picture is coloured and on the canvas, and colours are suggested."""

    async def wait(pilot: Pilot[Any]) -> ColorizeApp:
        app = pilot.app
        assert isinstance(app, ColorizeApp)
        await until(pilot, lambda: app.coloring is not None and app.canvas.frame is not None)
        await until(pilot, lambda: app.suggested_place == app.document.cursor)
        return app

    return wait


@pytest.fixture
def at_rest(until: Callable[..., Any]) -> Callable[..., Any]:
    """Waits until nothing is under way that could still change the screen."""

    async def wait(pilot: Pilot[Any]) -> None:
        in_a_row = 0

        def idle() -> bool:
            # A job that is done has posted a message, which may lead to the next job.
            nonlocal in_a_row
            in_a_row = in_a_row + 1 if is_idle(pilot.app) else 0
            return in_a_row == 3

        await until(pilot, idle)

    return wait


@pytest.fixture
def command(until: Callable[..., Any]) -> Callable[..., Any]:
    """Runs the command of which these words are a part, in the palette."""

    async def run(pilot: Pilot[Any], words: str) -> None:
        app = pilot.app
        await pilot.press("ctrl+p")
        await until(pilot, lambda: app.screen.query(CommandList))
        await pilot.press(*words)
        commands = app.screen.query_one(CommandList)

        def found() -> bool:
            if commands.highlighted is None or not all(each.is_finished for each in app.workers):
                return False
            option: Any = commands.get_option_at_index(commands.highlighted)
            return words in str(option.hit.text).lower()

        await until(pilot, found)
        await pilot.press("enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)

    return run


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """The notifications so far, of one severity; also those that were on show long enough."""
    heard: dict[Notifications, list[Notification]] = {}
    add = Notifications.add

    def listen(notifications: Notifications, note: Notification) -> None:
        heard.setdefault(notifications, []).append(note)
        add(notifications, note)

    def messages(app: ColorizeApp, severity: str) -> list[str]:
        notes = heard.get(app._notifications, [])
        return [note.message for note in notes if note.severity == severity]

    monkeypatch.setattr(Notifications, "add", listen)
    return messages


@pytest.fixture
def screen_text() -> Callable[[ColorizeApp], str]:
    """What stands on the screen."""

    def text(app: ColorizeApp) -> str:
        visible_screen_stack.set(app._background_screens)  # as Textual does when it draws
        return "\n".join(strip.text for strip in app.screen._compositor.render_strips())

    return text


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> VirtualTerminal:
    """A terminal that draws pictures, with what the app has sent to it."""
    terminal = VirtualTerminal()
    monkeypatch.setattr(HeadlessDriver, "write", lambda _, data: terminal.feed(data))
    return terminal
