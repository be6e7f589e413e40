"""Hints as pins: patches with a colour, on any frame and any grid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tui_colorize.hints import Hint, default_radius
from tui_colorize.pin import Pin


def pin_of(
    hint: Hint,
    color: tuple[float, float],
    place: tuple[float, float],
    size: tuple[int, int],
    scale: float = 1.0,
) -> Pin:
    """The patch of a hint about a place of a film of that size (width, height).

    color: ab; scale: how much larger the patch is than on the hint's own frame. In the film's
    pixels, without lightness.
    """
    radius = default_radius(*size) if hint.radius is None else hint.radius
    reach = (radius + 0.5) * scale
    x, y = place[0] + 0.5, place[1] + 0.5
    return Pin(x - reach, y - reach, x + reach, y + reach, *color, 0.0)


def with_lightness(pin: Pin, lightness: NDArray[np.floating]) -> Pin:
    """The pin with the mean L under its patch; lightness: (h, w) on the pin's grid."""
    x0, y0, x1, y1 = pin.box()
    under = lightness[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)]
    return replace(pin, lightness=float(under.mean()) if under.size else 0.0)


def paint(ab: NDArray[np.float32], mask: NDArray[np.float32], pins: Iterable[Pin]) -> None:
    """Put pins into planes (h, w, 2) and (h, w), in place; the later on top."""
    height, width = mask.shape
    for pin in pins:
        x0, y0, x1, y1 = pin.box()
        rows, columns = slice(max(y0, 0), min(y1, height)), slice(max(x0, 0), min(x1, width))
        ab[rows, columns] = pin.a, pin.b
        mask[rows, columns] = 1
