"""The network's colours under the luma of a frame: Cb and Cr at the size of the film's chroma."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from model.color import luminance_to_lightness, srgb_to_linear
from tui_colorize.picture import Picture
from tui_colorize.pin import Pin, hold
from tui_colorize.upsample import GuidedChroma
from tui_colorize.video.luma import to_chroma
from tui_colorize.video.pins import with_lightness

Plane = NDArray[np.float32]

_LEVELS = 1 << 12
# Enlarged to so many times the pixels, plain interpolation comes nearer to the truth than a fit to
# the luma does: 46 to 50 dB against 39 to 42 on film of 480 to 540 rows.
_MUCH = 2.2
_REACH = 2.5  # chroma samples over which a hint's missing colour fades out


def chroma_of(luma: Plane, ab: Plane, pins: Sequence[Pin], matrix: str) -> tuple[Plane, Plane]:
    """Cb and Cr, (h, w) float32, -0.5..0.5.

    luma: (h, w) float32 Y', 0..1, where the chroma samples lie. ab: of any size, (*, *, 2) float32,
    over the same picture. pins: hints on the luma's grid that are to show their exact colour.
    """
    height, width = luma.shape
    if width * height <= _MUCH * ab.shape[0] * ab.shape[1]:
        colors = np.asarray(cv2.resize(ab, (width, height)), np.float32)
    else:
        picture = Picture(_lightness_of(luma), np.dtype(np.uint8), 0)
        chroma = GuidedChroma.enlarging(ab, picture.scaled, (width, height))
        colors = chroma.at(picture.lightness, (0, 0), (1 / width, 1 / height))[..., 1:]
    if pins:
        lightness = _lightness_of(luma)
        lab = np.dstack([lightness, colors])
        hold(lab, [with_lightness(pin, lightness) for pin in pins], _REACH)
        colors = lab[..., 1:]
    return to_chroma(luma, colors, matrix)


def _lightness_of(luma: Plane) -> Plane:
    """L, 0..100, of gray Y'."""
    steps = np.rint(luma * np.float32(_LEVELS - 1)).astype(np.int32)
    return np.asarray(np.take(_lightness(), steps))


@cache
def _lightness() -> Plane:
    """L of a gray, by Y' in steps."""
    gray = np.linspace(0, 1, _LEVELS)
    return np.asarray(luminance_to_lightness(srgb_to_linear(gray)), np.float32)
