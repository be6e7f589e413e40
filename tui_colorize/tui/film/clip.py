"""A film as the app opens it: how many frames it has and when each is shown."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from tui_colorize.video.frameindex import FrameIndex
from tui_colorize.video.info import VideoInfo
from tui_colorize.video.reader import VideoReader

Plane = NDArray[Any]

_USUAL_RATE = 25.0


@dataclass(frozen=True, slots=True)
class Clip:
    """times of frames are in seconds from the first one. problems: sentences on what is damaged."""

    info: VideoInfo
    index: FrameIndex
    problems: tuple[str, ...] = ()

    @classmethod
    def open(cls, path: Path) -> Clip:
        """Raises UserError for what is no film."""
        with VideoReader(path) as reader:
            return cls(reader.info, reader.frame_index(), tuple(reader.problems))

    def read(self, frame: int) -> Plane:
        """The gray picture of a frame, or of the next one that can be decoded; see VideoFrame.

        Raises UserError where there is none.
        """
        with VideoReader(self.info.path, frame) as reader:
            return next(reader).gray()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, as shown."""
        return self.info.width, self.info.height

    @property
    def count(self) -> int:
        """How many frames there are."""
        return self.index.count

    @property
    def rate(self) -> float:
        """Frames a second, on average."""
        return float(self.info.rate or _USUAL_RATE)

    def time_of(self, frame: int) -> float:
        """When a frame is shown."""
        if not self.index.exact:
            return frame / self.rate
        return float((self.index.times[frame] - self.index.times[0]) * self.info.time_base)

    def frame_at(self, time: float) -> int:
        """The frame that is shown at that time; the last one after the end."""
        if not self.index.exact:
            frame = int(time * self.rate)
        else:
            pts = self.index.times[0] + time / self.info.time_base
            frame = bisect_right(self.index.times, pts) - 1
        return max(0, min(self.count - 1, frame))
