"""The network's colours under the luma of a frame: Cb and Cr at the size of the film's chroma."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from model.color import luminance_to_lightness, srgb_to_linear
from tui_colorize.arithmetic import NUMPY, Arithmetic
from tui_colorize.pin import Pin, hold
from tui_colorize.upsample import GuidedChroma
from tui_colorize.video.encoding import Encoding
from tui_colorize.video.frame import VideoFrame, chroma_samples
from tui_colorize.video.luma import to_chroma
from tui_colorize.video.pins import with_lightness

Plane = NDArray[np.float32]
Chroma = tuple[NDArray[Any], NDArray[Any]]
"""Samples of Cb and of Cr as the encoder takes them, see chroma_samples."""

_LEVELS = 1 << 12
# Enlarged to so many times the pixels, plain interpolation comes nearer to the truth than a fit to
# the luma does: 46 to 50 dB against 39 to 42 on film of 480 to 540 rows.
_MUCH = 2.2
_REACH = 2.5  # chroma samples over which a hint's missing colour fades out


class ChromaMaker(Protocol):
    """Makes the chroma of a film's frames."""

    def start(self, frame: VideoFrame, ab: Plane, pins: Sequence[Pin]) -> Callable[[], Chroma]:
        """Begin with a frame. What comes back is to be called for its chroma, and waits for it.

        ab: of any size, (*, *, 2) float32, over the picture as shown. pins: hints that are to show
        their exact colour, on the grid of the chroma as shown.
        """


def chroma_maker(encoding: Encoding, device: str) -> ChromaMaker:
    """For films that are encoded so; device: where to calculate, "cpu" or "cuda:N"."""
    if device == "cpu":
        return CpuChroma(encoding)
    from tui_colorize.video.devicechroma import DeviceChroma

    return DeviceChroma(encoding, device)


class CpuChroma:
    """Makes chroma at once, in the thread that asks for it."""

    def __init__(self, encoding: Encoding) -> None:
        self._encoding = encoding

    def start(self, frame: VideoFrame, ab: Plane, pins: Sequence[Pin]) -> Callable[[], Chroma]:
        """See ChromaMaker."""
        samples = self._encoding.samples
        luma = frame.luma_at(self._encoding.subsampling)
        cb, cr = chroma_of(luma, ab, pins, self._encoding.matrix)
        return lambda: (chroma_samples(cb, samples), chroma_samples(cr, samples))


def chroma_of(
    luma: Any, ab: Any, pins: Sequence[Pin], matrix: str, by: Arithmetic = NUMPY
) -> tuple[Any, Any]:
    """Cb and Cr, (h, w) float32, -0.5..0.5.

    luma: (h, w) float32 Y', 0..1, where the chroma samples lie. ab: of any size, (*, *, 2) float32,
    over the same picture. pins: hints on the luma's grid that are to show their exact colour; none
    but with NumPy's arithmetic.
    """
    height, width = luma.shape
    is_large = width * height > _MUCH * ab.shape[0] * ab.shape[1]
    lightness: Any = _lightness_of(luma, by) if is_large or pins else None
    if is_large:

        def scaled(width: int, height: int) -> Any:
            return by.averaged(lightness, (width, height))

        chroma = GuidedChroma.enlarging(ab, scaled, (width, height), by)
        colors = chroma.everywhere(lightness, by)
    else:
        colors = by.resized(ab, (width, height))
    if pins:
        lab = np.dstack([lightness, colors])
        hold(lab, [with_lightness(pin, lab[..., 0]) for pin in pins], _REACH)
        colors = lab[..., 1:]
    return to_chroma(luma, colors, matrix, by)


def _lightness_of(luma: Any, by: Arithmetic) -> Any:
    """L, 0..100, of gray Y'."""
    steps = by.whole((luma * (_LEVELS - 1)).round())
    return by.looked_up(_lightness_by(by), steps)


@cache
def _lightness_by(by: Arithmetic) -> Any:
    """L of a gray, by Y' in steps."""
    gray = np.linspace(0, 1, _LEVELS)
    return by.constant(luminance_to_lightness(srgb_to_linear(gray)).astype(np.float32))
