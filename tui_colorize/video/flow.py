"""Dense optical flow between two frames: how far each pixel moved, and how sure that is.

DIS optical flow: Kroeger et al., "Fast Optical Flow using Dense Inverse Search", ECCV 2016.
A flow is (h, w, 2) float32: x and y, in pixels of that very size, and pixel p of one frame is seen
at p + flow[p] in the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from threading import local
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]
Plane = NDArray[np.float32]
Quality = Literal["fast", "medium"]

LONG_SIDE = 320
"""Of the frames that flow is computed on, in pixels."""

_CONSISTENT = 1.0  # pixels that a trip there and back may miss by: its confidence is 0.37
_RELATIVE = 0.05  # and this part of the way
_RESIDUAL = 16.0  # gray levels that a pixel may change on its way: its confidence is 0.37

_of_thread = local()  # OpenCV's flow objects keep buffers and serve one thread at a time


def working(gray: Gray, long_side: int = LONG_SIDE) -> Gray:
    """The frame reduced to that long side by area averages; smaller frames as they are."""
    import cv2

    height, width = gray.shape
    scale = long_side / max(height, width)
    if scale >= 1:
        return gray
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA))


def flow(
    before: Gray, after: Gray, quality: Quality = "fast", guess: Plane | None = None
) -> Plane:
    """(h, w) uint8 twice -> (h, w, 2) float32: where each pixel of `before` went.

    guess: a flow to begin with, which stays as it is. Frames too small for the method (a side
    under 32 pixels) are taken as still.
    """
    if min(before.shape) < 32:
        return np.zeros((*before.shape, 2), np.float32)
    return np.asarray(_dis(quality).calc(before, after, None if guess is None else guess.copy()))


def _dis(quality: Quality) -> Any:
    import cv2

    objects: dict[str, Any] = _of_thread.__dict__
    if quality not in objects:
        preset = {
            "fast": cv2.DISOPTICAL_FLOW_PRESET_FAST,
            "medium": cv2.DISOPTICAL_FLOW_PRESET_MEDIUM,
        }[quality]
        objects[quality] = cv2.DISOpticalFlow.create(preset)
    return objects[quality]


@dataclass(frozen=True)
class Motion:
    """The motion between two frames, both ways.

    forward: pixels of `before` -> `after`; backward: pixels of `after` -> `before`; of one size.
    confidence: (h, w) float32, 0..1, on the pixels of `after`: how sure it is that a pixel was seen
    in `before` at all, and where: forward and backward flow agree, and the gray level stayed.
    """

    forward: Plane
    backward: Plane
    confidence: Plane

    @classmethod
    def between(
        cls, before: Gray, after: Gray, quality: Quality = "fast", long_side: int = LONG_SIDE
    ) -> Motion:
        """Two frames of one shot, (H, W) uint8 of one size; the flow's long side is at most that."""
        small_before, small_after = working(before, long_side), working(after, long_side)
        forward = flow(small_before, small_after, quality)
        backward = flow(small_after, small_before, quality)
        return cls(forward, backward, _confidence(small_before, small_after, forward, backward))

    def warp(self, plane: Plane) -> Plane:
        """A plane of `before`, (h, w) or (h, w, c) float32 of any size, as seen in `after`."""
        height, width = plane.shape[:2]
        return pull(plane, self._backward_at(height, width))

    def warp_back(self, plane: Plane) -> Plane:
        """A plane of `after`, (h, w) or (h, w, c) float32 of any size, as seen in `before`."""
        height, width = plane.shape[:2]
        return pull(plane, resized_flow(self.forward, height, width))

    def confidence_at(self, height: int, width: int) -> Plane:
        """The confidence at another size, (height, width) float32."""
        import cv2

        return np.asarray(
            cv2.resize(self.confidence, (width, height), interpolation=cv2.INTER_LINEAR)
        )

    def _backward_at(self, height: int, width: int) -> Plane:
        # the pipeline warps planes of one size again and again
        sizes = self._sizes
        if (height, width) not in sizes:
            sizes[height, width] = resized_flow(self.backward, height, width)
        return sizes[height, width]

    @cached_property
    def _sizes(self) -> dict[tuple[int, int], Plane]:
        return {}


def resized_flow(field: Plane, height: int, width: int) -> Plane:
    """A flow at another size, its vectors in pixels of that size."""
    import cv2

    if field.shape[:2] == (height, width):
        return field
    scale = np.array([width / field.shape[1], height / field.shape[0]], np.float32)
    return np.asarray(cv2.resize(field, (width, height), interpolation=cv2.INTER_LINEAR)) * scale


def pull(plane: Plane, field: Plane) -> Plane:
    """plane[p + field[p]] for every pixel p, bilinear; beyond the border the nearest pixel.

    plane: (h, w) or (h, w, c) float32; field: (h, w, 2).
    """
    import cv2

    where = field + _grid(*field.shape[:2])
    x, y = np.ascontiguousarray(where[..., 0]), np.ascontiguousarray(where[..., 1])
    return np.asarray(
        cv2.remap(plane, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32
    )


@cache
def _grid(height: int, width: int) -> Plane:
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    grid = np.stack([x, y], axis=-1)
    grid.flags.writeable = False
    return grid


def _confidence(before: Gray, after: Gray, forward: Plane, backward: Plane) -> Plane:
    """After Sundaram, Brox & Keutzer, "Dense Point Trajectories by GPU-accelerated Large
    Displacement Optical Flow", ECCV 2010, section 3: the allowed miss grows with the way."""
    height, width = after.shape
    miss = np.linalg.norm(pull(forward, backward) + backward, axis=-1)
    allowed = _CONSISTENT + _RELATIVE * np.linalg.norm(backward, axis=-1)
    change = pull(before.astype(np.float32), backward) - after
    where = backward + _grid(height, width)
    inside = (
        (where[..., 0] >= -0.5)
        & (where[..., 1] >= -0.5)
        & (where[..., 0] <= width - 0.5)
        & (where[..., 1] <= height - 0.5)
    )
    exponent = -((miss / allowed) ** 2) - (change / _RESIDUAL) ** 2
    return np.asarray(np.where(inside, np.exp(exponent), 0), np.float32)
