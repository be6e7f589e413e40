"""Where a shot ends and the next begins, found while frames stream by.

Two frames are alike if flow from one to the other makes them so, contrast and brightness aside, so
neither pans, shake, passers-by nor flicker look like cuts. A hard cut is a step between two frames
that are much less alike than the steps around it, and after which nothing before comes back: after
a flash or a damaged frame it does. A fade shows as frames without contrast, a dissolve as frames
that are a mixture of one before and one after.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from tui_colorize.video.flow import flow, working_copy
from tui_colorize.video.reduction import Reducer

Gray = NDArray[np.uint8]
Plane = NDArray[np.float32]
Item = TypeVar("Item")

LOOK_AHEAD = 12
"""Frames that the detector must have seen after a frame to decide about it."""
WARM_UP = 48
"""Frames that it should have seen before: where reading begins so far ahead, it finds the same."""

_SPANS = (8, 12, 16)  # frames before the middle of a dissolve at which it has not begun
_LONG_SIDE = 128  # of the copies that are compared, in pixels
_NOISE = 10.0  # variance in gray levels of a window without contrast: grain, compression
_SOFT = (5, 5)  # pixels over which frames are compared where grain must not count
_WINDOW = 25  # pixels of a side
_ALIKE = 0.4  # likeness of frames of one shot, at least
_STEP = 2.0  # times less alike than around it: a cut
_BACK = 4  # frames after which a flash or damage is over
_BLANK = 5.0  # standard deviation in gray levels of a black or white frame
_CLEAR = 15.0  # of a frame that is not near the dark end of a fade, at least
_SHORT = 4  # blank frames that may be damage, not a fade
_MIXED = 0.35  # of the variance of the difference of two frames: what a mixture may miss, at most
_CHANGE = 8.0  # mean difference in gray levels of the sides of a dissolve, at least
_DECLINE = 0.04  # of what was before, from one frame that is looked at to the next, at least
_PACE = 3  # frames from one to the next


@dataclass(frozen=True)
class _Frame:
    gray: Gray
    likeness: float  # to the frame before
    contrast: float  # standard deviation of the gray levels

    @property
    def blank(self) -> bool:
        return self.contrast < _BLANK

    @property
    def clear(self) -> bool:
        return self.contrast >= _CLEAR

    @cached_property
    def soft(self) -> Plane:
        """Without grain."""
        import cv2

        return np.asarray(cv2.blur(self.gray.astype(np.float32), _SOFT))


class ShotDetector:
    """Feed it every frame; it tells, LOOK_AHEAD frames later, which ones start a new shot.

    It keeps a few dozen frames of 128 pixels, whatever the film.
    """

    def __init__(self) -> None:
        self._reducer: Reducer | None = None
        self._frames: deque[_Frame] = deque(maxlen=max(_SPANS) + 1 + LOOK_AHEAD)
        self._fed = 0
        self._decided = 0
        self._since = 0  # frames since the last start
        self._clear: Gray | None = None  # the last such frame, forgotten after WARM_UP others
        self._clear_at = 0
        self._blank_run = 0
        self._mixing = 0.0  # the share of what was before in the last frame, 0 outside dissolves

    def feed(self, gray: Gray) -> bool | None:
        """The next frame, (H, W) uint8 -> does the frame fed LOOK_AHEAD calls ago start a shot?

        None as long as so many have not been fed. The first frame of all starts a shot.
        """
        if self._reducer is None:
            self._reducer = Reducer(working_copy(gray.shape[1], gray.shape[0], _LONG_SIDE))
        small = self._reducer(gray)
        likeness = alike(self._frames[-1].gray, small) if self._frames else 0.0
        self._frames.append(_Frame(small, likeness, float(small.std())))
        self._fed += 1
        return self._decide() if self._fed - self._decided > LOOK_AHEAD else None

    def finish(self) -> list[bool]:
        """No more frames: the answers for the last LOOK_AHEAD ones, in order."""
        return [self._decide() for _ in range(self._fed - self._decided)]

    def _decide(self) -> bool:
        """Whether the oldest undecided frame starts a shot."""
        at = len(self._frames) - (self._fed - self._decided)
        starts = self._decided == 0 or self._cut(at) or self._fade(at) or self._dissolve(at)
        self._decided += 1
        self._since = 1 if starts else self._since + 1
        frame = self._frames[at]
        self._blank_run = self._blank_run + 1 if frame.blank else 0
        if frame.clear:
            self._clear, self._clear_at = frame.gray, self._decided
        elif self._decided - self._clear_at >= WARM_UP:
            self._clear = None
        return starts

    def _cut(self, at: int) -> bool:
        step = self._frames[at].likeness
        if step >= _ALIKE:
            return False
        near = list(self._frames)[max(0, at - _BACK) : at + _BACK]
        if any(frame.blank for frame in near):  # part of a fade, which has a start of its own
            return False
        first = max(1, at - min(self._since, _BACK))
        around = [frame.likeness for frame in list(self._frames)[first : at + _BACK + 1]]
        del around[at - first]
        if around and 1 - step < _STEP * (1 - float(np.median(around))):
            return False
        before = [self._frames[at - i].gray for i in range(1, min(self._since, _BACK) + 1)]
        after = [self._frames[i].gray for i in range(at, at + _BACK) if i < len(self._frames)]
        return not _any_alike(before, after)

    def _fade(self, at: int) -> bool:
        """The first frame that shows something after blank ones."""
        if self._blank_run == 0 or self._frames[at].blank or self._since < self._blank_run:
            return False
        if self._blank_run > _SHORT or self._clear is None:
            return True
        soon = list(self._frames)[at : at + _BACK]
        return not _any_alike([self._clear], [frame.gray for frame in soon if frame.clear])

    def _dissolve(self, at: int) -> bool:
        """The first frame with more of what comes than of what was."""
        last, self._mixing = self._mixing, 0.0
        if at + LOOK_AHEAD >= len(self._frames):
            return False
        end = self._frames[at + LOOK_AHEAD]
        for span in _SPANS:
            if at < span or self._since < span:
                break
            start = self._frames[at - span]
            if any(frame.blank for frame in list(self._frames)[at - span :]):
                break
            between = [self._frames[i].soft for i in (at - _PACE, at, at + _PACE)]
            share = _share(start.soft, between, end.soft)
            if share and not _any_alike([start.gray], [end.gray]):
                self._mixing = share
                return share < 0.5 <= last
        return False


def with_starts(
    frames: Iterable[Item], gray: Callable[[Item], Gray]
) -> Iterator[tuple[Item, bool]]:
    """Each frame of a film with whether it starts a shot; holds LOOK_AHEAD frames at a time.

    gray: gives the (H, W) uint8 picture of a frame.
    """
    detector = ShotDetector()
    waiting: deque[Item] = deque()
    for frame in frames:
        waiting.append(frame)
        starts = detector.feed(gray(frame))
        if starts is not None:
            yield waiting.popleft(), starts
    yield from zip(waiting, detector.finish(), strict=True)


def alike(before: Gray, after: Gray) -> float:
    """How well motion explains one frame by another, -1..1; frames without contrast are alike."""
    field = flow(after, before)
    fit = _fit(_moved(before, field), after)
    if fit < _ALIKE and min(before.shape) >= 32:  # a fast pan takes the flow out of its reach
        field = flow(after, before, guess=np.broadcast_to(_shift(after, before), field.shape))
        fit = max(fit, _fit(_moved(before, field), after))
    return fit


def _shift(one: Gray, other: Gray) -> Plane:
    """By how many pixels x, y most of the picture went, at most half of a side."""
    import cv2

    window = cv2.createHanningWindow(one.shape[::-1], cv2.CV_32F)
    shift, _ = cv2.phaseCorrelate(one.astype(np.float32), other.astype(np.float32), window)
    return np.array(shift, np.float32)


def _fit(before: Plane, after: Gray) -> float:
    """Normalised cross-correlation of small windows, averaged by their contrast."""
    import cv2

    one, other, window = before, after.astype(np.float32), (_WINDOW, _WINDOW)
    mean_one, mean_other = cv2.blur(one, window), cv2.blur(other, window)
    variance_one = np.maximum(cv2.blur(one * one, window) - mean_one * mean_one, 0)
    variance_other = np.maximum(cv2.blur(other * other, window) - mean_other * mean_other, 0)
    covariance = cv2.blur(one * other, window) - mean_one * mean_other
    norm = np.sqrt((variance_one + _NOISE) * (variance_other + _NOISE))
    weights = np.sqrt(np.maximum(variance_one, variance_other)) + 1
    return float(((covariance + _NOISE) / norm * weights).sum() / weights.sum())


def _moved(before: Gray, field: Plane) -> Plane:
    """The frame as it looks where its pixels went. field: the flow back to it."""
    import cv2

    height, width = before.shape
    x = field[..., 0] + np.arange(width, dtype=np.float32)
    y = field[..., 1] + np.arange(height, dtype=np.float32)[:, None]
    plane = cv2.remap(before, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(plane, np.float32)


def _any_alike(before: list[Gray], after: list[Gray]) -> bool:
    return any(alike(one, other) >= _ALIKE for one in before for other in after)


def _share(start: Plane, between: Sequence[Plane], end: Plane) -> float:
    """How much of `start` is in the middle one of `between`, if they are mixtures of `start` and
    `end` with less and less of `start`, else 0."""
    difference = start - end
    if float(np.abs(difference).mean()) < _CHANGE:
        return 0.0
    energy = float(np.vdot(difference, difference))
    shares = [float(np.vdot(frame - end, difference)) / energy for frame in between]
    share = shares[len(shares) // 2]
    # flicker mixes frames too, but not ever more
    if not 0.15 < share < 0.85 or max(np.diff(shares)) > -_DECLINE:
        return 0.0
    rest = between[len(between) // 2] - end - np.float32(share) * difference
    return share if float(np.vdot(rest, rest)) < _MIXED * energy else 0.0
