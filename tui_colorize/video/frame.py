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
            rows = np.empty((-(-len(self.luma) // down), self.luma.shape[1]), np.float32)
            for field in (0, 1):
                rows[field::2] = _averaged(self.luma[field::2], down)[: len(rows[field::2])]
        else:
            rows = _averaged(self.luma, down)
        plane = _sited(rows, across)
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


def _averaged(plane: Luma, step: int) -> Plane:
    """Means of `step` rows; the last row stands in for those that are missing."""
    result = plane[::step].astype(np.float32)
    for offset in range(1, step):
        part = plane[offset::step]
        result[: len(part)] += part
        result[len(part) :] += plane[-1]
    return result if step == 1 else result * np.float32(1 / step)


def _sited(plane: Plane, step: int) -> Plane:
    """Every `step`-th column, low-passed by a triangle around it; edges repeat."""
    if step == 1:
        return plane
    width = plane.shape[1]
    padded = np.pad(plane, ((0, 0), (step, step)), "edge")
    result = np.zeros((len(plane), -(-width // step)), np.float32)
    for offset in range(1 - step, step):
        weight = np.float32((step - abs(offset)) / step**2)
        result += weight * padded[:, step + offset :: step][:, : result.shape[1]]
    return result
