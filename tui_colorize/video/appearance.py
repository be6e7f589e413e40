"""What the surroundings of a place look like, and how like two such looks are.

Places are rows (x, y, scale, angle): pixels of a gray frame, and how much larger and how far turned
(radians, from x to y) the object is than when it was first looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

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

_NOISE = 40.0  # variance in gray levels that counts as no texture: grain, compression


def cut(gray: Gray, place: Floats, half: int = LARGE) -> Gray:
    """The square of side 2 * half + 1 about a place, at the scale and angle of its first look.

    Beyond the frame the nearest pixel is repeated.
    """
    import cv2

    x, y, scale, angle = (float(value) for value in place)
    c, s = scale * np.cos(angle), scale * np.sin(angle)
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
    weights = one.inside * other.inside
    middle = slice(LARGE - SMALL, LARGE + SMALL + 1)
    inner = np.s_[:, middle, middle]
    small, level = _structure(one.levels[inner], other.levels[inner], weights[inner])
    large, level_large = _structure(one.levels, other.levels, weights)
    quarters = []
    first, last = slice(0, LARGE + SMALL + 1), slice(LARGE - SMALL, None)
    for rows in (first, last):
        for columns in (first, last):
            part = np.s_[:, rows, columns]
            quarters.append(_structure(one.levels[part], other.levels[part], weights[part])[0])
    half = np.sort(np.stack(quarters), axis=0)[2:].mean(axis=0)
    return np.stack([small, large, half, level, level - level_large], axis=1)


def _structure(one: Floats, other: Floats, weights: Floats) -> tuple[Floats, Floats]:
    count = len(one)
    a, b, w = (array.reshape(count, -1) for array in (one, other, weights))
    w = w / np.maximum(w.sum(axis=1, keepdims=True), 1e-6)
    mean_a, mean_b = (a * w).sum(axis=1), (b * w).sum(axis=1)
    a, b = a - mean_a[:, None], b - mean_b[:, None]
    covariance = (a * b * w).sum(axis=1) + _NOISE
    variance_a, variance_b = (a * a * w).sum(axis=1), (b * b * w).sum(axis=1)
    norm = np.sqrt((variance_a + _NOISE) * (variance_b + _NOISE))
    return np.asarray(covariance / norm), np.asarray(mean_b - mean_a)
