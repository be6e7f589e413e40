"""What the surroundings of a place look like, and how like two such looks are.

Places are rows (x, y, scale, angle): pixels of a gray frame, and how much larger and how far turned
(radians, from x to y) the object is than when it was first looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, sin

import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]
Floats = NDArray[np.float32]

REACH = 24
"""Half the side of what is kept of a hint's own frame, for matching points."""

LARGE = 12
"""Half the side of the square that is compared; its middle is compared by itself too."""

SMALL = 3
"""Half the side of that middle."""

_MIDDLE = slice(LARGE - SMALL, LARGE + SMALL + 1)
_HALVES = (slice(0, LARGE + SMALL + 1), slice(LARGE - SMALL, None))  # each with the middle

_NOISE = 40.0  # variance in gray levels that counts as no texture: grain, compression


def cut(gray: Gray, place: Floats, half: int = LARGE) -> Gray:
    """The square of side 2 * half + 1 about a place, at the scale and angle of its first look.

    Beyond the frame the nearest pixel is repeated.
    """
    import cv2

    x, y, scale, angle = place.tolist()
    c, s = scale * cos(angle), scale * sin(angle)
    matrix = np.array([[c, -s, x - half * (c - s)], [s, c, y - half * (s + c)]], np.float32)
    return np.asarray(
        cv2.warpAffine(
            gray,
            matrix,
            (2 * half + 1, 2 * half + 1),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
    )


@dataclass(frozen=True)
class Looks:
    """n squares of side 2 * LARGE + 1: gray levels, and 1 inside the frame, 0 beyond; float32."""

    levels: Floats
    inside: Floats

    @classmethod
    def at(cls, gray: Gray, places: Floats) -> Looks:
        """places: (n, 4)."""
        count, side = len(places), 2 * LARGE + 1
        levels = np.empty((count, side, side), np.float32)
        for look, place in zip(levels, places, strict=True):
            look[:] = cut(gray, place)
        step = np.arange(-LARGE, LARGE + 1, dtype=np.float32)
        c = (places[:, 2] * np.cos(places[:, 3]))[:, None, None]
        s = (places[:, 2] * np.sin(places[:, 3]))[:, None, None]
        x = places[:, 0, None, None] + c * step[None, None, :] - s * step[None, :, None]
        y = places[:, 1, None, None] + s * step[None, None, :] + c * step[None, :, None]
        height, width = gray.shape
        inside = (x > -0.5) & (y > -0.5) & (x < width - 0.5) & (y < height - 0.5)
        return cls(levels, inside.astype(np.float32))

    def __getitem__(self, which: NDArray[np.int_]) -> Looks:
        return Looks(self.levels[which], self.inside[which])


def compare(one: Looks, other: Looks) -> Floats:
    """How like n looks are to n others: (n, 5).

    Columns: structure, -1..1, of the middle, of the whole square, and of its better half (the
    surroundings of a place at an object's edge change on one side); difference of gray level of the
    middle, other - one, as it is, and less that of the whole square.
    Structure is normalised cross-correlation that takes two squares without texture as alike. Only
    what lies inside both frames counts.
    """
    small, level = compare_middle(one, other)
    large, level_large = compare_whole(one, other)
    quarters = [_structure(one, other, rows, columns)[0] for rows in _HALVES for columns in _HALVES]
    half = np.sort(np.stack(quarters), axis=0)[2:].mean(axis=0)
    return np.stack([small, large, half, level, level - level_large], axis=1)


def compare_middle(one: Looks, other: Looks) -> tuple[Floats, Floats]:
    """The structure of the middle and its difference of gray level, (n,) each; see compare."""
    return _structure(one, other, _MIDDLE, _MIDDLE)


def compare_whole(one: Looks, other: Looks) -> tuple[Floats, Floats]:
    """The same of the whole square."""
    return _structure(one, other, slice(None), slice(None))


def _structure(one: Looks, other: Looks, rows: slice, columns: slice) -> tuple[Floats, Floats]:
    count, part = len(one.levels), np.s_[:, rows, columns]
    a, b = one.levels[part].reshape(count, -1), other.levels[part].reshape(count, -1)
    w = (one.inside[part] * other.inside[part]).reshape(count, -1)
    w /= np.maximum(w.sum(axis=1, keepdims=True), 1e-6)
    mean_a, mean_b = _sum(a, w), _sum(b, w)
    a, b = a - mean_a[:, None], b - mean_b[:, None]
    weighted = a * w
    covariance = _sum(weighted, b) + _NOISE
    variance_a, variance_b = _sum(weighted, a), _sum(b * w, b)
    norm = np.sqrt((variance_a + _NOISE) * (variance_b + _NOISE))
    return np.asarray(covariance / norm, np.float32), np.asarray(mean_b - mean_a)


def _sum(a: Floats, b: Floats) -> Floats:
    """The scalar products of the rows."""
    return np.asarray(np.einsum("ij,ij->i", a, b))
