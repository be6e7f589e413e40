"""Reads a film ahead of its colouring: where shots begin, and where every hint is on each frame."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from tui_colorize.color import hex_to_lab
from tui_colorize.hints import Hint
from tui_colorize.picture import Picture, eight_bits
from tui_colorize.pin import Pin
from tui_colorize.video.findings import Findings
from tui_colorize.video.flow import working_copy
from tui_colorize.video.follow import LONG_SIDE
from tui_colorize.video.frame import VideoFrame
from tui_colorize.video.pins import pin_of, with_lightness
from tui_colorize.video.reader import VideoReader
from tui_colorize.video.reduction import Reducer
from tui_colorize.video.shotframe import ShotFrame
from tui_colorize.video.shots import WARM_UP, with_starts
from tui_colorize.video.tracker import Mark, ShotTracker, Track

Gray = NDArray[np.uint8]
Plane = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Scouted:
    """A frame of the film; starts: whether a shot begins with it."""

    frame: ShotFrame
    starts: bool


def with_motion(scouted: Iterable[Scouted]) -> Iterator[Scouted]:
    """The same frames, their motion looked for before somebody waits for it."""
    before = None
    for each in scouted:
        if before is not None and not each.starts:
            each.frame.step_from(before)
        before = each.frame
        yield each


class Scout:
    """Reads all frames of a film, in order, and follows the hints through them.

    Both may be done in threads of their own: follow(read()).
    """

    def __init__(
        self,
        size: tuple[int, int],
        hints: Sequence[Hint],
        references: Mapping[int, Plane],
        keep: Callable[[VideoFrame], None],
        note: Callable[[Findings], None],
        start: int = 0,
        ahead: Findings | None = None,
    ) -> None:
        """size: (width, height) that the network works at. references: ab (h, w, 2) by frame.

        keep: is given every frame that is read; note: what was found, before the frames of which
        that is are told. start: the first frame to be told. ahead: what is known already of all
        frames from there on up to where its tracker stands; None for the film's beginning.
        """
        self.problems: tuple[str, ...] = ()  # about what was damaged so far
        self._size, self._keep, self._note = size, keep, note
        self._start, self._ahead = start, ahead
        self._hints, self._references = hints, references
        self._colors = [hex_to_lab(hint.color)[1:] for hint in hints]

    def read(self, reader: VideoReader) -> Iterator[tuple[Reduced, bool]]:
        """The frames made smaller, each with whether a shot begins with it. Raises UserError.

        reader: one that has just been opened.
        """
        seen = self._ahead.mark.seen if self._ahead else -1
        known = self._ahead.starts if self._ahead else frozenset()
        first = min(self._start, seen + 1 - WARM_UP)  # so much to find shots behind those known
        if first > 0:
            reader.seek(first)
        for item, starts in with_starts(self._reduced(reader), lambda each: each.copy):
            if item.index >= self._start:
                yield item, item.index in known if item.index <= seen else starts

    def follow(self, frames: Iterable[tuple[Reduced, bool]]) -> Iterator[Scouted]:
        """Those frames with the hints that are on them."""
        ahead = self._ahead
        mark = ahead.mark if ahead else None
        following = _Following(self._hints, mark.first if mark else 0, mark)
        for item, starts in frames:
            if ahead and item.index <= ahead.mark.reported:
                tracks = ahead.tracks.get(item.index, ())
                yield self._scouted(_Followed(item, tracks, starts))
                continue
            if starts and following.begun:
                yield from self._told(following, following.finish())
                following = _Following(self._hints, item.index)
            yield from self._told(following, following.feed(item))
        yield from self._told(following, following.finish())

    def _told(self, following: _Following, followed: list[_Followed]) -> Iterator[Scouted]:
        tracks = {each.item.index: each.tracks for each in followed}
        self._note(Findings(following.mark, tracks, frozenset({following.mark.first})))
        yield from map(self._scouted, followed)

    def _reduced(self, reader: VideoReader) -> Iterator[Reduced]:
        copy_size = working_copy(reader.info.width, reader.info.height, LONG_SIDE)
        copied, shrunk = Reducer(copy_size), Reducer(self._size)
        for frame in reader:
            self._keep(frame)
            self.problems = tuple(reader.problems)
            gray = eight_bits(frame.gray())
            small = shrunk(np.asarray(cv2.LUT(gray, _lightness()), np.uint8))
            yield Reduced(frame.index, gray.shape, copied(gray), small)
        # Only behind the last frame it shows that some are missing.
        self.problems = tuple(reader.problems)

    def _scouted(self, followed: _Followed) -> Scouted:
        item = followed.item
        grid = _Grid(item.shape, item.gray)
        own, tracked, places = [], [], {}
        for track in followed.tracks:
            hint = self._hints[track.index]
            if track.visible:
                places[track.index] = grid.place(track.x, track.y)
            if hint.frame == item.index:
                own.append(grid.pin(hint, self._colors[track.index], (hint.x, hint.y)))
            elif track.visible:
                color = self._color(track, followed.tracks)
                tracked.append(grid.pin(hint, color, (track.x, track.y), track.scale))
        reference = self._references.get(item.index)
        frame = ShotFrame(item.index, item.gray, tuple(tracked), tuple(own), reference, places)
        return Scouted(frame, followed.starts)

    def _color(self, track: Track, tracks: Sequence[Track]) -> tuple[float, float]:
        """ab of a hint, mixed with those of the other hints on the same object by their shares."""
        group = [each for each in tracks if each.visible and each.group == track.group]
        total = sum(each.share for each in group)
        if total <= 0:
            return self._colors[track.index]
        colors = [(each.share / total, self._colors[each.index]) for each in group]
        return sum(s * a for s, (a, _) in colors), sum(s * b for s, (_, b) in colors)


@dataclass(frozen=True, eq=False)
class Reduced:
    """A frame made smaller. shape: of the film's frames; copy: for the tracker; gray: of L times
    2.55, at the network's size."""

    index: int
    shape: tuple[int, ...]
    copy: Gray
    gray: Gray


