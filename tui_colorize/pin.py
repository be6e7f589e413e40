"""Hint colours held where they were put, whatever the network and the upsampling made of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]

LIKENESS = 8.0  # L difference at which a pixel no longer belongs with a hint


@dataclass(frozen=True)
class Pin:
    """A hint's patch in pixels of some grid: the square x0..x1, y0..y1 (end excluded).

    a, b: the colour asked for; lightness: L under the patch.
    """

    x0: float
    y0: float
    x1: float
    y1: float
    a: float
    b: float
    lightness: float

    def on_grid(self, across: float, down: float, x: float = 0, y: float = 0) -> Pin:
        """The same pin on a grid that begins at (x, y) and has this many pixels per old one."""
        return Pin(
            (self.x0 - x) * across,
            (self.y0 - y) * down,
            (self.x1 - x) * across,
            (self.y1 - y) * down,
            self.a,
            self.b,
            self.lightness,
        )

    def near(self, region: tuple[int, int, int, int], reach: float) -> bool:
        """Whether the patch, widened by `reach` pixels, touches x0, y0, x1, y1."""
        x0, y0, x1, y1 = self.box()
        left, above, right, below = region
        margin = ceil(reach)
        across = x0 - margin < right and x1 + margin > left
        return across and y0 - margin < below and y1 + margin > above

    def box(self) -> tuple[int, int, int, int]:
        """Whole pixels of the patch, at least one."""
        # halves always up: a patch keeps its shape wherever the grid begins
        x0, y0 = floor(self.x0 + 0.5), floor(self.y0 + 0.5)
        x1, y1 = floor(self.x1 + 0.5), floor(self.y1 + 0.5)
        if x1 <= x0:
            x0 = floor((self.x0 + self.x1) / 2)
            x1 = x0 + 1
        if y1 <= y0:
            y0 = floor((self.y0 + self.y1) / 2)
            y1 = y0 + 1
        return x0, y0, x1, y1


def hold(lab: Plane, pins: Iterable[Pin], reach: float) -> None:
    """Bring the colours of a picture to the pins', in place.

    lab: (h, w, 3); pins on the same grid. Inside a patch ab becomes exactly the pin's (the later
    pin's where patches overlap). Around it, what was missing fades out over `reach` pixels, on
    what has the patch's lightness only, so that it neither shows as a square nor crosses an edge.
    """
    height, width = lab.shape[:2]
    pins = [pin for pin in pins if pin.near((0, 0, width, height), reach)]
    if not pins:
        return
    change = np.zeros((height, width, 2), np.float32)
    weight = np.zeros((height, width, 1), np.float32)
    margin = ceil(reach)
    windows = []
    for pin in pins:
        x0, y0, x1, y1 = pin.box()
        rows = slice(max(y0 - margin, 0), min(y1 + margin, height))
        columns = slice(max(x0 - margin, 0), min(x1 + margin, width))
        y = np.arange(rows.start, rows.stop, dtype=np.float32)[:, None]
        x = np.arange(columns.start, columns.stop, dtype=np.float32)
        beyond_x = np.maximum(np.maximum(x0 - x, x - (x1 - 1)), 0)
        beyond_y = np.maximum(np.maximum(y0 - y, y - (y1 - 1)), 0)
        fade = np.maximum(1 - np.hypot(beyond_x, beyond_y) / reach, 0)
        unlike = (lab[rows, columns, 0] - pin.lightness) / LIKENESS
        near = (fade * fade * np.exp(-unlike * unlike))[..., None]
        change[rows, columns] += near * (
            np.array([pin.a, pin.b], np.float32) - lab[rows, columns, 1:]
        )
        weight[rows, columns] += near
        windows.append((rows, columns))
    for window in windows:
        lab[window][..., 1:] += change[window] / np.maximum(weight[window], 1)
        change[window] = 0  # what overlaps another window is done
    for pin in pins:
        x0, y0, x1, y1 = pin.box()
        lab[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0), 1:] = pin.a, pin.b
