"""Dense optical flow between two frames: how far each pixel moved.

DIS optical flow: Kroeger et al., "Fast Optical Flow using Dense Inverse Search", ECCV 2016.
A flow is (h, w, 2) float32: x and y, in pixels of that very size, and pixel p of one frame is seen
at p + flow[p] in the other.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]
Plane = NDArray[np.float32]
Quality = Literal["fast", "fine", "medium"]

LONG_SIDE = 320
"""Of the frames that flow is computed on, in pixels."""


def working_copy(width: int, height: int, long_side: int = LONG_SIDE) -> tuple[int, int]:
    """(width, height) of a frame reduced to that long side; smaller frames keep their size."""
    scale = min(1.0, long_side / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def working(gray: Gray, long_side: int = LONG_SIDE) -> Gray:
    """The frame reduced to that long side by area averages; smaller frames as they are."""
    import cv2

    height, width = gray.shape
    size = working_copy(width, height, long_side)
    if size == (width, height):
        return gray
    return np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA))


def flow(before: Gray, after: Gray, quality: Quality = "fast", guess: Plane | None = None) -> Plane:
    """(h, w) uint8 twice -> (h, w, 2) float32: where each pixel of `before` went.

    quality: "fine" and "medium" look at more places than "fast"; "medium" does so with more care.
    guess: a flow to begin with, which stays as it is. Frames too small for the method (a side
    under 32 pixels) are taken as still.
    """
    import cv2

    if min(before.shape) < 32:
        return np.zeros((*before.shape, 2), np.float32)
    preset = {
        "fast": cv2.DISOPTICAL_FLOW_PRESET_FAST,
        "fine": cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST,
        "medium": cv2.DISOPTICAL_FLOW_PRESET_MEDIUM,
    }[quality]
    # An object that has seen frames of another size gives wrong results or crashes, and a new one
    # costs next to nothing.
    dis: Any = cv2.DISOpticalFlow.create(preset)  # its stub forbids None for the guess
    if quality == "fine":
        dis.setFinestScale(1)
    return np.asarray(dis.calc(before, after, None if guess is None else guess.copy()))
