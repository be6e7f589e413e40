"""One decoded frame: the luma as it came out of the decoder, and the views of it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tui_colorize.arithmetic import NUMPY, Arithmetic
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

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of arrays of samples: uint8 or uint16."""
        return np.dtype(np.uint8 if self.depth == 8 else np.uint16)

    def chroma_levels(self, plane: Any) -> Any:
        """Cb or Cr -0.5..0.5 -> samples of this depth and range, as floats (H.273, 8.3).

        plane: an array of NumPy or torch.
        """
        top = (1 << self.depth) - 1
        reach = top if self.full_range else 224 << (self.depth - 8)
        return (plane * reach + (1 << (self.depth - 1))).round().clip(0, top)


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
        coded = self.coded_luma_at(subsampling, self.luma, NUMPY)
        return np.ascontiguousarray(self.samples.orientation.shown(coded))

    def coded_luma_at(self, subsampling: tuple[int, int], luma: Any, by: Arithmetic) -> Any:
        """The same as decoded, before rotation. luma: the frame's, as this arithmetic keeps it."""
        samples, (across, down) = self.samples, subsampling
        if self.decoded.interlaced_frame and down > 1 and len(luma) > 1:
            fields = [_thinned(luma[field::2], across, down, by) for field in (0, 1)]
            plane = by.empty(-(-len(luma) // down), fields[0].shape[1])
            for field in (0, 1):
                plane[field::2] = fields[field][: len(plane[field::2])]
        else:
            plane = _thinned(luma, across, down, by)
        plane = (plane - samples.black) * (1 / (samples.white - samples.black))
        return plane.clip(0, 1)


def chroma_samples(plane: Plane, samples: Samples) -> NDArray[Any]:
    """Cb or Cr as shown, float32 -0.5..0.5 -> samples as coded, uint8 or uint16."""
    coded = samples.orientation.coded(plane)
    if samples.depth == 8:  # the same in one go: it is never negative
        reach = 255 if samples.full_range else 224
        return cv2.convertScaleAbs(np.ascontiguousarray(coded), alpha=reach, beta=128)
    return np.asarray(samples.chroma_levels(coded), samples.dtype)


@cache
def _gray_table(depth: int, full_range: bool) -> Luma:
    """Sample -> full-range gray, uint8 for 8 bits, else uint16."""
    samples = Samples(depth, full_range, Orientation())
    dtype: Any = np.uint8 if depth == 8 else np.uint16
    codes = np.arange(1 << (8 * np.dtype(dtype).itemsize)) - samples.black
    unit = (codes / (samples.white - samples.black)).clip(0, 1)
    return np.asarray(np.rint(unit * np.iinfo(dtype).max), dtype)


def _thinned(plane: Any, across: int, down: int, by: Arithmetic) -> Any:
    """Means of `down` rows, and of those every `across`-th column, low-passed by a triangle.

    The outermost samples stand in for what is beyond.
    """
    height, width = plane.shape
    beside = across - 1
    if height % down or beside:
        plane = by.padded(plane, -height % down, beside, beside + -width % across)
    rows = by.floats(plane[::down])
    for number in range(1, down):
        rows += plane[number::down]
    last = -(-width // across) * across
    total = rows[:, beside : beside + last : across] * (1 / (across * down))
    for number in range(beside):
        left = rows[:, number : number + last : across]
        right = rows[:, 2 * beside - number :][:, :last:across]
        total += (left + right) * ((number + 1) / (across**2 * down))
    return total
