"""Decoded frames as planes: which formats are read as they are, and what the rest becomes."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tui_colorize.video.luma import WEIGHTS

if TYPE_CHECKING:
    import av

# Luma in a plane of its own, samples in the low bits, little endian.
_PLANAR = re.compile(r"(yuva?j?4(?:20|22|44|40|11|10)p|gray)(9|10|12|14|16)?(le)?")
_DEPTHS = (8, 9, 10, 12, 14, 16)
_SUBSAMPLINGS = {(1, 1): "444", (2, 1): "422", (2, 2): "420", (1, 2): "440", (4, 1): "411"}


@cache
def working_format(name: str) -> str:
    """The format a frame is brought to before its luma is taken: its own, where that will do.

    Other YUV becomes planar YUV of the same depth and subsampling, which changes no sample; RGB
    in any guise becomes planar RGB. Raises ValueError for a format that FFmpeg does not know.
    """
    import av

    if _PLANAR.fullmatch(name):
        return name
    form = av.VideoFormat(name, 16, 16)
    depth = next((d for d in _DEPTHS if d >= form.components[0].bits), 16)
    suffix = "" if depth == 8 else f"{depth}le"
    if form.is_rgb or form.has_palette or form.is_bayer:
        # bayer holds one colour a pixel, which FFmpeg spreads to 8 bits
        return "gbrp" if form.is_bayer else f"gbrp{suffix}"
    if not any(component.is_chroma for component in form.components):
        return f"gray{suffix}"
    step = (16 // form.chroma_width(16), 16 // form.chroma_height(16))
    return f"yuv{_SUBSAMPLINGS.get(step, '444')}p{suffix}"


@cache
def layout(name: str) -> tuple[int, tuple[int, int] | None]:
    """(depth of the luma, subsampling of the chroma or None for gray and RGB) of a format."""
    import av

    form = av.VideoFormat(name, 16, 16)
    depth = form.components[0].bits
    if name.startswith(("gray", "gbr")):
        return depth, None
    return depth, (16 // form.chroma_width(16), 16 // form.chroma_height(16))


def plane_array(frame: av.VideoFrame, number: int) -> NDArray[Any]:
    """A plane of a frame as (H, W) uint8 or uint16; a view, valid as long as the frame."""
    plane: Any = frame.planes[number]  # a buffer, which its type does not say
    dtype = np.dtype(np.uint8 if layout(frame.format.name)[0] == 8 else "<u2")
    rows: NDArray[Any] = np.frombuffer(plane, dtype).reshape(plane.height, -1)
    if plane.line_size < 0:  # stored from the bottom up
        rows = rows[::-1]
    return rows[:, : plane.width]


def luma_of(frame: av.VideoFrame, matrix: str) -> NDArray[Any]:
    """(H, W) the luma of a frame in its working format, contiguous and the caller's own.

    YUV and gray: the samples. RGB: its luma by the weights of the matrix, full range, of the same
    depth; exactly R where R = G = B.
    """
    if not frame.format.is_rgb:
        return plane_array(frame, 0).copy()
    red, blue = WEIGHTS[matrix]
    planes = [plane_array(frame, number) for number in range(3)]
    stacked = cv2.merge([np.ascontiguousarray(plane) for plane in planes])  # G, B, R
    weights = np.array([[1 - red - blue, blue, red]], np.float32)
    sums = cv2.transform(stacked.astype(np.float32), weights)
    return np.rint(sums).astype(planes[0].dtype).reshape(planes[0].shape)
