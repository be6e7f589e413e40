"""Colour under a given luma: Cb and Cr that show the wanted ab while Y' stays what it is.

Y', Cb, Cr after ITU-R BT.601, BT.709, BT.2020 (non-constant luminance) and SMPTE 240M; R'G'B' are
taken to have the sRGB curve, as everywhere in this program, and the primaries of the matrix:
BT.2020's own, else those of sRGB.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.color import RGB_TO_XYZ, WHITE
from tui_colorize.arithmetic import NUMPY, Arithmetic

Plane = NDArray[np.float32]

WEIGHTS = {
    "bt601": (0.299, 0.114),
    "bt709": (0.2126, 0.0722),
    "bt2020": (0.2627, 0.0593),
    "smpte240m": (0.212, 0.087),
}
"""Kr and Kb: what red and blue contribute to Y'. Green contributes the rest."""

# BT.2020, table 4, for D65; columns: linear R, G, B.
_XYZ_2020 = np.array(
    [
        [0.6369580483, 0.1446169036, 0.1688809752],
        [0.2627002120, 0.6779980715, 0.0593017165],
        [0.0, 0.0280726930, 1.0609850577],
    ]
)
_GRID, _FURTHEST = 45, 150.0  # points of the table along each axis; |a| and |b| at its ends
_HALVINGS = 16
_KNEE = 6 / 29
_SLOPE = 3 * _KNEE**2
_RAISED = 1.055**2.4  # times light, to the power of 1 / 2.4: 1.055 times what light alone is


def to_chroma(luma: Any, ab: Any, matrix: str, by: Arithmetic = NUMPY) -> tuple[Any, Any]:
    """Cb and Cr of the colour that has this Y' and, as far as it exists, these a and b.

    luma: (h, w) float32 Y', 0..1. ab: (h, w, 2) float32, CIE Lab. matrix: a key of WEIGHTS. by:
    what keeps these planes and calculates with them.
    Returns (h, w) float32 Cb and Cr, -0.5..0.5. L follows from Y', a and b: it is solved for by a
    step of Newton's method from a tabulated guess. Where R'G'B' would leave 0..1, Cb and Cr are
    reduced by one factor, so that the hue in the plane of Cb and Cr stays.
    """
    cb, cr = by.empty(*luma.shape), by.empty(*luma.shape)
    rows = max(1, by.at_once // max(luma.shape[1], 1))
    for top in range(0, len(luma), rows):
        part = slice(top, top + rows)
        cb[part], cr[part] = _strip_chroma(luma[part], ab[part], matrix, by)
    return cb, cr


def _strip_chroma(luma: Any, ab: Any, matrix: str, by: Arithmetic) -> tuple[Any, Any]:
    red, blue = WEIGHTS[matrix]
    a, b = by.split(ab)
    rgb, change = _rgb(_guess(luma, a, b, matrix, by), a, b, matrix, by)
    weights = np.array([[red, 1 - red - blue, blue]], np.float32)
    found, slope = (by.transformed(each, weights)[..., 0] for each in (rgb, change))
    step = (luma - found) / slope
    # After the step Y' is the luma; what the step does to R'G'B' needs no evaluation.
    r, b = (rgb[..., channel] + change[..., channel] * step for channel in (0, 2))
    g = (luma - red * r - blue * b) * (1 / (1 - red - blue))
    scale = _room(luma, r, g, b, by)
    cb = (b - luma) * scale * (0.5 / (1 - blue))
    cr = (r - luma) * scale * (0.5 / (1 - red))
    return cb, cr


def _rgb(fy: Any, a: Any, b: Any, matrix: str, by: Arithmetic) -> tuple[Any, Any]:
    """R'G'B' of f(Y), a and b, outside 0..1 when out of gamut, and its derivative by f(Y).

    Both (h, w, 3).
    """
    f = by.stacked(by.scaled(a, 1 / 500, fy), fy, by.scaled(b, -1 / 200, fy))
    to_linear = _from_white(matrix) * np.float32(_RAISED)
    above = by.at_least(f, _KNEE)
    squares = above * above
    f -= above
    above *= squares
    linear = by.transformed(by.scaled(f, _SLOPE, above), to_linear)
    change = by.transformed(squares, to_linear * np.float32(3 / 2.4))
    # The sRGB curve as in model.color; the same for negative light, as xvYCC has it.
    size = abs(linear)
    above = by.at_least(size, 0.0031308 * _RAISED)
    power = by.power(above, 1 / 2.4)
    size -= above
    rgb = by.scaled(size, 12.92 / _RAISED, power, -0.055)
    change *= power
    change /= above
    return by.with_sign(rgb, linear), change


def _room(luma: Any, r: Any, g: Any, b: Any, by: Arithmetic) -> Any:
    """How much of the colour difference fits over this Y' with R'G'B' inside 0..1; at most 1."""
    high = by.at_least(by.at_least(r, g), b) - luma
    low = luma - by.at_most(by.at_most(r, g), b)
    tiny = 1e-6
    scale = by.at_most((1 - luma) / by.at_least(high, tiny), luma / by.at_least(low, tiny))
    return by.at_most(scale, 1)


@cache
def _from_white(matrix: str) -> Plane:
    """(3, 3) from X, Y, Z over those of white to linear RGB; each row sums to 1, as gray must."""
    to_xyz = _XYZ_2020 if matrix == "bt2020" else RGB_TO_XYZ
    scaled = np.linalg.inv(to_xyz) * WHITE
    return np.asarray(scaled / scaled.sum(axis=1, keepdims=True), np.float32)


@cache
def _guesses(matrix: str) -> Plane:
    """f(Y) on a grid of _GRID points for each of Y', a and b, found by bisection, as a plane
    through each point: its change to the next point along each of the three, and its value where
    all are at the grid's first point: (_GRID ** 3, 4)."""
    red, blue = WEIGHTS[matrix]
    weights = np.array([red, 1 - red - blue, blue], np.float32)
    axis = np.linspace(-_FURTHEST, _FURTHEST, _GRID, dtype=np.float32)
    a, b = np.meshgrid(axis, axis, indexing="ij")
    found = np.empty((_GRID, _GRID, _GRID), np.float32)
    for plane, luma in zip(found, np.linspace(0, 1, _GRID), strict=True):
        low, high = np.full_like(plane, -0.5), np.full_like(plane, 2)
        for _ in range(_HALVINGS):
            middle = (low + high) * np.float32(0.5)
            below = _rgb(middle, a, b, matrix, NUMPY)[0] @ weights < luma
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        plane[:] = (low + high) / 2
    slopes = np.gradient(found)
    for place, slope in zip(np.indices(found.shape), slopes, strict=True):
        found -= slope * place
    return np.stack([*slopes, found], axis=-1).reshape(-1, 4).astype(np.float32)


@cache
def _guesses_by(matrix: str, by: Arithmetic) -> Any:
    return by.constant(_guesses(matrix))


def _guess(luma: Any, a: Any, b: Any, matrix: str, by: Arithmetic) -> Any:
    """f(Y), (h, w), by the plane through the nearest point of the grid."""
    last = _GRID - 1
    half, scale = last / 2, last / 2 / _FURTHEST
    places = luma * last, a * scale + half, b * scale + half
    nearest: Any = places[0].round()
    for place in places[1:]:
        nearest *= _GRID
        nearest += place.round().clip(0, last)
    *slopes, found = by.split(by.looked_up(_guesses_by(matrix, by), by.whole(nearest)))
    for slope, place in zip(slopes, places, strict=True):
        found += slope * place
    return found
