"""What the surroundings of a place look like, and how like two such looks are.

Places are rows (x, y, scale, angle): pixels of a gray frame, and how much larger and how far turned
(radians, from x to y) the object is than when it was first looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
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

_SIDE = 2 * LARGE + 1
_STEPS = np.arange(-LARGE, LARGE + 1, dtype=np.float32)
_ACROSS, _DOWN = np.tile(_STEPS, _SIDE), np.repeat(_STEPS, _SIDE)
_WHOLE = np.ones(_SIDE, np.bool_)
_MIDDLE = np.abs(_STEPS) <= SMALL
_HALVES = (_STEPS <= SMALL, _STEPS >= -SMALL)  # each with the middle

_NOISE = 40.0  # variance in gray levels that counts as no texture: grain, compression


def cut(gray: Gray, place: Floats, half: int) -> Gray:
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
    """n squares of side 2 * LARGE + 1: gray levels, and 1 inside the frame, 0 beyond.

    Both (n, (2 * LARGE + 1) ** 2) float32, row after row of a square.
    """

    levels: Floats
    inside: Floats

    @classmethod
    def at(cls, gray: Gray, places: Floats) -> Looks:
        """places: (n, 4)."""
        import cv2

        c = (places[:, 2] * np.cos(places[:, 3]))[:, None]
        s = (places[:, 2] * np.sin(places[:, 3]))[:, None]
        x = places[:, :1] + c * _ACROSS - s * _DOWN
        y = places[:, 1:2] + s * _ACROSS + c * _DOWN
        levels = cv2.remap(gray, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        height, width = gray.shape
        inside = (x > -0.5) & (y > -0.5) & (x < width - 0.5) & (y < height - 0.5)
        return cls(levels.astype(np.float32), inside.astype(np.float32))

    def __getitem__(self, which: NDArray[np.int_]) -> Looks:
        return Looks(self.levels[which], self.inside[which])

    @property
    def middle(self) -> Looks:
        """Of each square the middle alone."""
        part = np.flatnonzero(_regions()[:, 0])
        return Looks(self.levels[:, part], self.inside[:, part])


def stacked(looks: Sequence[Looks]) -> Looks:
    """All of them, one after the other."""
    levels, inside = ([getattr(each, name) for each in looks] for name in ("levels", "inside"))
    return Looks(np.concatenate(levels), np.concatenate(inside))


def compare(one: Looks, other: Looks) -> Floats:
    """How like n looks are to n others: (n, 5).

    Columns: structure, -1..1, of the middle, of the whole square, and of its better half (the
    surroundings of a place at an object's edge change on one side); difference of gray level of the
    middle, other - one, as it is, and less that of the whole square.
    Structure is normalised cross-correlation that takes two squares without texture as alike. Only
    what lies inside both frames counts.
    """
    structure, level = _structure(one, other, _regions())
    half = np.sort(structure[:, 2:], axis=1)[:, 2:].mean(axis=1)
    return np.stack(
        [structure[:, 0], structure[:, 1], half, level[:, 0], level[:, 0] - level[:, 1]], axis=1
    )


def compare_whole(one: Looks, other: Looks) -> tuple[Floats, Floats]:
    """The structure of all that the looks hold and its difference of gray level, (n,) each; see
    compare."""
    every = np.ones((one.levels.shape[1], 1), np.float32)
    structure, level = _structure(one, other, every)
    return structure[:, 0], level[:, 0]


@cache
def _regions() -> Floats:
    """The pixels of the middle, of the whole square, and of its four halves: (pixels, 6)."""
    parts = [(_MIDDLE, _MIDDLE), (_WHOLE, _WHOLE), *product(_HALVES, repeat=2)]
    return np.stack([np.outer(*each).ravel() for each in parts], axis=1).astype(np.float32)


def _structure(one: Looks, other: Looks, regions: Floats) -> tuple[Floats, Floats]:
    """Structure and difference of gray level in each region, (n, regions) each."""
    weight = one.inside * other.inside
    # from the middle of the scale, or the squares would lose what float32 cannot hold
    a, b = one.levels - np.float32(128), other.levels - np.float32(128)
    weighted = a * weight, b * weight
    total, mean_a, mean_b, square_a, square_b, both = (
        plane @ regions
        for plane in (weight, *weighted, weighted[0] * a, weighted[1] * b, weighted[0] * b)
    )
    total = np.maximum(total, 1e-6)
    mean_a, mean_b = mean_a / total, mean_b / total
    covariance = both / total - mean_a * mean_b + _NOISE
    variance_a = np.maximum(square_a / total - mean_a * mean_a, 0) + _NOISE
    variance_b = np.maximum(square_b / total - mean_b * mean_b, 0) + _NOISE
    return np.asarray(covariance / np.sqrt(variance_a * variance_b)), np.asarray(mean_b - mean_a)
