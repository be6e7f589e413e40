"""Reading films: frames in presentation order with their exact times, from any frame on."""

from __future__ import annotations

import contextlib
import heapq
from bisect import bisect_left
from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_colorize.errors import UserError, reason
from tui_colorize.terminaltext import printable
from tui_colorize.video.ending import Ending, is_cut_off
from tui_colorize.video.frame import VideoFrame
from tui_colorize.video.frameindex import FrameIndex, scan
from tui_colorize.video.info import VideoInfo, describe, header_tags, rate_of
from tui_colorize.video.pixelformat import luma_of, working_format
from tui_colorize.video.source import MOST_PIXELS, open_film, said, too_large

if TYPE_CHECKING:
    import av

__all__ = ["VideoFrame", "VideoInfo", "VideoReader"]

NEAR = 48
"""Frames ahead that are sooner reached by reading on than by a seek."""

_DEFAULT_RATE = Fraction(25)
_DEFAULT_TIME_BASE = Fraction(1, 1_000_000)


class VideoReader:
    """The frames of a film, decoded one after the other.

    A context manager and an iterator of VideoFrame. info: the film. problems: sentences about
    what was damaged, growing while it is read.

    A frame's index is its rank among all frames that the file holds, so it is the same after a
    seek; frames that cannot be decoded are left out and their index with them. Times that are
    missing or do not grow are made up from the frame rate. Frames of another size than the first
    are scaled to it. Not to be shared by threads.
    """

    info: VideoInfo
    problems: list[str]
    _frames: Iterator[av.VideoFrame]
    _ahead: VideoFrame | None

    def __init__(self, path: Path | str, start: int = 0) -> None:
        """Open a film and decode its first frame; then go to the frame `start`.

        Raises UserError for what is no film, holds no frame, or has no frame `start`.
        """
        self.problems = []
        self._path = Path(path)
        self._name = printable(self._path)
        self._index: FrameIndex | None = None
        self._container, self._stream = open_film(self._path)
        try:
            with said(self._name, "be read"):
                if is_cut_off(self._path, self._container):
                    self._note_missing_end()
            header = header_tags(self._stream)
            self._begin(self._container.demux())
            first = self._first()
            place = self._placed(first)
            self._format = working_format(first.format.name)
            self.info = describe(self._path, self._container, self._stream, first, place[0], header)
            self._ahead = self._wrapped(first, *place)
            if start:
                self.seek(start)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> VideoReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._frames = iter(())
        self._container.close()

    def __iter__(self) -> Iterator[VideoFrame]:
        return self

    def __next__(self) -> VideoFrame:
        if self._ahead is not None:
            frame, self._ahead = self._ahead, None
            return frame
        decoded = next(self._frames)
        return self._wrapped(decoded, *self._placed(decoded))

    def frame_index(self) -> FrameIndex:
        """All frames' times. Reads through the file the first time it is asked for."""
        if self._index is None:
            self._index = scan(self._path)
        return self._index

    def count(self) -> int:
        """How many frames the file holds, with those that turn out to be damaged."""
        return self.frame_index().count

    def seek(self, index: int) -> None:
        """Go on with the frame of this index, or the next one that can be decoded.

        Raises UserError where the film ends before it.
        """
        if index < 0:
            raise ValueError("frames are counted from 0")
        times = self.frame_index().times
        if not self.frame_index().exact:
            self._restart()
            self._skip_to(index)
        elif index >= len(times):
            raise self._too_short(index)
        else:
            self._seek_keyframe(times[index])
            self._skip_to(index)

    # Going to a frame.

    def _restart(self) -> None:
        """From the first frame on, with a fresh decoder."""
        self._container.close()
        self._container, self._stream = open_film(self._path)
        self._begin(self._container.demux())

    def _seek_keyframe(self, pts: int) -> None:
        """Go to a keyframe at or before the frame of this PTS."""
        from av.error import FFmpegError

        depth = self._stream.codec_context.reorder_depth
        for keyframe in self.frame_index().keyframes_until(pts):
            # Some formats keep their keyframes by PTS, some by DTS.
            for place in keyframe:
                try:
                    self._container.seek(place, stream=self._stream)
                    packets = self._container.demux()
                    ours = (each for each in packets if each.stream.index == self._stream.index)
                    first = next(ours)
                except (FFmpegError, StopIteration):
                    continue
                if first.pts is not None and first.is_keyframe and first.pts <= pts:
                    # What the decoder has learned about this film, and forgets when it is flushed.
                    self._stream.codec_context.reorder_depth = depth
                    self._begin(chain([first], packets), seeked=True)
                    return
        self._restart()

    def _skip_to(self, index: int) -> None:
        for decoded in self._frames:
            place = self._placed(decoded)
            if place[1] >= index:
                self._ahead = self._wrapped(decoded, *place)
                return
        raise self._too_short(index)

    def _too_short(self, index: int) -> UserError:
        return UserError(f"{self._name} has no frame {index}")

    # Decoding.

    def _begin(self, packets: Iterator[av.Packet[Any]], *, seeked: bool = False) -> None:
        self._frames = self._decode(packets, whole=not seeked)
        self._ahead = None
        self._times = self.frame_index().times if seeked else ()
        self._waiting: list[int] = []  # PTS of packets whose frames are still to come
        self._passed = 0  # how many frames lie before
        self._last_pts: int | None = None
        self._last_index = -1

    def _decode(self, packets: Iterator[av.Packet[Any]], *, whole: bool) -> Iterator[av.VideoFrame]:
        """The decoder's frames. What cannot be decoded becomes a problem."""
        from av.error import EOFError as EndOfFile
        from av.error import FFmpegError

        ending = Ending(self._container, self._stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                break
            except (FFmpegError, OSError) as error:
                self._note(f"{self._name} is damaged: reading stops early ({reason(error)})")
                with contextlib.suppress(FFmpegError):
                    yield from self._stream.decode(None)
                break
            ending.saw(packet)
            if packet.stream.index != self._stream.index:
                continue
            last = not packet.size and packet.dts is None
            if not packet.size and not last:
                continue  # a frame that AVI left out, to be shown longer
            if packet.pts is not None and not packet.is_discard:
                heapq.heappush(self._waiting, packet.pts)
            try:
                yield from self._stream.decode(None if last else packet)
            except EndOfFile:
                break
            except FFmpegError:
                self._note(f"{self._name} is damaged: some frames cannot be decoded")
        if whole and ending.is_early():
            self._note_missing_end()

    def _placed(self, decoded: av.VideoFrame) -> tuple[int, int]:
        """The PTS and the index of the frame that comes next."""
        pts = self._by_order() if self._is_reordered else decoded.pts
        if pts is None or (self._last_pts is not None and pts <= self._last_pts):
            if pts is not None:
                self._note(f"{self._name} is damaged: the times of some frames were made up")
            pts = self._expected_pts(decoded)
        if self._times:
            rank = bisect_left(self._times, pts)
        else:
            while self._waiting and self._waiting[0] < pts:
                heapq.heappop(self._waiting)
                self._passed += 1
            rank = self._passed
        self._last_pts, self._last_index = pts, max(rank, self._last_index + 1)
        return pts, self._last_index

    @property
    def _is_reordered(self) -> bool:
        """Whether FFmpeg's PTS are in a wrong order: AVI has none for its B-frames."""
        context = self._stream.codec_context
        return self._container.format.name == "avi" and context.has_b_frames

    def _by_order(self) -> int | None:
        """The earliest PTS of a packet that is later than the last frame's."""
        while self._waiting and self._last_pts is not None and self._waiting[0] <= self._last_pts:
            heapq.heappop(self._waiting)
            self._passed += 1
        return self._waiting[0] if self._waiting else None

    def _expected_pts(self, decoded: av.VideoFrame) -> int:
        if self._last_pts is None:
            return decoded.dts or 0
        step = 1 / ((rate_of(self._stream) or _DEFAULT_RATE) * self._time_base)
        return self._last_pts + max(1, round(step))

    @property
    def _time_base(self) -> Fraction:
        return Fraction(self._stream.time_base or _DEFAULT_TIME_BASE)

    def _wrapped(self, decoded: av.VideoFrame, pts: int, index: int) -> VideoFrame:
        if decoded.is_corrupt:
            self._note(f"{self._name} is damaged: some frames show what could be saved of them")
        fitted = self._fitted(decoded)
        return VideoFrame(
            index=index,
            pts=pts,
            duration=decoded.duration or None,
            time_base=self._time_base,
            luma=luma_of(fitted, self.info.matrix),
            samples=self.info.samples,
            decoded=fitted,
        )

    def _fitted(self, decoded: av.VideoFrame) -> av.VideoFrame:
        """In the working format and the size of the film."""
        info = self.info
        if (decoded.width, decoded.height) != (info.coded_width, info.coded_height):
            self._note(f"{self._name} changes its size: all frames are scaled to the first one's")
        elif decoded.format.name == self._format:
            return decoded
        with said(self._name, "be read"):
            return decoded.reformat(info.coded_width, info.coded_height, self._format)

    def _first(self) -> av.VideoFrame:
        """The first frame, which tells what the film is."""
        try:
            first = next(self._frames)
        except StopIteration:
            raise UserError(f"{self._name} holds no frame that can be decoded") from None
        if first.width * first.height > MOST_PIXELS:
            raise too_large(self._name, first.width, first.height)
        return first

    def _note_missing_end(self) -> None:
        self._note(f"{self._name} is incomplete: its end is missing")

    def _note(self, problem: str) -> None:
        if problem not in self.problems:
            self.problems.append(problem)
