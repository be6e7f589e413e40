"""Following hints from frame to frame in one direction of time.

Works on the small gray copies of a shot's frames, in their pixels. Several ways lead to each new
frame: dense flow from the last one, points (pyramidal Lucas-Kanade, checked forwards and backwards)
from frames at logarithmically spaced gaps, and matching with the hint's own frame; the way that is
surest decides. After Neoral, Šerých & Matas, "MFT: Long-Term Tracking of Every Pixel", WACV 2024,
with the likeness of patches in place of their network. A hint that is lost drifts along with the
picture and is looked for near there.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tui_colorize.video.appearance import REACH, Floats, Gray, Looks, compare, cut
from tui_colorize.video.flow import flow, working

LONG_SIDE = 480
"""Of the working copies."""

GAPS = (1, 3, 9, 27)
"""Frames between which points are followed."""

KEEP, RETURN = 0.2, 0.35
"""Confidence that a hint needs to stay visible, and to become visible again."""

TENTATIVE = 0.2
GOOD = 0.7
FADE = 0.9
TUNE = 1
SEARCH = True
TEXTURE = 8
FOUND = 0.7

DEBUG: list = []


@dataclass(frozen=True, slots=True)
class Place:
    """Where a hint is: pixels of the working copy; see tracker.Track."""

    x: float
    y: float
    scale: float
    confidence: float
    visible: bool


@dataclass(frozen=True)
class _Seen:
    """A frame that went by: the picture, and of the first n hints the places, looks, trust."""

    gray: Gray
    places: Floats
    looks: Looks
    exposure: float
    trust: Floats  # 0 where the hint was not visible


class Follower:
    """Follows hints through frames fed in order, either forwards or backwards in time."""

    def __init__(self) -> None:
        self._keys: list[int] = []  # what the caller calls the hints; row n of every array
        self._own: Looks = Looks(*(np.empty((0, 25, 25), np.float32) for _ in range(2)))
        self._wide: list[Gray] = []  # the hints' own frames, REACH around
        self._places = np.empty((0, 4), np.float32)
        self._velocity = np.empty((0, 2), np.float32)  # of lost hints, beyond the picture's
        self._confidence = np.empty(0, np.float32)
        self._visible = np.empty(0, bool)
        self._placed = np.empty(0, bool)
        self._turn = False
        self._count = 0
        self._texture = np.empty(0, np.float32)
        self._anchors = np.empty((0, 4), np.float32)
        self._gone = np.empty(0, np.float32)  # frames since a hint was last visible
        self._exposure = np.empty(0, np.float32)
        self._now = 0.0
        self._seen: deque[_Seen] = deque(maxlen=max(GAPS))
        self._small: Gray | None = None

    def step(self, gray: Gray, started: dict[int, tuple[float, float]]) -> dict[int, Place]:
        """The next frame, with the hints put on it -> where every hint known so far is."""
        small = working(gray)
        if self._small is not None and self._keys:
            field = flow(self._small, small)
            self._now += _brightening(self._small, small, field)
            self._advance(gray, field)
        if started:
            self._start(gray, started)
        trust = np.where(self._placed, self._confidence, 0).astype(np.float32)
        looks = Looks.at(gray, self._places)
        self._seen.appendleft(_Seen(gray, self._places.copy(), looks, self._now, trust))
        self._small = small
        return {
            key: Place(float(x), float(y), float(scale), float(sure), bool(visible))
            for key, (x, y, scale, _), sure, visible in zip(
                self._keys, self._places, self._confidence, self._visible, strict=True
            )
        }

    def _start(self, gray: Gray, started: dict[int, tuple[float, float]]) -> None:
        count = len(started)
        places = np.array([(x, y, 1, 0) for x, y in started.values()], np.float32)
        looks = Looks.at(gray, places)
        self._keys += started
        self._own = Looks(
            np.concatenate([self._own.levels, looks.levels]),
            np.concatenate([self._own.inside, looks.inside]),
        )
        self._wide += [cut(gray, place, REACH) for place in places]
        self._places = np.concatenate([self._places, places])
        self._velocity = np.concatenate([self._velocity, np.zeros((count, 2), np.float32)])
        self._confidence = np.concatenate([self._confidence, np.ones(count, np.float32)])
        self._visible = np.concatenate([self._visible, np.ones(count, bool)])
        self._exposure = np.concatenate([self._exposure, np.full(count, self._now, np.float32)])
        self._anchors = np.concatenate([self._anchors, places])
        texture = [float(cut(gray, place, REACH).std()) for place in places]
        self._texture = np.concatenate([self._texture, np.array(texture, np.float32)])
        self._placed = np.concatenate([self._placed, np.ones(count, bool)])
        self._gone = np.concatenate([self._gone, np.zeros(count, np.float32)])

    def _advance(self, gray: Gray, field: Floats) -> None:
        before = self._places
        picture = _picture_motion(field, gray.shape[1] / field.shape[1])
        carried = self._carried(gray, field)
        coasting = _moved(self._anchors, picture)
        coasting[:, :2] += self._velocity
        guess = np.where(self._placed[:, None], carried, coasting)

        ways, chains = [carried], [self._linked(gray, carried, 0, np.zeros(len(before)))]
        if not self._visible.all():
            ways.append(coasting)
            chains.append(np.zeros(len(before), np.float32))
        for gap in GAPS:
            if gap <= len(self._seen):
                way, miss = self._followed(gray, guess, gap - 1)
                ways.append(way)
                chains.append(self._linked(gray, way, gap - 1, miss))
        lost = np.flatnonzero(~self._placed & (self._texture > TEXTURE))
        if SEARCH and len(lost):
            row = lost[self._count % len(lost)]
            guess[row] = self._searched(gray, row, guess[row])
        self._count += 1
        direct = self._matched(gray, guess)
        ways.append(direct)
        chains.append(np.zeros(len(before), np.float32))

        places, chain = np.stack(ways), np.stack(chains)  # (ways, hints, 4), (ways, hints)
        count = len(before)
        own = np.tile(np.arange(count), len(ways))
        flat = places.reshape(-1, 4)
        likeness = compare(self._own[own], Looks.at(gray, flat))
        likeness[:, 3] += self._exposure[own] - self._now
        apart = np.linalg.norm(places[:, None, :, :2] - places[None, :, :, :2], axis=3)
        support = (chain[None] * np.exp(-((apart / 3) ** 2))).max(axis=1)
        sure = confidence(likeness, chain.ravel(), support.ravel()).reshape(len(ways), count)
        height, width = gray.shape
        outside = (
            (places[..., 0] < 0)
            | (places[..., 1] < 0)
            | (places[..., 0] > width - 1)
            | (places[..., 1] > height - 1)
        )
        sure[outside] = 0
        best = sure.argmax(axis=0)
        rows = np.arange(count)
        self._confidence = sure[best, rows]
        before_visible = self._visible.copy()
        self._visible = self._confidence >= np.where(self._visible, KEEP, RETURN)
        chosen = self._tuned(gray, places[best, rows], self._confidence >= TENTATIVE)
        self._placed = self._visible | (self._confidence >= TENTATIVE)
        self._places = np.where(self._placed[:, None], chosen, coasting).astype(np.float32)
        self._gone = np.where(self._visible, 0, self._gone + 1)
        good = self._visible & (self._confidence >= GOOD)
        moved = chosen[:, :2] - _moved(before, picture)[:, :2]
        self._velocity = np.where(
            good[:, None], 0.7 * self._velocity + 0.3 * moved, FADE * self._velocity
        ).astype(np.float32)
        self._anchors = np.where(good[:, None], self._places, coasting)
        lik = likeness.reshape(len(ways), count, 5)[best, rows]
        DEBUG.append((list(self._keys), best, lik, chain[best, rows], chain.max(0), chosen, self._visible.copy(), len(ways), likeness.reshape(len(ways), count, 5), chain, places, support, before_visible))

    def _tuned(self, gray: Gray, places: Floats, rows: NDArray[np.bool_]) -> Floats:
        """The places at the scale (every other frame the angle) at which they look best."""
        self._turn = not self._turn
        ways = np.tile(places, (3, 1, 1))
        if self._turn:
            ways[1:, :, 3] += np.array([[-0.04], [0.04]], np.float32)
        else:
            ways[1:, :, 2] *= np.array([[0.96], [1 / 0.96]], np.float32)
        count = len(places)
        like = compare(self._own[np.tile(np.arange(count), 3)], Looks.at(gray, ways.reshape(-1, 4)))
        fit = like.reshape(3, count, -1)[..., TUNE].copy()
        fit[1:] -= 0.004
        best = np.where(rows, fit.argmax(axis=0), 0)
        return np.asarray(ways[best, np.arange(count)])

    def _carried(self, gray: Gray, field: Floats) -> Floats:
        """The places moved, scaled and turned by the dense flow around them."""
        factor = gray.shape[1] / field.shape[1]
        result = self._places.copy()
        height, width = field.shape[:2]
        step = np.arange(-6, 7, 3, dtype=np.float32)
        dx, dy = (plane.ravel() for plane in np.meshgrid(step, step))
        last = self._seen[0].gray
        for row in range(len(result)):
            x, y, scale, angle = result[row]
            column = np.clip(np.rint(x / factor + dx), 0, width - 1).astype(int)
            line = np.clip(np.rint(y / factor + dy), 0, height - 1).astype(int)
            moves = field[line, column] * factor
            u = np.clip(column * factor, 0, gray.shape[1] - 1).astype(int)
            v = np.clip(line * factor, 0, gray.shape[0] - 1).astype(int)
            cx = min(max(round(float(x)), 0), gray.shape[1] - 1)
            cy = min(max(round(float(y)), 0), gray.shape[0] - 1)
            unlike = (last[v, u].astype(np.float32) - float(last[cy, cx])) / 20
            weights = np.exp(-(unlike**2) - (dx**2 + dy**2) / 50)
            middle = _weighted_median(moves, weights)
            weights = weights * np.exp(-((moves - middle) ** 2).sum(1) / 4)
            weights /= weights.sum()
            mx, my = weights @ dx, weights @ dy
            mean = weights @ moves
            px, py = (dx - mx) * factor, (dy - my) * factor
            spread = float(weights @ (px**2 + py**2)) + 4
            growth = float(weights @ (px * (moves[:, 0] - mean[0]) + py * (moves[:, 1] - mean[1])))
            turn = float(weights @ (px * (moves[:, 1] - mean[1]) - py * (moves[:, 0] - mean[0])))
            growth, turn = growth / spread, turn / spread
            result[row] = (
                x + mean[0] - (growth * mx - turn * my) * factor,
                y + mean[1] - (turn * mx + growth * my) * factor,
                np.clip(scale * (1 + np.clip(growth, -0.04, 0.04)), 0.25, 4),
                angle + np.clip(turn, -0.04, 0.04),
            )
        return result

    def _followed(self, gray: Gray, guess: Floats, back: int) -> tuple[Floats, Floats]:
        """Points followed from the frame that many before the last, and by how many pixels the
        way back misses."""
        import cv2

        seen = self._seen[back]
        known = len(seen.places)
        miss = np.full(len(guess), np.inf, np.float32)
        result = guess.copy()
        rows = np.flatnonzero(seen.trust > 0)
        if len(rows) == 0:
            return result, miss
        options = {
            "winSize": (15, 15),
            "maxLevel": 2,
            "flags": cv2.OPTFLOW_USE_INITIAL_FLOW,
            "criteria": (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 15, 0.02),
        }
        start = seen.places[rows, None, :2].copy()
        end, status, _ = cv2.calcOpticalFlowPyrLK(
            seen.gray, gray, start, guess[rows, None, :2].copy(), **options
        )
        home, status_home, _ = cv2.calcOpticalFlowPyrLK(gray, seen.gray, end, start.copy(), **options)
        good = (status.ravel() > 0) & (status_home.ravel() > 0)
        result[rows, :2] = np.where(good[:, None], end[:, 0], result[rows, :2])
        miss[rows] = np.where(good, np.linalg.norm(home - start, axis=2).ravel(), np.inf)
        assert known <= len(guess)
        return result, miss

    def _linked(self, gray: Gray, way: Floats, back: int, miss: Floats) -> Floats:
        """Trust in a way: that of the frame it comes from, times how sure the step is."""
        seen = self._seen[back]
        known = len(seen.places)
        trust = np.zeros(len(way), np.float32)
        like = compare(seen.looks, Looks.at(gray, way[:known]))
        level = like[:, 3] + seen.exposure - self._now
        step = np.clip(like[:, 0], 0, 1) * np.exp(-((level / 20) ** 2) - (miss[:known] / 2) ** 2)
        trust[:known] = seen.trust * step
        return trust

    def _searched(self, gray: Gray, row: int, guess: Floats) -> Floats:
        """Where in the whole frame the surroundings of a lost hint fit best."""
        import cv2

        wide = self._wide[row]
        side = wide.shape[0]
        matrix = np.array(
            [[c := float(guess[2] * np.cos(guess[3])), s := float(guess[2] * np.sin(guess[3])), 0],
             [-s, c, 0]], np.float32
        ) if False else None
        small = cv2.resize(gray, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        half = max(4, round(side * float(guess[2]) / 4))
        template = cv2.resize(wide, (2 * half + 1, 2 * half + 1), interpolation=cv2.INTER_AREA)
        if min(small.shape) <= 2 * half + 1:
            return guess
        scores = cv2.matchTemplate(small, template, cv2.TM_CCOEFF_NORMED)
        _, best, _, (x, y) = cv2.minMaxLoc(scores)
        if best < FOUND:
            return guess
        result = guess.copy()
        result[:2] = ((x + half) * 2 + 0.5, (y + half) * 2 + 0.5)
        return result

    def _matched(self, gray: Gray, guess: Floats) -> Floats:
        """The places where the hints' own frames fit, near the guess."""
        import cv2

        result = guess.copy()
        point = np.array([[[REACH, REACH]]], np.float32)
        for row, wide in enumerate(self._wide):
            now = cut(gray, guess[row], REACH)
            if not self._visible[row]:
                half = 8
                t = wide[REACH - half : REACH + half + 1, REACH - half : REACH + half + 1]
                if t.std() > 6:
                    scores = cv2.matchTemplate(now, t, cv2.TM_CCOEFF_NORMED)
                    _, _, _, (cx, cy) = cv2.minMaxLoc(scores)
                    start = np.array([[[cx + half, cy + half]]], np.float32)
                else:
                    start = point.copy()
            else:
                start = point.copy()
            end, status, _ = cv2.calcOpticalFlowPyrLK(
                wide, now, point, start.copy(), winSize=(17, 17), maxLevel=1,
                flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
            )
            if status[0, 0]:
                dx, dy = end[0, 0] - REACH
                if abs(dx) < REACH and abs(dy) < REACH:
                    scale, angle = guess[row, 2:]
                    c, s = scale * np.cos(angle), scale * np.sin(angle)
                    result[row, 0] += c * dx - s * dy
                    result[row, 1] += s * dx + c * dy
        return result


