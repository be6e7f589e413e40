"""One decoded frame: the luma as it came out of the decoder, and the views of it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tui_colorize.video.orientation import Orientation

if TYPE_CHECKING:
    import av

Luma = NDArray[Any]  # uint8 or uint16
Plane = NDArray[np.float32]


@dataclass(frozen=True)
class Samples:
    """What the samples of a film's luma mean. depth: bits, in the low bits of a sample."""

    depth: int
    full_range: bool
    orientation: Orientation

    @property
    def black(self) -> int:
        """The sample that means Y' = 0."""
        return 0 if self.full_range else 16 << (self.depth - 8)

    @property
    def white(self) -> int:
        """The sample that means Y' = 1."""
        return (1 << self.depth) - 1 if self.full_range else 235 << (self.depth - 8)


@dataclass(frozen=True, eq=False)
class VideoFrame:
    """A frame of the film, in presentation order.

    index: 0-based; grows from frame to frame, and leaves out numbers where the film is damaged.
    pts, duration: in units of time_base; duration None where unknown.
    luma: (coded H, coded W) uint8 or uint16, the Y samples exactly as decoded, before rotation.
    decoded: what the writer needs besides (field order, captions, mastering data); opaque.
    """

    index: int
    pts: int
    duration: int | None
    time_base: Fraction
    luma: Luma
    samples: Samples
    decoded: av.VideoFrame

    @property
    def time(self) -> float:
        """Seconds; where a film starts is not always 0."""
        return float(self.pts * self.time_base)

    @property
    def size(self) -> int:
        """Bytes of memory that it takes."""
        return int(self.luma.nbytes) + sum(plane.buffer_size for plane in self.decoded.planes)

    def gray(self) -> Luma:
        """(height, width) as shown: full-range gray, uint8, or uint16 of 16 bits if deeper."""
        samples = self.samples
        turned = np.ascontiguousarray(samples.orientation.shown(self.luma))
        if samples.full_range and samples.depth in (8, 16):
            return turned
        table = _gray_table(samples.depth, samples.full_range)
        return cv2.LUT(turned, table) if samples.depth == 8 else np.take(table, turned)

    def luma_at(self, subsampling: tuple[int, int]) -> Plane:
        """Y' (0..1) where the chroma samples of a picture lie, as shown.

        subsampling: of that chroma, (1|2|4 across, 1|2|4 down) in the decoded orientation, see
        Encoding.subsampling. Samples that are halved across are sited on the left luma sample, as
        MPEG-2, H.264 and their successors have it, and midway between rows, those of the same
        field where there are fields.
        Returns (chroma height, chroma width) float32.
        """
        samples, (across, down) = self.samples, subsampling
        if self.decoded.interlaced_frame and down > 1 and len(self.luma) > 1:
            fields = [_thinned(self.luma[field::2], across, down) for field in (0, 1)]
            plane = np.empty((-(-len(self.luma) // down), fields[0].shape[1]), np.float32)
            for field in (0, 1):
                plane[field::2] = fields[field][: len(plane[field::2])]
        else:
            plane = _thinned(self.luma, across, down)
        plane = (plane - samples.black) * np.float32(1 / (samples.white - samples.black))
        return np.ascontiguousarray(samples.orientation.shown(plane.clip(0, 1)))


@cache
def _gray_table(depth: int, full_range: bool) -> Luma:
    """Sample -> full-range gray, uint8 for 8 bits, else uint16."""
    samples = Samples(depth, full_range, Orientation())
    dtype: Any = np.uint8 if depth == 8 else np.uint16
    codes = np.arange(1 << (8 * np.dtype(dtype).itemsize)) - samples.black
    unit = (codes / (samples.white - samples.black)).clip(0, 1)
    return np.asarray(np.rint(unit * np.iinfo(dtype).max), dtype)


def _thinned(plane: Luma, across: int, down: int) -> Plane:
    """Means of `down` rows, and of those every `across`-th column, low-passed by a triangle.

    The outermost samples stand in for what is beyond.
    """
    triangle = (across - np.abs(np.arange(1 - across, across, dtype=np.float32))) / across**2
    mean = np.full(down, 1 / down, np.float32)
    filtered = cv2.sepFilter2D(
        plane, cv2.CV_32F, triangle, mean, anchor=(across - 1, 0), borderType=cv2.BORDER_REPLICATE
    )
    return np.asarray(filtered[::down, ::across], np.float32)
