"""Making the frames of a film smaller."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]


class Reducer:
    """Makes gray frames, all of one size, smaller: each pixel is the mean of an area.

    But for halves FFmpeg does that several times as fast as OpenCV, if it keeps what it has
    prepared for the two sizes. Not to be shared by threads.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        """size: (width, height) of what comes out."""
        from av.video.reformatter import VideoReformatter

        self._size = size
        self._scaler = VideoReformatter()

    def __call__(self, gray: Gray) -> Gray:
        """(H, W) uint8 -> (height, width). Frames that are not as large are interpolated."""
        import cv2
        from av import VideoFrame

        from tui_colorize.video.pixelformat import plane_array

        height, width = gray.shape
        across, down = width / self._size[0], height / self._size[1]
        if across == down == 1:
            return gray
        if min(across, down) < 1 or across == down == 2:
            kind = cv2.INTER_AREA if across * down > 1 else cv2.INTER_LINEAR
            return np.asarray(cv2.resize(gray, self._size, interpolation=kind), np.uint8)
        frame = VideoFrame.from_numpy_buffer(gray, "gray")
        reduced: Any = self._scaler.reformat(
            frame, *self._size, "gray", interpolation="AREA", threads=1
        )
        return np.ascontiguousarray(plane_array(reduced, 0))
