"""A quick engine for tests of the app: every pixel takes the tint of the nearest hint."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tui_colorize.color import hex_to_rgb
from tui_colorize.errors import UserError
from tui_colorize.hints import Hint, HintSet


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


@dataclass
class FakeColoring:
    rgb: NDArray[np.uint8]

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
    """delay: seconds that each solve takes. problem: what the next solve fails with."""

    delay: float = 0.0
    problem: Exception | None = None
    device: str = "fake"
    network_size: int = 64
    solved: list[HintSet] = field(default_factory=list)
    threads: set[str] = field(default_factory=set)
    gate: threading.Event | None = None

    def prepare(self, image: NDArray[Any]) -> FakePicture:
        gray = image if image.ndim == 2 else image.mean(axis=2)
        return FakePicture(gray.astype(np.uint8))

    def solve(self, picture: FakePicture, hints: Iterable[Hint]) -> FakeColoring:
        self.threads.add(threading.current_thread().name)
        self.solved.append(HintSet(hints))
        if self.gate is not None:
            self.gate.wait(5)
        if self.delay:
            time.sleep(self.delay)
        if self.problem is not None:
            problem, self.problem = self.problem, None
            raise problem
        return FakeColoring(self._color(picture, self.solved[-1]))

    def _color(self, picture: FakePicture, hints: HintSet) -> NDArray[np.uint8]:
        rgb = np.repeat(picture.gray[..., None], 3, axis=2).astype(np.float32)
        ys, xs = np.mgrid[0 : picture.height, 0 : picture.width]
        best = np.full(picture.gray.shape, np.inf)
        for hint in hints:
            distance = np.hypot(xs - hint.x, ys - hint.y)
            tint = np.array(hex_to_rgb(hint.color), np.float32)
            mask = distance < best
            best[mask] = distance[mask]
            rgb[mask] = picture.gray[mask][:, None] * 0.6 + tint * 0.4
        return rgb.astype(np.uint8)

    def suggest(
        self, picture: FakePicture, hints: Iterable[Hint], x: int, y: int, k: int = 9
    ) -> list[tuple[str, float]]:
        self.threads.add(threading.current_thread().name)
        colors = [f"#{40 + 20 * i:02x}{(x * 7) % 256:02x}{(y * 11) % 256:02x}" for i in range(k)]
        return [(color, 0.5 / (i + 1)) for i, color in enumerate(colors)]

    def uncertainty(self, picture: FakePicture, hints: Iterable[Hint]) -> NDArray[np.float32]:
        ys, xs = np.mgrid[0:16, 0:16]
        return (xs + 2 * ys).astype(np.float32)

    def colorize(self, image: FakePicture, hints: Iterable[Hint]) -> NDArray[np.uint8]:
        if not isinstance(image, FakePicture):
            raise UserError("not prepared")
        return self._color(image, HintSet(hints))
