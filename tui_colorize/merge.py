"""Full-resolution luma and chroma to RGB: L stays what it was, chroma gives way to the gamut.

Works through a picture in strips, so that memory does not grow with it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from model.color import lab_to_linear_rgb, lightness_to_luminance, linear_to_srgb

Plane = NDArray[np.float32]
Chroma = Callable[[slice, Plane], Plane]  # rows and their L (h, w) -> Lab (h, w, 3)

_STRIP = 1 << 18  # pixels at once
_THREADS = 8
_EDGE = 1e-5  # a channel this close to 0 or 1 was cut off there
_SECANTS = 4
_TOUCH = 1e-5  # beyond the gamut's boundary by no more than arithmetic is


def merge(lightness: Plane, chroma: Chroma, dtype: Any) -> NDArray[Any]:
    """Put chroma under the luma of a picture.

    lightness: (H, W) L, 0..100. chroma: gives Lab (rows, W, 3) for a slice of rows and their L.
    dtype: of the result, uint8 or uint16.
    Returns (H, W, 3) sRGB. Where a colour is outside the gamut at its L, its chroma is reduced at
    constant hue (CIE ab); luminance is the source's everywhere.
    """
    height, width = lightness.shape
    result = np.empty((height, width, 3), dtype)
    top = np.iinfo(result.dtype).max
    scale: Any = (top,) * 4  # OpenCV takes a scalar as four channels
    kind = cv2.CV_8U if top == 255 else cv2.CV_16U
    rows = max(1, _STRIP // max(width, 1))

    def fill(first: int) -> None:
        part = slice(first, min(first + rows, height))
        rgb = _in_gamut_rgb(chroma(part, lightness[part]))
        result[part] = cv2.multiply(rgb, scale, dtype=kind).reshape(rgb.shape)

    if rows >= height:
        fill(0)
        return result
    # numpy and OpenCV let go of the interpreter, so that strips really run side by side
    with ThreadPoolExecutor(min(os.cpu_count() or 1, _THREADS)) as pool:
        list(pool.map(fill, range(0, height, rows)))
    return result


def _in_gamut_rgb(lab: Plane) -> Plane:
    """(h, w, 3) sRGB 0..1 of Lab: L as it is, as much of ab as the gamut allows.

    OpenCV's conversion is right for what is in gamut, ten times as fast as arithmetic on arrays,
    and cuts the rest off at 0 and 1, by which the rest is found.
    """
    rgb = np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), np.float32)
    inside = cv2.inRange(rgb, (_EDGE,) * 3, (1 - _EDGE,) * 3)
    cut = np.flatnonzero(inside == 0)
    if len(cut):
        rgb.reshape(-1, 3)[cut] = _reduce_chroma(lab.reshape(-1, 3)[cut])
    return rgb


def _reduce_chroma(lab: Plane) -> Plane:
    """(N, 3) sRGB of Lab colours, those outside the gamut brought inside at their L and hue.

    Regula falsi on the chroma's scale (inside at 0, outside at 1); what little is left beyond the
    boundary is mixed with the gray of the same luminance, which leaves luminance alone.
    """
    lightness, a, b = np.ascontiguousarray(lab.T)
    luminance = np.clip(lightness_to_luminance(lightness), 0, 1)
    inside, outside = np.zeros_like(a), np.ones_like(a)
    excess_in = -np.minimum(luminance, 1 - luminance)
    rgb = np.stack(lab_to_linear_rgb(lightness, a, b))
    excess_out = _excess(rgb)
    beyond_at_all = excess_out > _TOUCH
    scale = outside
    for _ in range(_SECANTS):
        step = excess_in / np.minimum(excess_in - excess_out, -1e-9)
        scale = np.where(beyond_at_all, inside + (outside - inside) * step, 1)
        rgb = np.stack(lab_to_linear_rgb(lightness, a * scale, b * scale))
        excess = _excess(rgb)
        beyond = excess > 0
        outside = np.where(beyond, scale, outside)
        excess_out = np.where(beyond, excess, excess_out)
        inside = np.where(beyond, inside, scale)
        excess_in = np.where(beyond, excess_in, excess)
    keep_low = luminance / np.maximum(luminance - rgb.min(0), 1e-9)
    keep_high = (1 - luminance) / np.maximum(rgb.max(0) - luminance, 1e-9)
    keep = np.clip(np.minimum(keep_low, keep_high), 0, 1)
    mixed = np.clip(luminance + keep * (rgb - luminance), 0, 1)
    fitted: Plane = linear_to_srgb(mixed).astype(np.float32).T
    return fitted


def _excess(rgb: Plane) -> Plane:
    """How far the worst channel of (3, N) is beyond 0..1; negative inside."""
    worst: Plane = np.maximum(-rgb.min(0), rgb.max(0) - 1)
    return worst