def _brightening(before: Gray, after: Gray, field: Floats) -> float:
    """By how many gray levels most of the picture became brighter."""
    height, width = before.shape
    y, x = np.mgrid[4:height:8, 4:width:8]
    moves = field[y, x]
    u = np.clip(np.rint(x + moves[..., 0]), 0, width - 1).astype(int)
    v = np.clip(np.rint(y + moves[..., 1]), 0, height - 1).astype(int)
    return float(np.median(after[v, u].astype(np.int16) - before[y, x]))


def _moved(places: Floats, motion: Floats) -> Floats:
    """The places moved by a similarity, (2, 3)."""
    result = places.copy()
    result[:, :2] = places[:, :2] @ motion[:, :2].T + motion[:, 2]
    result[:, 2] *= float(np.hypot(motion[0, 0], motion[1, 0]))
    result[:, 3] += float(np.arctan2(motion[1, 0], motion[0, 0]))
    return result


def _picture_motion(field: Floats, factor: float) -> Floats:
    """The motion of most of the picture, (2, 3): a similarity of the working copy's pixels."""
    import cv2

    height, width = field.shape[:2]
    y, x = np.mgrid[8 : height - 8 : 16, 8 : width - 8 : 16]
    start = np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)
    end = start + field[y.ravel(), x.ravel()]
    cv2.setRNGSeed(1)
    matrix, _ = cv2.estimateAffinePartial2D(start * factor, end * factor, ransacReprojThreshold=1.5)
    if matrix is None:
        return np.eye(2, 3, dtype=np.float32)
    return np.asarray(matrix, np.float32)


def _weighted_median(values: Floats, weights: Floats) -> Floats:
    """(n, k), (n,) -> (k,)."""
    result = []
    for column in values.T:
        order = np.argsort(column)
        total = np.cumsum(weights[order])
        result.append(column[order[np.searchsorted(total, total[-1] / 2)]])
    return np.array(result, np.float32)


W = [-3.6, 1.7, 0.0, 1.5, 0.03, 0.06, 0.0, 3.5]


def confidence(likeness: Floats, chain: Floats, support: Floats) -> Floats:
    """The probability that a place has the hint's colour."""
    small, large, half, level, contrast = likeness.T
    z = (
        W[0]
        + W[1] * np.maximum(small, 0)
        + W[2] * np.maximum(large, 0)
        + W[3] * np.maximum(half, 0)
        - W[4] * np.abs(level)
        - W[5] * np.abs(contrast)
        + W[6] * chain
        + W[7] * support
    )
    return np.asarray(1 / (1 + np.exp(-z)), np.float32)
