"""Colour carried along the motion of a shot: it does not flicker, wash out or drift.

Colour is never resampled from frame to frame, which would blur it: what is passed on are positions,
each frame's pixels in the last keyframe and, through it, in an anchor (the frame that holds the
hints). Positions in the anchor are corrected by matching the two frames directly, after Neoral,
Šerých & Matas, "MFT: Long-Term Tracking of Every Pixel", WACV 2024, who choose among flows over
several gaps; confidence says where a pixel was not seen before and needs a colour of its own.

Everything here is at the network's working size: gray (h, w) uint8, of L times 2.55; ab (h, w, 2),
confidence and trust (h, w), float32, 0..1. Positions are (h, w, 2) float32 x, y.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from tui_colorize.video.flow import flow

Gray = NDArray[np.uint8]
Plane = NDArray[np.float32]

_MISS = 1.0  # pixels that there and back may differ by: the confidence is then 0.37
_MISS_OF_WAY = 0.05  # and this part of the way
_CHANGE = 14.0  # gray levels, flicker and grain taken off, that a pixel may change on its way
_NEARBY = (31, 31)  # over which flicker is evened out
_GRAIN = (5, 5)

_WINDOW = (9, 9)  # in which a frame and its anchor are compared
_NOISE = 20.0  # variance in gray levels that is no texture
_CORRECTION = 6.0  # pixels by which a direct match may correct a position
_TEXTURE = 16.0  # variance in gray levels that makes a match mean something
_ALIKE = (0.3, 0.7)  # correlation from which a position in the anchor counts, and fully counts
_SURE = (0.75, 0.92)  # that restores lost confidence
_RESTORED = 0.95

_NO_SECOND_MAP: Any = None  # OpenCV's own description of remap does not know that it may be None


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
    def between(cls, before: Gray, after: Gray) -> Step:
        """Both directions of the motion from one frame to the next."""
        grid = positions(*before.shape)
        ahead, back = flow(before, after) + grid, flow(after, before) + grid
        even_before, even_after = _even(before), _even(after)
        return cls(
            back,
            _sureness(back, ahead, even_after, even_before),
            ahead,
            _sureness(ahead, back, even_before, even_after),
        )


@dataclass(frozen=True, eq=False)
class Path:
    """Where the pixels of a frame were in another one, and how sure that is."""

    position: Plane
    confidence: Plane

    @classmethod
    def start(cls, height: int, width: int) -> Path:
        """From a frame to itself."""
        return cls(positions(height, width), np.ones((height, width), np.float32))

    def extended(self, position: Plane, confidence: Plane) -> Path:
        """This path, on the pixels of the neighbour whose pixels were at `position` here."""
        return Path(pull(self.position, position), pull(self.confidence, position) * confidence)


class Arrival(NamedTuple):
    """Colour that reached a frame: ab, how sure it is, and its trust; see Carrier."""

    ab: Plane
    confidence: Plane
    trust: Plane


class Carrier:
    """Carries the colour of keyframes along a shot, in either direction of time.

    trust: how far each pixel's colour goes back to what somebody has asked for.
    """

    def __init__(self, gray: Gray, ab: Plane, trust: Plane) -> None:
        self.path = Path.start(*gray.shape)
        self.ab, self._trust = ab, trust
        self.anchor(gray, ab, trust)

    def anchor(self, gray: Gray, ab: Plane, trust: Plane) -> None:
        """From now on, match with this frame, which is the present keyframe."""
        self._anchor_gray, self._anchor_ab, self._anchor_trust = gray, ab, trust
        self._anchored = Path.start(*gray.shape)

    @property
    def anchor_in_view(self) -> float:
        """How much of the present keyframe is still seen in the anchor, 0..1."""
        return float(self._anchored.confidence.mean())

    def advance(self, position: Plane, confidence: Plane) -> Path:
        """On to the neighbouring frame; the path back to the keyframe."""
        self.path = self.path.extended(position, confidence)
        return self.path

    def arrive(self, gray: Gray) -> Arrival:
        """The colour that the last steps have brought to the present frame."""
        reached = self._match(gray)
        weight = reached.confidence[..., None]
        chain = pull(self.ab, self.path.position)
        ab = chain + weight * (pull(self._anchor_ab, reached.position) - chain)
        trusted = pull(self._trust, self.path.position) * self.path.confidence
        trust = np.maximum(trusted, reached.confidence * pull(self._anchor_trust, reached.position))
        return Arrival(ab, np.maximum(self.path.confidence, reached.confidence), trust)

    def settle(self, ab: Plane, trust: Plane) -> None:
        """Make the present frame, to which arrive() has led, the keyframe, with this colour."""
        self.ab, self._trust = ab, trust
        self.path = Path.start(*ab.shape[:2])

    def state(self) -> dict[str, NDArray[Any]]:
        """What a new carrier needs to go on from the present keyframe."""
        return {
            "ab": self.ab,
            "trust": self._trust,
            "anchor_gray": self._anchor_gray,
            "anchor_ab": self._anchor_ab,
            "anchor_trust": self._anchor_trust,
            "anchored_position": self._anchored.position,
            "anchored_confidence": self._anchored.confidence,
        }

    @classmethod
    def restore(cls, state: Mapping[str, NDArray[Any]]) -> Carrier:
        """The carrier whose state that is. Raises KeyError where it is incomplete."""
        gray = state["anchor_gray"].astype(np.uint8)
        planes = {name: plane.astype(np.float32) for name, plane in state.items()}
        carrier = cls(gray, planes["anchor_ab"], planes["anchor_trust"])
        carrier.settle(planes["ab"], planes["trust"])
        carrier._anchored = Path(planes["anchored_position"], planes["anchored_confidence"])
        return carrier

    def _match(self, gray: Gray) -> Path:
        """Follow the anchor to the present frame: composed, corrected by a direct flow, judged."""
        followed = Path(
            pull(self._anchored.position, self.path.position),
            pull(self._anchored.confidence, self.path.position) * self.path.confidence,
        )
        grid = positions(*gray.shape)
        direct = flow(gray, self._anchor_gray, "medium", followed.position - grid) + grid
        likeness, texture = _likeness(gray, self._anchor_gray, followed.position)
        direct_likeness, _ = _likeness(gray, self._anchor_gray, direct)
        near = cv2.magnitude(*cv2.split(direct - followed.position)) < _CORRECTION
        better = near & (direct_likeness > likeness)
        likeness = np.where(better, direct_likeness, likeness)
        position = np.where(better[..., None], direct, followed.position)
        restored = _RESTORED * ramp(likeness, *_SURE) * (texture > _TEXTURE)
        self._anchored = Path(position, np.maximum(followed.confidence, restored))
        return Path(position, self._anchored.confidence * ramp(likeness, *_ALIKE))


def positions(height: int, width: int) -> Plane:
    """(height, width, 2) float32: every pixel's own x, y."""
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return np.stack([x, y], axis=-1)


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


