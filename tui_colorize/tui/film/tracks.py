"""Follows the hints of a film in a thread of its own, from what has changed, nearest first.

What was found is kept for as long as the film is open, so that going through it costs nothing.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui_colorize.hints import HintSet
from tui_colorize.picture import eight_bits
from tui_colorize.tui.film.cuts import Cuts
from tui_colorize.tui.film.reel import Reel
from tui_colorize.tui.film.trails import BACKWARD, FORWARD, LOST, SEEN, Gray, Trail, Walk
from tui_colorize.tui.latest import step_back
from tui_colorize.tui.picturestate import HintPoint, point_of
from tui_colorize.video.agree import Agreement
from tui_colorize.video.flow import working, working_copy
from tui_colorize.video.follow import LONG_SIDE, Place
from tui_colorize.video.frame import VideoFrame
from tui_colorize.video.tracker import Track, tracks_on

_KEPT = 96 * 2**20  # bytes of working copies
_TURN = 24  # frames in one direction before it is the other's turn
_REPORT = 0.25  # seconds between two reports
_NICE = 10
_PATIENCE = 1.0  # seconds
_PICTURES = 64  # hinted frames of which a copy is kept
_BRIEF = 6  # frames: hints that are lost for so short are not worth a visit
_GAP = 12  # frames: nor are hints found again that are seen for less


class Stretch(NamedTuple):
    """Frames, the last included, on which a hint, by its index, is lost, now and then maybe seen.
    hidden: it is known to be out of sight there."""

    hint: int
    first: int
    last: int
    hidden: bool = False


class Overview(NamedTuple):
    """The film at a glance. starts: of the shots that are known; seen, lost: (frames,) uint8, 1
    where hints are followed, and where some are lost that may be in sight; stretches: of the
    lost ones, in order."""

    starts: tuple[int, ...]
    seen: NDArray[np.uint8]
    lost: NDArray[np.uint8]
    stretches: tuple[Stretch, ...]


class Tracks:
    """Where every hint is on every frame, as far as it is known by now."""

    def __init__(
        self,
        path: Path,
        size: tuple[int, int],
        count: int,
        report: Callable[[], object],
        fail: Callable[[Exception], object],
    ) -> None:
        """size: width and height. count: of the frames. report: called in the thread now and then
        while something new becomes known, and in the end; fail: when the thread has to give up."""
        self._path, self._size, self._count = path, size, count
        self._report, self._fail = report, fail
        self._hints = HintSet()
        self._frame = 0
        self._trails: dict[HintPoint, Trail] = {}
        self._pictures: OrderedDict[int, Gray] = OrderedDict()  # of hinted frames
        self._walks: dict[int, Walk | None] = {FORWARD: None, BACKWARD: None}
        self._steps = 0
        self._known: tuple[tuple[HintSet, int, int], list[Track]] = ((HintSet(), -1, 0), [])
        self._starts: tuple[int, ...] = (0,)
        self._busy, self._closed = True, False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="tracks", daemon=True)
        self._thread.start()

    @property
    def busy(self) -> bool:
        """Whether hints are being followed or shots found, or what was found is not told yet."""
        return self._busy

    def want(self, hints: HintSet, frame: int) -> None:
        """Follow these hints, those near the frame first."""
        with self._changed:
            if hints is not self._hints:
                self._hints = hints
                self._busy = True
                for hint in hints.enabled:
                    self._trails.setdefault(point_of(hint), Trail(hint.frame))
            self._frame = frame
            self._changed.notify_all()

    def hinted(self, frame: int) -> Gray | None:
        """A small copy of a frame that hints were followed from; None where it is not kept."""
        return self._pictures.get(frame)

    def close(self) -> None:
        """Let go of the film; a frame that is being read may take longer than this waits."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(_PATIENCE)

    # What is known.

    def at(self, frame: int) -> list[Track]:
        """Where the enabled hints that were followed to a frame are on it; see tracker.Track."""
        known_for = self._hints, frame, self._steps
        if self._known[0] != known_for:
            self._known = known_for, self._found(frame)
        return self._known[1]

    def _found(self, frame: int) -> list[Track]:
        hints, (width, height) = self._hints, self._size
        across, down = working_copy(width, height, LONG_SIDE)
        places, agreement = self._places(hints, frame), self._agreement(hints)
        return tracks_on(frame, places, agreement, (height, width), (down, across))

    def overview(self, hidden: Collection[tuple[int, int, int, int, int]] = ()) -> Overview:
        """Shots, where hints are followed, where they are lost.

        hidden: frame, x and y of hints, first and last frame on which they are out of sight.
        """
        hints = self._hints
        agreement = self._agreement(hints)
        groups: dict[int, list[int]] = {}
        for index, hint in enumerate(hints):
            if hint.enabled:
                groups.setdefault(agreement.group(index), []).append(index)
        seen, lost = np.zeros((2, self._count), np.uint8)
        stretches = []
        for members in groups.values():
            seen_here, lost_here = np.zeros((2, self._count), np.uint8)
            for index in members:
                self._trails[point_of(hints[index])].mark(seen_here, SEEN)
                self._trails[point_of(hints[index])].mark(lost_here, LOST)
            lost_here &= seen_here ^ 1  # of several hints on one object one is enough
            seen |= seen_here
            for first, end in _runs(lost_here):
                index = min(members, key=lambda i: abs(hints[i].frame - first))
                # What is not wholly known yet grows at one of its ends.
                known = any(
                    tuple(point) == point_of(hints[index])
                    and (since <= first <= until or since <= end - 1 <= until)
                    for *point, since, until in hidden
                )
                stretches.append(Stretch(index, first, end - 1, known))
                if known:
                    lost_here[first:end] = 0
            lost |= lost_here
        stretches.sort(key=lambda each: (each.first, each.hint))
        return Overview(self._starts, seen, lost, tuple(stretches))

    def _agreement(self, hints: HintSet) -> Agreement:
        """Which hints are on one object. Links are made in the order in which the tracker of whole
        shots makes them: forwards, then backwards in time."""
        agreement = Agreement([hint.frame for hint in hints])
        frames = sorted({hint.frame for hint in hints.enabled})
        for frame in [*frames, *reversed(frames)]:
            agreement.link(frame, self._places(hints, frame))
        return agreement

    def _places(self, hints: HintSet, frame: int) -> Mapping[int, Place]:
        found = {
            index: self._trails[point_of(hint)].at(frame)
            for index, hint in enumerate(hints)
            if hint.enabled
        }
        return {index: place for index, place in found.items() if place is not None}

    # The thread.

    def _run(self) -> None:
        step_back(_NICE)
        try:
            with Reel(self._path, _small, _KEPT) as reel:
                self._work(reel)
        except Exception as error:
            self._busy = False
            self._fail(error)

    def _work(self, reel: Reel) -> None:
        cuts = Cuts(self._count, reel.at)
        reported = time.monotonic()
        while True:
            with self._changed:
                if self._closed:
                    return
                hints, frame = self._hints, self._frame
            follows = self._follow(hints, reel, cuts)
            unknown = None if follows else cuts.next_unknown(frame)
            if unknown is not None:
                cuts.look(unknown)
            self._starts = cuts.starts
            idle = not follows and unknown is None
            if idle or time.monotonic() - reported >= _REPORT:
                self._report()
                reported = time.monotonic()
            with self._changed:
                # No longer than until it is told, unless others are wanted by now.
                self._busy = not idle or self._hints is not hints
                if idle:
                    self._changed.wait_for(lambda: self._closed or self._hints is not hints)  # noqa: B023

    def _follow(self, hints: HintSet, reel: Reel, cuts: Cuts) -> bool:
        """Follow hints over one frame more, or look for a cut there. False: nothing is left."""
        first = FORWARD if self._steps // _TURN % 2 else BACKWARD
        for direction in (first, -first):
            walk = self._walks[direction]
            if walk is None or self._abandoned(walk):
                walk = self._new_walk(direction, hints, cuts)
            if walk is not None:
                goes_on = self._advance(walk, hints, reel, cuts)
                self._steps += 1
                self._walks[direction] = walk if goes_on else None
                return True
        return False

    def _new_walk(self, direction: int, hints: HintSet, cuts: Cuts) -> Walk | None:
        """From the first hint that waits in the shot on show, or else anywhere."""
        waiting = [
            hint.frame
            for hint in hints.enabled
            if (trail := self._trails.get(point_of(hint))) and not trail.places[direction]
        ]
        if not waiting:
            return None
        start = max(start for start in cuts.starts if start <= self._frame)
        end = min((start for start in cuts.starts if start > self._frame), default=self._count)
        here = [frame for frame in waiting if start <= frame < end] or waiting
        return Walk(direction, min(here) if direction == FORWARD else max(here))

    def _abandoned(self, walk: Walk) -> bool:
        """Whether none of its hints is there any more; then what it found is forgotten, too."""
        with self._changed:
            wanted = {self._trails[point_of(hint)] for hint in self._hints.enabled}
            if not walk.trails or walk.trails & wanted:
                return False
            for point in [p for p, trail in self._trails.items() if trail in walk.trails]:
                del self._trails[point]
            return True

    def _advance(self, walk: Walk, hints: HintSet, reel: Reel, cuts: Cuts) -> bool:
        """False: the walk is over."""
        frame = walk.frame
        if not 0 <= frame < self._count or walk.far:
            return False
        if walk.trails:
            border = frame if walk.direction == FORWARD else frame + 1
            cut = cuts.begins(border)
            if cut is None:
                cuts.look(border)
                return True
            if cut:
                return False
        joining = {}
        for hint in hints.enabled:
            trail = self._trails.get(point_of(hint))
            if trail is not None and hint.frame == frame and not trail.places[walk.direction]:
                joining[point_of(hint)] = trail
        small = reel.at(frame)
        if joining:
            self._pictures[frame] = small
            if len(self._pictures) > _PICTURES:
                self._pictures.popitem(last=False)
        walk.step(small, joining, self._size)
        return True


def _runs(states: NDArray[np.uint8]) -> list[tuple[int, int]]:
    """Where they are 1, first and end, over short gaps; short runs are left out."""
    edges = np.flatnonzero(np.diff(states, prepend=0, append=0)).reshape(-1, 2).tolist()
    runs: list[tuple[int, int]] = []
    for first, end in edges:
        if runs and first - runs[-1][1] < _GAP:
            runs[-1] = runs[-1][0], end
        else:
            runs.append((first, end))
    return [(first, end) for first, end in runs if end - first >= _BRIEF]


def _small(frame: VideoFrame) -> Gray:
    return working(eight_bits(frame.gray()), LONG_SIDE)
