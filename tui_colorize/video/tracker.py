"""Hints that follow their objects through a shot, forwards and backwards.

Streaming: frames go in one by one, and each frame's tracks come out as soon as no hint that is put
later can reach it, so at once where all hints are on frames before. A hint is followed forwards to
the end of its shot and backwards over at least LOOK_BACK frames. Memory is bounded by 2 * LOOK_BACK
gray copies of 480 pixels, about 60 MB at 16:9, however long the shot is. What was found so far is
told as a Mark, from which a tracker goes on to the same tracks: it sees the frames again that had
not been reported, but does not follow anything through them again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui_colorize.hints import Hint
from tui_colorize.video.agree import Agreement
from tui_colorize.video.flow import working
from tui_colorize.video.follow import LONG_SIDE, Follower, Place

Gray = NDArray[np.uint8]

LOOK_BACK = 240
"""Frames that a hint is followed backwards at least: 10 s at 24 frames per second."""

_PREFIX = "tracker_"  # of the names in a mark's state
_FORWARD = np.dtype(  # of a hint on a frame behind the reported ones
    [
        ("behind", np.int32),
        ("key", np.int32),
        ("x", float),
        ("y", float),
        ("scale", float),
        ("confidence", float),
        ("visible", bool),
    ]
)


@dataclass(frozen=True, slots=True)
class Track:
    """Where a hint is on one frame.

    index: of the hint, in the order of the hints. x, y: of its point, in source pixels (a pixel's
    centre is a whole number, as with hints). scale: of its patch, 1.0 on its own frame.
    confidence: 0..1, how sure it is that this place has the hint's colour. visible: sure enough to
    be used; where False, x and y are a guess. group: hints that turned out to be on one object have
    the same group, the index of the earliest. share: of this hint in its group's colour on this
    frame, 0..1; the shares of the visible hints of a group add up to 1.
    """

    index: int
    x: float
    y: float
    scale: float
    confidence: float
    visible: bool
    group: int
    share: float = 1.0


@dataclass(frozen=True, eq=False)
class Mark:
    """Where a tracker stands.

    first: the number of the shot's first frame; reported: of the last frame that was reported, one
    before the first if none was. forward: where the hints are on each of the frames behind it, as
    followed to them from frames before; follower: as it left the last of them; groups: of hints on
    one object, as found by then.
    """

    first: int
    reported: int
    forward: Sequence[Mapping[int, Place]]
    follower: Follower
    groups: NDArray[Any]

    @property
    def seen(self) -> int:
        """The number of the last frame that the tracker was fed."""
        return self.reported + len(self.forward)

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything, by names of its own."""
        rows = [
            (behind, key, at.x, at.y, at.scale, at.confidence, at.visible)
            for behind, places in enumerate(self.forward)
            for key, at in places.items()
        ]
        parts = {
            "stand": np.array((self.first, self.reported, len(self.forward))),
            "forward": np.array(rows, _FORWARD),
            "groups": self.groups,
            **{f"follower_{name}": each for name, each in self.follower.state().items()},
        }
        return {_PREFIX + name: each for name, each in parts.items()}

    @classmethod
    def restore(cls, state: Mapping[str, NDArray[Any]]) -> Mark:
        """What state() gave. Raises KeyError where a part is missing."""
        parts = _those_with(_PREFIX, state)
        first, reported, count = parts["stand"].tolist()
        forward: list[dict[int, Place]] = [{} for _ in range(count)]
        for behind, key, *place in parts["forward"].tolist():
            forward[behind][key] = Place(*place)
        follower = Follower.restore(_those_with("follower_", parts))
        return cls(first, reported, forward, follower, parts["groups"])


