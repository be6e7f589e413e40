"""Colour carried along the motion of a shot: it does not flicker, wash out or drift.

Colour is never resampled from frame to frame, which would blur it: what is passed on are positions,
each frame's pixels in the last keyframe and, through it, in an anchor (the frame that holds the
hints). Positions in the anchor are corrected by matching the two frames directly, after Neoral,
Šerých & Matas, "MFT: Long-Term Tracking of Every Pixel", WACV 2024, who choose among flows over
several gaps; confidence says where a pixel was not seen before and needs a colour of its own.

Only what was asked for is carried, not what the network has made of it, so that a keyframe need not
wait for the colours of the one before.

Colours are at the network's working size: ab (h, w, 2) and trust (h, w), float32. Motion is looked
for at half of it: a View's gray (h/2, w/2) uint8, positions (h/2, w/2, 2) float32 x, y in pixels of
that size, confidence (h/2, w/2) float32, 0..1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tui_colorize.video.flow import flow

Gray = NDArray[np.uint8]
Plane = NDArray[np.float32]
Share = NDArray[np.floating[Any]]

_MISS = 0.75  # pixels that there and back may differ by: the confidence is then 0.37
_MISS_OF_WAY = 0.05  # and this part of the way
_CHANGE = 14.0  # gray levels, flicker and grain taken off, that a pixel may change on its way
_NEARBY = (15, 15)  # over which flicker is evened out
_GRAIN = (3, 3)

_WINDOW = (5, 5)  # in which a frame and its anchor are compared
_NOISE = 20.0  # variance in gray levels that is no texture
_CORRECTION = 3.0  # pixels by which a direct match may correct a position
_TEXTURE = 16.0  # variance in gray levels that makes a match mean something
_ALIKE = (0.3, 0.7)  # correlation from which a position in the anchor counts, and fully counts
_SURE = (0.75, 0.92)  # that restores lost confidence
_RESTORED = 0.95

_TINY = np.float32(1e-6)

_NO_SECOND_MAP: Any = None  # OpenCV's own description of remap does not know that it may be None


@dataclass(frozen=True, eq=False)
class View:
    """A frame as its motion is looked for. gray: (h/2, w/2)."""

    gray: Gray

    @classmethod
    def of(cls, gray: Gray) -> View:
        """gray: (h, w) uint8 at the network's working size, whose sides are even."""
        height, width = gray.shape
        small = cv2.resize(gray, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
        return cls(np.asarray(small))

    @cached_property
    def levels(self) -> Plane:
        """The gray levels as float32."""
        return self.gray.astype(np.float32)

    @cached_property
    def even(self) -> Plane:
        """Without grain and without the brightness of the surroundings, which may flicker."""
        levels = self.levels
        return np.asarray(cv2.subtract(cv2.blur(levels, _GRAIN), cv2.blur(levels, _NEARBY)))

    @cached_property
    def statistics(self) -> tuple[Plane, Plane]:
        """Mean and variance of the gray levels around every pixel."""
        mean = cv2.blur(self.levels, _WINDOW)
        return np.asarray(mean), cv2.sqrBoxFilter(self.levels, -1, _WINDOW) - mean * mean


@dataclass(frozen=True, eq=False)
class Step:
    """The motion between neighbouring frames of a shot.

    back, ahead: positions of the later frame's pixels in the earlier one, and the reverse;
    back_sure, ahead_sure: the confidence that what is there is the same thing.
    """

    back: Plane
    back_sure: Plane
    ahead: Plane
    ahead_sure: Plane

    @classmethod
    def between(cls, before: View, after: View) -> Step:
        """Both directions of the motion from one frame to the next."""
        grid = positions(*before.gray.shape)
        ahead = flow(before.gray, after.gray, "fine") + grid
        back = flow(after.gray, before.gray, "fine") + grid
        return cls(
            back,
            _sureness(back, ahead, after, before),
            ahead,
            _sureness(ahead, back, before, after),
        )


@dataclass(frozen=True, eq=False)
class Trace:
    """Where the pixels of a frame were in another one, and how sure that is."""

    position: Plane
    confidence: Plane

    @classmethod
    def start(cls, height: int, width: int) -> Trace:
        """From a frame of these numbers of rows and columns to itself."""
        return cls(positions(height, width), np.ones((height, width), np.float32))

    def extended(self, position: Plane, confidence: Plane) -> Trace:
        """This trace, on the pixels of the neighbour whose pixels were at `position` here."""
        return Trace(pull(self.position, position), pull(self.confidence, position) * confidence)


@dataclass(frozen=True, eq=False)
class Asked:
    """Colours that somebody has asked for. ab: (h, w, 2); trust: (h, w), 0..1: how far a pixel's
    colour goes back to that."""

    ab: Plane
    trust: Plane

    @classmethod
    def nothing(cls, height: int, width: int) -> Asked:
        """On a frame of which nothing is known."""
        return cls(np.zeros((height, width, 2), np.float32), np.zeros((height, width), np.float32))

    def beside(self, other: Asked, mine: Share, others: Share) -> Plane:
        """The ab of both, by these weights (h, w)."""
        return mixed(self.ab, other.ab, others / (mine + others + _TINY))


@dataclass(frozen=True, eq=False)
class Ways:
    """Where the pixels of a keyframe were in the one before it and in the anchor; at the working
    size."""

    trace: Trace
    anchored: Trace

    def brought(self, before: Plane, anchor: Plane) -> Plane:
        """The colours (h, w, 2) that come from these two frames."""
        return mixed(
            pull(before, self.trace.position),
            pull(anchor, self.anchored.position),
            self.anchored.confidence,
        )


@dataclass(frozen=True, eq=False)
class Arrival:
    """What reached a frame; confidence (h, w): that what is there is the same thing."""

    asked: Asked
    confidence: Plane
    ways: Ways


class Carrier:
    """Carries what was asked for along a shot, in either direction of time."""

    def __init__(self, view: View, asked: Asked) -> None:
        """From this keyframe, the first anchor."""
        self.trace, self._asked = Trace.start(*view.gray.shape), asked
        self.anchor(view)

    def anchor(self, view: View) -> None:
        """From now on, match with this frame, which is the present keyframe."""
        self._anchor, self._anchor_asked = view, self._asked
        self._anchored = Trace.start(*view.gray.shape)

    @property
    def anchor_in_view(self) -> float:
        """How much of the present keyframe is still seen in the anchor, 0..1."""
        return float(self._anchored.confidence.mean())

    def advance(self, position: Plane, confidence: Plane) -> Trace:
        """On to the neighbouring frame; the trace back to the keyframe."""
        self.trace = self.trace.extended(position, confidence)
        return self.trace

    def arrive(self, view: View) -> Arrival:
        """What the last steps have brought to the present frame."""
        ways = Ways(enlarged(self.trace), enlarged(self._match(view)))
        trace, anchored = ways.trace, ways.anchored
        before, anchor = (
            Asked(pull(asked.ab, way.position), pull(asked.trust, way.position))
            for asked, way in ((self._asked, trace), (self._anchor_asked, anchored))
        )
        from_anchor = anchor.trust * anchored.confidence
        asked = Asked(
            before.beside(anchor, before.trust * (1 - anchored.confidence), from_anchor),
            np.maximum(before.trust * trace.confidence, from_anchor),
        )
        confidence = np.maximum(trace.confidence, anchored.confidence)
        return Arrival(asked, confidence, ways)

    def settle(self, asked: Asked, view: View) -> None:
        """Make the present frame the keyframe, on which this was asked for."""
        self._asked = asked
        self.trace = Trace.start(*view.gray.shape)

    def state(self) -> dict[str, NDArray[Any]]:
        """What a new carrier needs to go on from the present keyframe."""
        return {
            "asked_ab": self._asked.ab,
            "asked_trust": self._asked.trust,
            "anchor_gray": self._anchor.gray,
            "anchor_ab": self._anchor_asked.ab,
            "anchor_trust": self._anchor_asked.trust,
            "anchored_position": self._anchored.position,
            "anchored_confidence": self._anchored.confidence,
        }

    @classmethod
    def restore(cls, state: Mapping[str, NDArray[Any]]) -> Carrier:
        """The carrier whose state that is. Raises KeyError where it is incomplete."""
        view = View(state["anchor_gray"].astype(np.uint8))
        planes = {name: plane.astype(np.float32) for name, plane in state.items()}
        carrier = cls(view, Asked(planes["anchor_ab"], planes["anchor_trust"]))
        carrier.settle(Asked(planes["asked_ab"], planes["asked_trust"]), view)
        carrier._anchored = Trace(planes["anchored_position"], planes["anchored_confidence"])
        return carrier

    def _match(self, view: View) -> Trace:
        """Follow the anchor to the present frame: composed, corrected by a direct flow, judged."""
        followed = self._anchored.extended(self.trace.position, self.trace.confidence)
        grid = positions(*view.gray.shape)
        guess = followed.position - grid
        direct = flow(view.gray, self._anchor.gray, "medium", guess) + grid
        likeness = _likeness(view, self._anchor, followed.position)
        direct_likeness = _likeness(view, self._anchor, direct)
        near = _length(direct - followed.position) < _CORRECTION
        better = near & (direct_likeness > likeness)
        likeness = np.where(better, direct_likeness, likeness)
        position = followed.position
        position[better] = direct[better]
        texture = view.statistics[1] > _TEXTURE
        restored = _RESTORED * ramp(likeness, *_SURE) * texture
        confidence = np.maximum(followed.confidence, restored)
        self._anchored = Trace(position, confidence)
        return Trace(position, confidence * ramp(likeness, *_ALIKE))


@lru_cache(maxsize=8)
def positions(height: int, width: int) -> Plane:
    """(height, width, 2) float32: every pixel's own x, y. Not to be written to."""
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    grid = np.stack([x, y], axis=-1)
    grid.flags.writeable = False
    return grid


def enlarged(trace: Trace) -> Trace:
    """The trace on twice as many rows and columns, its positions in pixels of that size."""
    height, width = trace.confidence.shape
    size = 2 * width, 2 * height
    moved = cv2.resize(trace.position - positions(height, width), size)
    position = cv2.scaleAdd(moved, 2.0, positions(2 * height, 2 * width))
    return Trace(np.asarray(position), np.asarray(cv2.resize(trace.confidence, size)))


def pull(plane: Plane, position: Plane) -> Plane:
    """A plane (h, w) or (h, w, c) float32 at these positions; beyond the border the nearest."""
    return np.asarray(
        cv2.remap(
            plane,
            position,
            _NO_SECOND_MAP,
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
    )


def mixed(one: Plane, other: Plane, share: Share) -> Plane:
    """Of two planes (h, w, 2), as much of the other as the share (h, w), 0..1, says."""
    # single planes: to multiply interleaved ones by one of them takes ten times as long
    planes = zip(cv2.split(one), cv2.split(other), strict=True)
    return np.asarray(cv2.merge([a + share * (b - a) for a, b in planes]), np.float32)


def _length(vectors: Plane) -> Plane:
    return np.asarray(cv2.magnitude(*cv2.split(vectors)))


def _sureness(to: Plane, back: Plane, here: View, there: View) -> Plane:
    """After Sundaram, Brox & Keutzer, "Dense Point Trajectories by GPU-accelerated Large
    Displacement Optical Flow", ECCV 2010, section 3: the allowed miss grows with the way."""
    height, width = here.gray.shape
    grid = positions(height, width)
    way = _length(to - grid)
    miss = _length(pull(back, to) - grid) / (_MISS + _MISS_OF_WAY * way)
    change = (pull(there.even, to) - here.even) * np.float32(1 / _CHANGE)
    sure = cv2.exp(-(miss * miss) - change * change)
    inside = cv2.inRange(to, (-0.5, -0.5), (width - 0.5, height - 0.5))
    sure[inside == 0] = 0
    return np.asarray(sure, np.float32)


def _likeness(view: View, anchor: View, position: Plane) -> Plane:
    """Local correlation (-1..1) of a frame with its anchor seen through positions, in which
    what has no texture counts as alike."""
    mean, variance = view.statistics
    there = pull(anchor.levels, position)
    mean_there = cv2.blur(there, _WINDOW)
    variance_there = cv2.sqrBoxFilter(there, -1, _WINDOW) - mean_there * mean_there
    both = cv2.blur(view.levels * there, _WINDOW) - mean * mean_there
    scale = np.sqrt(np.maximum(variance + _NOISE, 1) * np.maximum(variance_there + _NOISE, 1))
    return np.asarray((both + _NOISE) / scale, np.float32)


def ramp(plane: Plane, low: float, high: float) -> Plane:
    """0 up to `low`, 1 from `high`, smooth in between."""
    x = ((plane - low) * np.float32(1 / (high - low))).clip(0, 1)
    return np.asarray(x * x * (3 - 2 * x), np.float32)