def _even(gray: Gray) -> Plane:
    """Gray without grain and without the brightness of its surroundings, which may flicker."""
    plane = gray.astype(np.float32)
    return np.asarray(cv2.blur(plane, _GRAIN) - cv2.blur(plane, _NEARBY))


def _sureness(to: Plane, back: Plane, here: Plane, there: Plane) -> Plane:
    """After Sundaram, Brox & Keutzer, "Dense Point Trajectories by GPU-accelerated Large
    Displacement Optical Flow", ECCV 2010, section 3: the allowed miss grows with the way."""
    height, width = here.shape
    grid = positions(height, width)
    way = cv2.magnitude(*cv2.split(to - grid))
    miss = cv2.magnitude(*cv2.split(pull(back, to) - grid)) / (_MISS + _MISS_OF_WAY * way)
    change = (pull(there, to) - here) / _CHANGE
    sure = cv2.exp(-(miss * miss) - change * change)
    inside = cv2.inRange(to, (-0.5, -0.5), (width - 0.5, height - 0.5))
    sure[inside == 0] = 0
    return np.asarray(sure, np.float32)


def _likeness(gray: Gray, anchor: Gray, position: Plane) -> tuple[Plane, Plane]:
    """Local correlation (-1..1) of a frame with its anchor seen through positions, in which
    what has no texture counts as alike, and the texture (variance) of the frame."""
    a, b = gray.astype(np.float32), pull(anchor.astype(np.float32), position)
    mean_a, mean_b = cv2.blur(a, _WINDOW), cv2.blur(b, _WINDOW)
    var_a = cv2.blur(a * a, _WINDOW) - mean_a * mean_a
    var_b = cv2.blur(b * b, _WINDOW) - mean_b * mean_b
    both = cv2.blur(a * b, _WINDOW) - mean_a * mean_b
    likeness = (both + _NOISE) / np.sqrt(
        np.maximum(var_a + _NOISE, 1) * np.maximum(var_b + _NOISE, 1)
    )
    return np.asarray(likeness, np.float32), np.asarray(var_a, np.float32)


def ramp(plane: Plane, low: float, high: float) -> Plane:
    """0 up to `low`, 1 from `high`, smooth in between."""
    x = ((plane - low) / (high - low)).clip(0, 1)
    return np.asarray(x * x * (3 - 2 * x), np.float32)
