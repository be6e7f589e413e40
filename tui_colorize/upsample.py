"""Chroma from the network's small size to any size, guided by luma, so that it stops at edges.

A fast guided filter (He & Sun 2015, "Fast Guided Filter"): around every point ab is fitted as a
linear function of L, the fit is made at a small size, and its two coefficients, which are smooth,
are enlarged and applied to the luma of the size that is wanted.

The network's cells that lie across an edge hold a mixture of the colours of its two sides. So the
fit is weighted: cells with much contrast inside count little, and the colours beside an edge come
from further away on the same side. What the fit leaves unexplained (chroma edges without a luma
edge) is added back where cells are reliable.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

Plane = NDArray[np.float32]

RADIUS = 4  # of the fitting window, in cells of the fit
CONTRAST_RADIUS = 2  # of the window in which a cell's contrast is taken
CONTRAST = 100.0  # L variance (L* squared) at which a cell stops being reliable
EPSILON = 4.0  # L variance below which luma counts as flat
_FIT_SCALE = 1.5  # the fit is made on a grid this much finer than the network's


@dataclass(frozen=True, eq=False)
class GuidedChroma:
    """ab as a local linear function of L.

    coefficients: (h, w, 4) float32: slope of a, slope of b, offset of a, offset of b.
    """

    coefficients: Plane

    @classmethod
    def fit(cls, guide: Plane, ab: Plane) -> GuidedChroma:
        """Fit ab (h, w, 2) to the luma `guide` (h, w), L 0..100."""

        local = _mean(guide, CONTRAST_RADIUS)
        contrast = np.maximum(_mean(guide * guide, CONTRAST_RADIUS) - local * local, 0)
        reliable = 1 / np.square(1 + contrast / CONTRAST)
        weight = reliable + 1e-3  # something has to count where nothing is reliable
        total = _mean(weight)
        weighted_l = weight * guide
        mean_l = _mean(weighted_l) / total
        spread = np.maximum(_mean(weighted_l * guide) / total - mean_l * mean_l, 0) + EPSILON
        slopes, offsets = [], []
        for plane in (np.asarray(p, np.float32) for p in cv2.split(ab)):
            mean_plane = _mean(weight * plane) / total
            slopes.append((_mean(weighted_l * plane) / total - mean_l * mean_plane) / spread)
            offsets.append(mean_plane - slopes[-1] * mean_l)
        smooth = _mean(cv2.merge([plane * total for plane in slopes + offsets]))
        coefficients = smooth / _mean(total)[..., None]
        missing = ab - coefficients[..., :2] * guide[..., None] - coefficients[..., 2:]
        coefficients[..., 2:] += missing * reliable[..., None]
        return cls(coefficients)

    @classmethod
    def enlarging(
        cls, ab: Plane, scaled: Callable[[int, int], Plane], largest: tuple[int, int]
    ) -> GuidedChroma:
        """Prepare the network's ab (h, w, 2) for sizes up to `largest`, (width, height).

        scaled: gives the picture's L, (height, width), at a width and height.
        """
        height, width = ab.shape[:2]
        wide = min(round(width * _FIT_SCALE), largest[0])
        high = min(round(height * _FIT_SCALE), largest[1])
        if wide * high <= 1.5 * width * height:
            return cls.plain(ab)
        fine = cv2.resize(ab, (wide, high), interpolation=cv2.INTER_LINEAR)
        return cls.fit(scaled(wide, high), np.asarray(fine, np.float32))

    @classmethod
    def plain(cls, ab: Plane) -> GuidedChroma:
        """ab (h, w, 2) as it is, whatever the luma: for pictures no larger than the network's."""
        return cls(np.dstack([np.zeros_like(ab), ab]))

    def at(
        self, lightness: Plane, origin: tuple[float, float], scale: tuple[float, float]
    ) -> Plane:
        """Lab (h, w, 3) for a piece of luma (h, w).

        origin: where the piece's left upper corner lies, 0..1 across and down the picture; scale:
        how much of the picture's width and height one pixel of the piece takes.
        """
        high, wide = self.coefficients.shape[:2]
        across, down = scale[0] * wide, scale[1] * high
        # pixel centres: x of the piece lies at origin + (x + 1/2) scale of the picture
        place = np.array(
            [
                [across, 0, origin[0] * wide + across / 2 - 0.5],
                [0, down, origin[1] * high + down / 2 - 0.5],
            ]
        )
        field = cv2.warpAffine(
            self.coefficients,
            place,
            lightness.shape[::-1],
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        slope_a, slope_b, offset_a, offset_b = cv2.split(field)
        # planes by themselves: arithmetic on interleaved channels is several times slower
        a, b = slope_a * lightness + offset_a, slope_b * lightness + offset_b
        return np.asarray(cv2.merge([lightness, a, b]), np.float32)


def _mean(plane: MatLike, radius: int = RADIUS) -> Plane:
    window = (2 * radius + 1, 2 * radius + 1)
    return np.asarray(cv2.blur(plane, window, borderType=cv2.BORDER_REFLECT_101), np.float32)
