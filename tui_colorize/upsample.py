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
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tui_colorize.arithmetic import NUMPY, Arithmetic

Plane = NDArray[np.float32]

RADIUS = 4  # of the fitting window, in cells of the fit
CONTRAST_RADIUS = 2  # of the window in which a cell's contrast is taken
CONTRAST = 100.0  # L variance (L* squared) at which a cell stops being reliable
EPSILON = 4.0  # L variance below which luma counts as flat
_FIT_SCALE = 1.5  # the fit is made on a grid this much finer than the network's


@dataclass(frozen=True, eq=False)
class GuidedChroma:
    """ab as a local linear function of L.

    coefficients: (h, w, 4) float32: slope of a, slope of b, offset of a, offset of b; as the
    arithmetic keeps planes that it was made by, NumPy's if nothing else is said.
    """

    coefficients: Any

    @classmethod
    def fit(cls, guide: Any, ab: Any, by: Arithmetic = NUMPY) -> GuidedChroma:
        """Fit ab (h, w, 2) to the luma `guide` (h, w), L 0..100."""
        local = by.mean(guide, CONTRAST_RADIUS)
        contrast = by.at_least(by.mean(guide * guide, CONTRAST_RADIUS) - local * local, 0)
        busy = 1 + contrast / CONTRAST
        reliable = 1 / (busy * busy)
        weight = reliable + 1e-3  # something has to count where nothing is reliable
        total = by.mean(weight, RADIUS)
        weighted_l = weight * guide
        mean_l = by.mean(weighted_l, RADIUS) / total
        spread = by.mean(weighted_l * guide, RADIUS) / total - mean_l * mean_l
        spread = by.at_least(spread, 0) + EPSILON
        slopes, offsets = [], []
        for plane in by.split(ab):
            mean_plane = by.mean(weight * plane, RADIUS) / total
            mixed = by.mean(weighted_l * plane, RADIUS) / total
            slopes.append((mixed - mean_l * mean_plane) / spread)
            offsets.append(mean_plane - slopes[-1] * mean_l)
        smooth = by.mean(by.stacked(*(plane * total for plane in slopes + offsets)), RADIUS)
        coefficients = smooth / by.mean(total, RADIUS)[..., None]
        missing = ab - coefficients[..., :2] * guide[..., None] - coefficients[..., 2:]
        coefficients[..., 2:] += missing * reliable[..., None]
        return cls(coefficients)

    @classmethod
    def enlarging(
        cls,
        ab: Any,
        scaled: Callable[[int, int], Any],
        largest: tuple[int, int],
        by: Arithmetic = NUMPY,
    ) -> GuidedChroma:
        """Prepare the network's ab (h, w, 2) for sizes up to `largest`, (width, height).

        scaled: gives the picture's L, (height, width), at a width and height.
        """
        height, width = ab.shape[:2]
        wide = min(round(width * _FIT_SCALE), largest[0])
        high = min(round(height * _FIT_SCALE), largest[1])
        if wide * high <= 1.5 * width * height:
            return cls.plain(ab, by)
        return cls.fit(scaled(wide, high), by.resized(ab, (wide, high)), by)

    @classmethod
    def plain(cls, ab: Any, by: Arithmetic = NUMPY) -> GuidedChroma:
        """ab (h, w, 2) as it is, whatever the luma: for pictures no larger than the network's."""
        a, b = by.split(ab)
        return cls(by.stacked(a * 0, b * 0, a, b))

    def everywhere(self, lightness: Any, by: Arithmetic = NUMPY) -> Any:
        """ab (h, w, 2) for the luma of the whole picture, (h, w)."""
        field = by.resized(self.coefficients, lightness.shape[::-1])
        return by.stacked(*_applied(by.split(field), lightness))

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
        return np.asarray(cv2.merge([lightness, *_applied(cv2.split(field), lightness)]))


def _applied(coefficients: Any, lightness: Any) -> tuple[Any, Any]:
    """a and b. Planes by themselves: interleaved channels take several times as long."""
    slope_a, slope_b, offset_a, offset_b = coefficients
    return slope_a * lightness + offset_a, slope_b * lightness + offset_b