def _those_with(prefix: str, state: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return {
        name.removeprefix(prefix): each for name, each in state.items() if name.startswith(prefix)
    }


class ShotTracker:
    """Feed it the frames of one shot, in order; collect the tracks of each, in order.

    A frame has a track for every hint of the shot that was followed to it, visible or not.
    """

    def __init__(self, hints: Sequence[Hint], first: int = 0, mark: Mark | None = None) -> None:
        """hints: all of the film, in order (a HintSet); those not enabled are left out.

        first: the number of the shot's first frame, which the frame of a hint refers to. mark: of
        an earlier tracker of this shot; go on with the frame behind the last reported one.
        """
        self._hints = hints
        self._first = first
        self._hinted: dict[int, list[int]] = {}  # by frame
        for index, hint in enumerate(hints):
            if hint.enabled and hint.frame >= first:
                self._hinted.setdefault(hint.frame, []).append(index)
        self._agreement = Agreement([hint.frame for hint in hints])
        self._next = mark.reported + 1 if mark else first
        self._follower = mark.follower.fork() if mark else Follower()
        self._known = deque(mark.forward if mark else ())  # what it has found on the next frames
        if mark:
            self._agreement.restore(mark.groups)
        self._buffer: list[Gray] = []  # working copies of the frames fed and not yet reported
        self._forward: list[Mapping[int, Place]] = []  # what the follower found on them
        self._size: tuple[int, ...] = (1, 1)  # of the source, height and width

    @property
    def mark(self) -> Mark:
        """Where it stands now; stays so, whatever it is fed later."""
        reported = self._next - len(self._buffer) - 1
        forward = (*self._forward, *self._known)
        follower, groups = self._follower.fork(), self._agreement.state()
        return Mark(self._first, reported, forward, follower, groups)

    def feed(self, gray: Gray, size: tuple[int, ...] | None = None) -> list[list[Track]]:
        """The next frame, (H, W) uint8 -> the tracks of the frames that are settled by now.

        size: (height, width) of the film, where the frame has been made smaller already.
        """
        self._size = size or gray.shape
        small = working(gray, LONG_SIDE)
        if self._known:
            places = self._known.popleft()
        else:
            places = self._follower.step(small, self._put(self._next, small))
            self._agreement.link(self._next, places)
        self._buffer.append(small)
        self._forward.append(places)
        self._next += 1
        if not any(self._next <= frame < self._next + LOOK_BACK for frame in self._hinted):
            return self._settle(len(self._buffer))
        return self._settle(LOOK_BACK) if len(self._buffer) >= 2 * LOOK_BACK else []

    def finish(self) -> list[list[Track]]:
        """The shot is over: the tracks of all frames that have not been reported."""
        return self._settle(len(self._buffer))

    def _put(self, frame: int, small: Gray) -> dict[int, tuple[float, float]]:
        """The hints put on this frame, and where on its working copy."""
        down, across = small.shape[0] / self._size[0], small.shape[1] / self._size[1]
        return {
            index: (
                (self._hints[index].x + 0.5) * across - 0.5,
                (self._hints[index].y + 0.5) * down - 0.5,
            )
            for index in self._hinted.get(frame, ())
        }

    def _settle(self, count: int) -> list[list[Track]]:
        """Report the `count` oldest frames of the buffer and forget them."""
        start = self._next - len(self._buffer)
        backward: list[dict[int, Place]] = [{} for _ in self._buffer]
        hinted = [at for at in range(1, len(self._buffer)) if start + at in self._hinted]
        if hinted:
            follower = Follower()
            for at in reversed(range(hinted[-1] + 1)):
                small = self._buffer[at]
                backward[at] = follower.step(small, self._put(start + at, small))
                self._agreement.link(start + at, backward[at])
        reports = []
        for at in range(count):
            places = {**backward[at], **self._forward[at]}
            copied = self._buffer[at].shape
            reports.append(tracks_on(start + at, places, self._agreement, self._size, copied))
        del self._buffer[:count], self._forward[:count]
        return reports


def tracks_on(
    frame: int,
    places: Mapping[int, Place],
    agreement: Agreement,
    size: tuple[int, ...],
    small: tuple[int, ...],
) -> list[Track]:
    """The tracks on a frame. places: of the hints on its working copy, by their indices.

    size, small: (height, width) of the film and of the copy.
    """
    (height, width), down, across = size, small[0] / size[0], small[1] / size[1]
    tracks = []
    for index, (place, share) in sorted(agreement.agreed(frame, places).items()):
        x, y = (place.x + 0.5) / across - 0.5, (place.y + 0.5) / down - 0.5
        if place.visible:  # up to half a pixel beyond the outermost centres
            x, y = min(max(x, 0.0), width - 1.0), min(max(y, 0.0), height - 1.0)
        group = agreement.group(index)
        tracks.append(
            Track(index, x, y, place.scale, place.confidence, place.visible, group, share)
        )
    return tracks


def track_shot(
    frames: Iterable[Gray], hints: Sequence[Hint], first: int = 0
) -> Iterator[list[Track]]:
    """The tracks of each frame of one shot, in order. Arguments as of ShotTracker."""
    tracker = ShotTracker(hints, first)
    for gray in frames:
        yield from tracker.feed(gray)
    yield from tracker.finish()
