"""Encoding the pieces of a film: the source's luma under new chroma."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tui_colorize.terminaltext import printable
from tui_colorize.video.encoding import Encoding
from tui_colorize.video.frame import Samples, VideoFrame
from tui_colorize.video.orientation import Orientation
from tui_colorize.video.pixelformat import plane_array
from tui_colorize.video.priority import take_back_real_time
from tui_colorize.video.segments import SegmentFile
from tui_colorize.video.source import said

if TYPE_CHECKING:
    import av


class SegmentWriter:
    """Encodes some frames of a film into a file of their own, which can be decoded by itself.

    A context manager: the file appears, under its name, when the block ends without an error.
    """

    def __init__(self, encoding: Encoding, path: Path) -> None:
        """Raises UserError where the encoder does not start or the file cannot be made."""
        from av import Codec

        self._encoding = encoding
        self._name = printable(path)
        self._durations: dict[int, int] = {}
        with said(encoding.codec.name, f"encode this film as {encoding.pixel_format}"):
            self._encoder = Codec(encoding.codec.encoder, "w").create("video")
            encoding.configure(self._encoder)
            self._encoder.open()
            take_back_real_time()
        with said(self._name, "be written"):
            self._file = SegmentFile(path)

    def __enter__(self) -> SegmentWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self.finish()
        else:
            self.discard()

    def write(self, frame: VideoFrame, cb: NDArray[Any], cr: NDArray[Any]) -> None:
        """Encode a frame with this chroma.

        cb, cr: samples as coded, of the encoding's depth and range, see chroma_samples. Raises
        UserError.
        """
        encoding = self._encoding
        wanted = encoding.samples.orientation.size(*encoding.chroma_size)
        size = cb.shape[::-1], cr.shape[::-1]
        if size != (wanted, wanted):
            raise ValueError(f"chroma is {wanted}, not {size}")
        if frame.duration:
            self._durations[frame.pts] = frame.duration
        self._encode(colored(frame, cb, cr, self._encoding))

    def finish(self) -> None:
        """Complete the file. Raises UserError."""
        try:
            self._encode(None)
            with said(self._name, "be written"):
                self._file.finish()
        except BaseException:
            self.discard()
            raise

    def discard(self) -> None:
        """Leave no file."""
        self._file.discard()

    def _encode(self, frame: av.VideoFrame | None) -> None:
        with said(self._name, "be written"):
            for packet in self._encoder.encode(frame):
                assert packet.pts is not None  # every frame came with one
                # Few encoders hand the duration on, and the last frame has nothing else to tell it.
                duration = self._durations.pop(packet.pts, 0)
                self._file.add(packet.pts, duration, packet.is_keyframe, bytes(packet))


def colored(
    frame: VideoFrame, cb: NDArray[Any], cr: NDArray[Any], encoding: Encoding
) -> av.VideoFrame:
    """A frame for the encoder: the luma of the frame, this chroma, times and side data kept."""
    target = frame.decoded.reformat(format=encoding.pixel_format)
    # The decoder may still predict other frames from these samples.
    target.make_writable()
    plane_array(target, 0)[:] = rescaled(frame.luma, frame.samples, encoding.samples)
    for number, chroma in ((1, cb), (2, cr)):
        plane_array(target, number)[:] = chroma
    target.pts, target.time_base = frame.pts, frame.time_base
    target.colorspace, target.color_primaries = encoding.tags.matrix, encoding.tags.primaries
    target.color_trc, target.color_range = encoding.tags.transfer, encoding.tags.range
    target.pict_type = 0  # the encoder is to decide, not the source
    return target


def rescaled(luma: NDArray[Any], source: Samples, target: Samples) -> NDArray[Any]:
    """Luma samples at another depth or range; the very same where both are the same."""
    before, after = (source.depth, source.full_range), (target.depth, target.full_range)
    return luma if before == after else np.asarray(_luma_table(before, after)[luma])


@cache
def _luma_table(before: tuple[int, bool], after: tuple[int, bool]) -> NDArray[Any]:
    """Each sample of one depth and range -> the nearest of another."""
    source, target = Samples(*before, Orientation()), Samples(*after, Orientation())
    codes = np.arange(1 << (8 if source.depth == 8 else 16), dtype=np.float64)
    unit = (codes - source.black) / (source.white - source.black)
    scaled = np.floor(target.black + unit * (target.white - target.black) + 0.5)
    kind: Any = np.uint8 if target.depth == 8 else np.uint16
    return np.asarray(scaled.clip(0, (1 << target.depth) - 1), kind)