@dataclass(frozen=True, eq=False)
class _Followed:
    item: Reduced
    tracks: Sequence[Track]
    starts: bool


class _Following:
    """The frames of one shot until the tracker knows where the hints are on them."""

    def __init__(self, hints: Sequence[Hint], first: int, mark: Mark | None = None) -> None:
        self._tracker = ShotTracker(hints, first, mark)
        self._waiting: deque[Reduced | None] = deque()
        self._first, self._next = first, mark.reported + 1 if mark else first

    @property
    def mark(self) -> Mark:
        """Where the tracker stands."""
        return self._tracker.mark

    @property
    def begun(self) -> bool:
        """Whether there was any frame."""
        return self._next > self._first

    def feed(self, item: Reduced) -> list[_Followed]:
        followed = []
        # The tracker counts frames; in place of those that are missing it sees the next one.
        for number in range(self._next, item.index + 1):
            self._waiting.append(item if number == item.index else None)
            followed += self._paired(self._tracker.feed(item.copy, item.shape))
        self._next = item.index + 1
        return followed

    def finish(self) -> list[_Followed]:
        return self._paired(self._tracker.finish()) if self.begun else []

    def _paired(self, reports: list[list[Track]]) -> list[_Followed]:
        pairs = [(self._waiting.popleft(), tracks) for tracks in reports]
        return [
            _Followed(item, tracks, item.index == self._first)
            for item, tracks in pairs
            if item is not None
        ]


class _Grid:
    """From the film's pixels to those of the working size."""

    def __init__(self, shape: tuple[int, ...], gray: Gray) -> None:
        self._height, self._width = shape[:2]
        self._lightness = gray * np.float32(1 / 2.55)
        self._across, self._down = gray.shape[1] / shape[1], gray.shape[0] / shape[0]

    def place(self, x: float, y: float) -> tuple[float, float]:
        """The centre of a pixel of the film."""
        return (x + 0.5) * self._across, (y + 0.5) * self._down

    def pin(
        self,
        hint: Hint,
        color: tuple[float, float],
        place: tuple[float, float],
        scale: float = 1.0,
    ) -> Pin:
        pin = pin_of(hint, color, place, (self._width, self._height), scale)
        return with_lightness(pin.on_grid(self._across, self._down), self._lightness)


@cache
def _lightness() -> Gray:
    """L times 2.55 of each gray level."""
    levels = Picture.of(np.arange(256, dtype=np.uint8)[None]).lightness
    return np.asarray(np.rint(levels * 2.55), np.uint8)
