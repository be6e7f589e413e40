"""Following hints from frame to frame in one direction of time.

Several ways lead to each new frame: dense flow from the last one; points followed forwards and back
from frames at logarithmically spaced gaps; a match with the hint's own frame. The one that looks
most like the hint's own frame, and that trusted earlier frames support, decides: after Neoral,
Šerých & Matas, "MFT: Long-Term Tracking of Every Pixel", WACV 2024, with the likeness of patches in
place of their network. A hint that is lost drifts along with the picture and is looked for.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui_colorize.video import ways
from tui_colorize.video.appearance import (
    REACH,
    Floats,
    Gray,
    Looks,
    compare,
    compare_whole,
    cut,
    stacked,
)
from tui_colorize.video.flow import flow, working

LONG_SIDE = 480
"""Of the working copies of frames, in pixels."""

_FLOW_SIDE = LONG_SIDE // 2  # of the copies that dense flow is computed on

_GAPS = (1, 3, 9, 27)  # frames between which points are followed

# Confidence that a hint needs to stay visible, and to become so again; that makes a place worth
# going on from; and that makes it a place to start from once the hint is lost.
_KEEP, _RETURN, _TENTATIVE, _GOOD = 0.25, 0.4, 0.2, 0.7

_NEW = 0.3  # weight of the newest step in a hint's own motion; once lost, that fades
_FADE = 0.9

_AWAY = 2.0  # frames' sides: a hint that left is remembered no further off

_LEVEL = 20.0  # gray levels, and
_MISS = 2.0  # pixels there and back: either takes the trust in a step down to 0.37
_CLOSE = 3.0  # pixels: ways that support each other


@dataclass(frozen=True, slots=True)
class Place:
    """Where a hint is: pixels of the working copy; see tracker.Track."""

    x: float
    y: float
    scale: float
    confidence: float
    visible: bool


@dataclass
class _Hints:
    """What is known of n hints: arrays with a row for each, none of which is changed in place."""

    levels: Floats  # how they look on their own frame, see Looks
    inside: Floats
    wide: Gray  # (n, 2 * REACH + 1, the same): more of that frame
    exposure: Floats  # of their own frame
    places: Floats  # (n, 4): x, y, scale, angle
    anchors: Floats  # (n, 4): the last good place, moved along with the picture
    velocity: Floats  # (n, 2): pixels per frame, beyond the picture's motion
    confidence: Floats
    visible: NDArray[np.bool_]

    @classmethod
    def put(cls, gray: Gray, places: Floats, exposure: float) -> _Hints:
        count, side = len(places), 2 * REACH + 1
        looks = Looks.at(gray, places)
        wide = np.empty((count, side, side), np.uint8)
        for row, place in zip(wide, places, strict=True):
            row[:] = cut(gray, place, REACH)
        return cls(
            looks.levels,
            looks.inside,
            wide,
            np.full(count, exposure, np.float32),
            places,
            places,
            np.zeros((count, 2), np.float32),
            np.ones(count, np.float32),
            np.ones(count, bool),
        )

    def and_these(self, others: _Hints) -> _Hints:
        names = [field.name for field in fields(self)]
        return _Hints(*(np.concatenate([getattr(self, n), getattr(others, n)]) for n in names))


@dataclass(frozen=True)
class _Seen:
    """A frame that went by, and the hints known by then.

    middles: of their looks; trust: confidence, 0 where lost.
    """

    gray: Gray
    exposure: float
    places: Floats
    middles: Looks
    trust: Floats

    @classmethod
    def at(cls, gray: Gray, exposure: float, places: Floats, trust: Floats) -> _Seen:
        return cls(gray, exposure, places, Looks.at(gray, places).middle, trust)


@dataclass(frozen=True)
class _Way:
    """Places on the new frame, (hints, 4).

    back: the number in _seen of the frame they come from, if from one; miss: then by how many
    pixels the way back misses, for the hints known by then.
    """

    places: Floats
    back: int | None = None
    miss: Floats | float = 0.0


class Follower:
    """Follows hints through frames fed in order, either forwards or backwards in time."""

    def __init__(self) -> None:
        self._keys: list[int] = []  # what the caller calls the hints
        self._hints: _Hints | None = None
        self._seen: deque[_Seen] = deque(maxlen=max(_GAPS))
        self._small: Gray | None = None
        self._exposure = 0.0  # gray levels brighter than the first frame
        self._steps = 0

    def fork(self) -> Follower:
        """One that stands where this one does, whatever becomes of this one; takes no time."""
        other = copy(self)
        other._keys, other._seen, other._hints = [*self._keys], self._seen.copy(), copy(self._hints)
        return other

    def state(self) -> dict[str, NDArray[Any]]:
        """What a new one needs to go on from here."""
        if self._hints is None:
            return {}
        return {
            "keys": np.array(self._keys),
            "exposure": np.array(self._exposure),
            "steps": np.array(self._steps),
            **{f"hints_{name}": each for name, each in vars(self._hints).items()},
            "seen_gray": np.stack([seen.gray for seen in self._seen]),
            "seen_exposure": np.array([seen.exposure for seen in self._seen]),
            "seen_count": np.array([len(seen.trust) for seen in self._seen]),
            "seen_places": np.concatenate([seen.places for seen in self._seen]),
            "seen_trust": np.concatenate([seen.trust for seen in self._seen]),
        }

    @classmethod
    def restore(cls, state: Mapping[str, NDArray[Any]]) -> Follower:
        """What state() gave. Raises KeyError where a part is missing."""
        follower = cls()
        if state:
            follower._keys = state["keys"].tolist()
            follower._exposure, follower._steps = float(state["exposure"]), int(state["steps"])
            follower._hints = _Hints(*(state[f"hints_{field.name}"] for field in fields(_Hints)))
            ends = np.cumsum(state["seen_count"])[:-1]
            parts = (
                state["seen_gray"],
                state["seen_exposure"].tolist(),
                np.split(state["seen_places"], ends),
                np.split(state["seen_trust"], ends),
            )
            follower._seen.extend(_Seen.at(*each) for each in zip(*parts, strict=True))
            follower._small = working(follower._seen[0].gray, _FLOW_SIDE)
        return follower

    def step(self, gray: Gray, started: dict[int, tuple[float, float]]) -> dict[int, Place]:
        """The next working copy, with the places of the hints put on it, by whatever key -> where
        every hint known so far is."""
        small = working(gray, _FLOW_SIDE)
        if self._hints is not None and self._small is not None:
            field = flow(self._small, small)
            self._exposure += ways.brightening(self._small, small, field)
            self._advance(self._hints, gray, field)
        if started:
            places = np.array([(x, y, 1, 0) for x, y in started.values()], np.float32)
            put = _Hints.put(gray, places, self._exposure)
            self._hints = put if self._hints is None else self._hints.and_these(put)
            self._keys += started
        self._small = small
        if self._hints is None:
            return {}
        self._remember(self._hints, gray)
        return {
            key: Place(float(x), float(y), float(scale), float(sure), bool(visible))
            for key, (x, y, scale, _), sure, visible in zip(
                self._keys,
                self._hints.places,
                self._hints.confidence,
                self._hints.visible,
                strict=True,
            )
        }

    def _remember(self, hints: _Hints, gray: Gray) -> None:
        trust = np.where(hints.confidence >= _TENTATIVE, hints.confidence, 0).astype(np.float32)
        self._seen.appendleft(_Seen.at(gray, self._exposure, hints.places, trust))

    def _advance(self, hints: _Hints, gray: Gray, field: Floats) -> None:
        """Bring the hints to the next frame. field: the flow to it, of a smaller size."""
        self._steps += 1
        motion = ways.picture_motion(field, gray.shape[1] / field.shape[1])
        drifted = ways.moved(hints.anchors, motion)
        drifted[:, :2] += hints.velocity
        sides = np.array(gray.shape[::-1], np.float32)
        drifted[:, :2] = drifted[:, :2].clip(-_AWAY * sides, (1 + _AWAY) * sides)
        drifted[:, 2] = drifted[:, 2].clip(*ways.SCALES)
        places, sure = self._judged(hints, gray, self._tried(hints, gray, field, drifted))

        hints.confidence = sure
        hints.visible = sure >= np.where(hints.visible, _KEEP, _RETURN)
        placed = (sure >= _TENTATIVE)[:, None]
        good = (hints.visible & (sure >= _GOOD))[:, None]
        beyond = places[:, :2] - ways.moved(hints.places, motion)[:, :2]
        steady = (1 - _NEW) * hints.velocity + _NEW * beyond
        hints.velocity = np.where(good, steady, _FADE * hints.velocity).astype(np.float32)
        hints.places = np.where(placed, places, drifted)
        hints.anchors = np.where(good, places, drifted)

    def _tried(self, hints: _Hints, gray: Gray, field: Floats, drifted: Floats) -> list[_Way]:
        """Every way to the new frame."""
        last = self._seen[0]
        placed = last.trust > 0
        carried = ways.carried(last.gray, field, hints.places)
        result = [_Way(carried, 0, 0.0), _Way(drifted)]
        guess = np.where(placed[:, None], carried, drifted)
        for back in (gap - 1 for gap in _GAPS if gap <= len(self._seen)):
            seen = self._seen[back]
            rows = np.flatnonzero(seen.trust > 0)
            if len(rows):
                way, miss = guess.copy(), np.full(len(seen.trust), np.inf, np.float32)
                starts = seen.places[rows, :2]
                way[rows, :2], miss[rows] = ways.followed(seen.gray, starts, gray, guess[rows, :2])
                result.append(_Way(way, back, miss))
        lost = np.flatnonzero(~placed)
        if len(lost):  # a whole frame takes long to search: one hint at a time
            row = lost[self._steps % len(lost)]
            guess[row] = ways.searched(hints.wide[row], gray, guess[row])
        match = [
            ways.matched(wide, gray, place, not trusted)
            for wide, place, trusted in zip(hints.wide, guess, placed, strict=True)
        ]
        return [*result, _Way(np.array(match, np.float32))]

    def _judged(self, hints: _Hints, gray: Gray, tried: list[_Way]) -> tuple[Floats, Floats]:
        """The best of the ways for each hint: its place, (hints, 4), and the confidence in it."""
        places = np.stack([way.places for way in tried])
        count, rows = len(places), np.arange(places.shape[1])
        every = np.tile(rows, count)
        looks = Looks.at(gray, places.reshape(-1, 4))
        likeness = compare(Looks(hints.levels[every], hints.inside[every]), looks)
        likeness[:, 3] += hints.exposure[every] - self._exposure

        trust = self._trusted(tried, looks.middle).reshape(count, -1)
        apart = np.linalg.norm(places[:, None, :, :2] - places[None, :, :, :2], axis=3)
        support = (trust * np.exp(-((apart / _CLOSE) ** 2))).max(axis=1)

        sure = _confidence(likeness, support.ravel()).reshape(count, -1)
        height, width = gray.shape
        inside = (places[..., :2] >= -0.5) & (places[..., :2] <= (width - 0.5, height - 0.5))
        sure = np.where(inside.all(axis=2), sure, 0)
        best = sure.argmax(axis=0)
        return self._tuned(hints, gray, places[best, rows]), sure[best, rows]

    def _trusted(self, tried: list[_Way], middles: Looks) -> Floats:
        """How far each way comes from a trusted place that looks like where it leads, all hints of
        the first way first: (ways * hints,). middles: of the looks there, in the same order."""
        each = len(middles.levels) // len(tried)
        back = [
            (number * each, way, self._seen[way.back])
            for number, way in enumerate(tried)
            if way.back is not None
        ]
        rows = np.concatenate([start + np.arange(len(seen.trust)) for start, _, seen in back])
        like, level = compare_whole(stacked([seen.middles for *_, seen in back]), middles[rows])
        exposure = np.concatenate([np.full(len(seen.trust), seen.exposure) for *_, seen in back])
        miss = np.concatenate([np.broadcast_to(way.miss, len(seen.trust)) for _, way, seen in back])
        trust = np.concatenate([seen.trust for *_, seen in back])
        change = (level + exposure - self._exposure) / _LEVEL
        result = np.zeros(len(middles.levels), np.float32)
        result[rows] = trust * np.maximum(like, 0) * np.exp(-(change**2) - (miss / _MISS) ** 2)
        return result

    def _tuned(self, hints: _Hints, gray: Gray, places: Floats) -> Floats:
        """The places at the scale or, every other frame, at the angle at which they look best."""
        tries = np.tile(places, (3, 1, 1))
        if self._steps % 2:
            tries[1:, :, 2] *= np.array([[0.96], [1 / 0.96]], np.float32)
        else:
            tries[1:, :, 3] += np.array([[-0.04], [0.04]], np.float32)
        own = Looks(np.tile(hints.levels, (3, 1)), np.tile(hints.inside, (3, 1)))
        fit = compare_whole(own, Looks.at(gray, tries.reshape(-1, 4)))[0].reshape(3, -1)
        fit[0] += 0.004  # noise alone changes nothing
        return np.asarray(tries[fit.argmax(axis=0), np.arange(len(places))])


def _confidence(likeness: Floats, support: Floats) -> Floats:
    """The probability that a place has the hint's colour, (n,), from how like it is to the hint's
    own frame, (n, 5) of compare, and the trust of earlier frames in it, (n,).

    A logistic regression on places that the ways found on real and composed film, its weights
    rounded, with a stronger say of the hint's own frame against drift.
    """
    small, large, half = np.maximum(likeness[:, :3], 0).T
    level, contrast = np.abs(likeness[:, 3:]).T
    score = 1.7 * small + 0.7 * large + half - 0.03 * level - 0.06 * contrast + 3.5 * support - 3.6
    return np.asarray(1 / (1 + np.exp(-score)), np.float32)
