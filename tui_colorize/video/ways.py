"""Ways by which the place of a hint is found on a new frame.

Places are rows (x, y, scale, angle), see appearance. Frames are the gray working copies of a shot.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tui_colorize.video.appearance import REACH, Floats, Gray, cut

SCALES = (0.25, 4.0)
"""How much smaller and larger than on its own frame a hint may become."""

_STEPS = np.arange(-6, 7, 3, dtype=np.float32)  # pixels of the flow that are looked at:
_DX, _DY = np.tile(_STEPS, len(_STEPS)), np.repeat(_STEPS, len(_STEPS))
_WIDTH = 7.0  # pixels of the flow: their weight falls with the distance
_FAR = (_DX**2 + _DY**2) / _WIDTH**2
_LIKE = 20.0  # gray levels: and with the difference to the hint's own
_ONE = 2.0  # pixels of the frame: and with the difference of their motion to that of most
_TURN = 0.04  # a hint grows or turns by at most that much from frame to frame

_WINDOW = (15, 15)  # of pyramidal Lucas-Kanade
_LEVELS = 2
_MIDDLE = 8  # half the side of the middle of a hint's own frame that is looked for nearby
_PLAIN = 6.0  # standard deviation in gray levels below which it cannot be found
_LEAST = 1e-9
_FOUND = 0.92  # normalised cross-correlation of a find in the whole frame, at least
_HOPE = 0.8  # and at half the size, where a look costs a third


def carried(last: Gray, field: Floats, places: Floats) -> Floats:
    """The places moved, scaled and turned as the dense flow around them says.

    last: the frame the places are on; field: its flow to the new one, of a smaller size. Counts
    what is near, as light as the place itself, and moves like most of that.
    """
    factor = last.shape[1] / field.shape[1]
    height, width = field.shape[:2]
    x, y = places[:, :1] / factor, places[:, 1:2] / factor
    columns = np.clip(np.rint(x + _DX), 0, width - 1).astype(int)
    rows = np.clip(np.rint(y + _DY), 0, height - 1).astype(int)
    moves = field[rows, columns] * factor  # (hints, samples, 2)

    light = _level(last, columns * factor, rows * factor)
    unlike = (light - _level(last, places[:, :1], places[:, 1:2])) / _LIKE
    weights = np.exp(-(unlike**2) - _FAR)
    most = np.stack([_median(moves[..., axis], weights) for axis in (0, 1)], axis=1)
    weights = weights * np.exp(-(((moves - most[:, None]) / _ONE) ** 2).sum(axis=2))
    weights += _LEAST  # nothing near may move alike
    weights = (weights / weights.sum(axis=1, keepdims=True))[..., None]

    # least squares: move = mean + growth * offset + turn * (offset turned by a right angle)
    offsets = np.broadcast_to(np.stack([_DX, _DY], axis=1) * factor, moves.shape)
    middle, mean = (weights * offsets).sum(axis=1), (weights * moves).sum(axis=1)
    offsets, moves = offsets - middle[:, None], moves - mean[:, None]
    spread = (weights * offsets**2).sum(axis=(1, 2)) + 4
    growth = (weights * offsets * moves).sum(axis=(1, 2)) / spread
    turn = weights[..., 0] * (offsets[..., 0] * moves[..., 1] - offsets[..., 1] * moves[..., 0])
    growth, turn = np.clip(growth, -_TURN, _TURN), np.clip(turn.sum(axis=1) / spread, -_TURN, _TURN)
    result = places.copy()
    result[:, 0] += mean[:, 0] - growth * middle[:, 0] + turn * middle[:, 1]
    result[:, 1] += mean[:, 1] - turn * middle[:, 0] - growth * middle[:, 1]
    result[:, 2] = np.clip(places[:, 2] * (1 + growth), *SCALES)
    result[:, 3] += turn
    return result


def followed(before: Gray, starts: Floats, after: Gray, guess: Floats) -> tuple[Floats, Floats]:
    """Points followed by pyramidal Lucas-Kanade: (n, 2) starts on `before`, (n, 2) guesses of where
    they are on `after` -> (n, 2) where they are, and by how many pixels the way back misses, inf
    where there is no way."""
    ends, there = _lucas_kanade(before, after, starts, guess)
    homes, back = _lucas_kanade(after, before, ends, starts)
    good = there & back
    miss = np.where(good, np.linalg.norm(homes - starts, axis=1), np.inf)
    return np.where(good[:, None], ends, guess), miss.astype(np.float32)


def matched(wide: Gray, gray: Gray, guess: Floats, lost: bool) -> Floats:
    """The place near the guess where the hint's own frame (REACH around it) fits.

    lost: the guess may be further off; the middle is looked for first.
    """
    now = cut(gray, guess, REACH)
    centre = np.full((1, 2), REACH, np.float32)
    start = centre
    if lost:
        inner = slice(REACH - _MIDDLE, REACH + _MIDDLE + 1)
        if wide[inner, inner].std() > _PLAIN:
            x, y, _ = _best_fit(now, wide[inner, inner])
            start = np.array([[x + _MIDDLE, y + _MIDDLE]], np.float32)
    end, found = _lucas_kanade(wide, now, centre, start)
    moved = end[0] - REACH
    result = guess.copy()
    if found[0] and float(np.abs(moved).max()) < REACH:
        c, s = guess[2] * np.cos(guess[3]), guess[2] * np.sin(guess[3])
        result[:2] += (c * moved[0] - s * moved[1], s * moved[0] + c * moved[1])
    return result


def searched(wide: Gray, gray: Gray, guess: Floats) -> Floats:
    """The place in the whole frame where the hint's own frame fits best, or else the guess."""
    import cv2

    small = cv2.resize(gray, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    half = max(4, round(REACH * float(guess[2]) / 2))
    side = 2 * half + 1
    result = guess.copy()
    if min(small.shape) > side and wide.std() > _PLAIN:
        template = cv2.resize(wide, (side, side), interpolation=cv2.INTER_AREA)
        if half >= _MIDDLE:
            tiny = cv2.resize(small, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
            coarse = cv2.resize(wide, (half | 1,) * 2, interpolation=cv2.INTER_AREA)
            if _best_fit(np.asarray(tiny), np.asarray(coarse))[2] < _HOPE:
                return result
        x, y, fit = _best_fit(np.asarray(small), np.asarray(template))
        if fit >= _FOUND:
            result[:2] = ((x + half) * 2 + 0.5, (y + half) * 2 + 0.5)
    return result


def picture_motion(field: Floats, factor: float) -> Floats:
    """The motion of most of the picture: a similarity, (2, 3), of pixels `factor` times smaller
    than those of the flow."""
    import cv2

    start = _lattice(*field.shape[:2], 16).reshape(-1, 2)
    end = start + field[8::16, 8::16].reshape(-1, 2)
    still = np.eye(2, 3, dtype=np.float32)
    if len(start) < 2:
        return still
    cv2.setRNGSeed(1)  # of RANSAC: a film is tracked alike every time
    matrix, _ = cv2.estimateAffinePartial2D(start * factor, end * factor, ransacReprojThreshold=1.5)
    if matrix is None or not 0.5 < float(np.hypot(matrix[0, 0], matrix[1, 0])) < 2:
        return still
    return np.asarray(matrix, np.float32)


def moved(places: Floats, motion: Floats) -> Floats:
    """The places moved by a similarity, (2, 3)."""
    result = places.copy()
    result[:, :2] = places[:, :2] @ motion[:, :2].T + motion[:, 2]
    result[:, 2] *= float(np.hypot(motion[0, 0], motion[1, 0]))
    result[:, 3] += float(np.arctan2(motion[1, 0], motion[0, 0]))
    return result


def brightening(before: Gray, after: Gray, field: Floats) -> float:
    """By how many gray levels most of the picture became brighter: flicker, exposure.

    field: the flow from one to the other, of their size.
    """
    end = _lattice(*before.shape, 8) + field[4::8, 4::8]
    now = _level(after, end[..., 0], end[..., 1])
    return float(np.median(now - before[4::8, 4::8])) if now.size else 0.0


def _lucas_kanade(
    before: Gray, after: Gray, starts: Floats, guess: Floats
) -> tuple[Floats, NDArray[np.bool_]]:
    import cv2

    ends, status, _ = cv2.calcOpticalFlowPyrLK(
        before,
        after,
        starts[:, None],
        guess[:, None].copy(),
        winSize=_WINDOW,
        maxLevel=_LEVELS,
        criteria=(cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 15, 0.02),
        flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
    )
    return np.asarray(ends, np.float32)[:, 0], np.asarray(status).ravel() > 0


@lru_cache(maxsize=8)
def _lattice(height: int, width: int, step: int) -> Floats:
    """(rows, columns, 2) the x, y of every step-th pixel of a frame, from half a step on."""
    y, x = np.mgrid[step // 2 : height : step, step // 2 : width : step]
    points = np.stack([x, y], axis=-1).astype(np.float32)
    points.flags.writeable = False
    return points


def _best_fit(picture: Gray, template: Gray) -> tuple[int, int, float]:
    """The corner x, y at which the template fits best, and the normalised cross-correlation."""
    import cv2

    scores = cv2.matchTemplate(picture, template, cv2.TM_CCOEFF_NORMED)
    _, best, _, (x, y) = cv2.minMaxLoc(scores)
    return x, y, best


def _level(gray: Gray, x: Floats, y: Floats) -> Floats:
    """The gray levels of the nearest pixels."""
    rows = np.clip(np.rint(y), 0, gray.shape[0] - 1).astype(int)
    columns = np.clip(np.rint(x), 0, gray.shape[1] - 1).astype(int)
    return np.asarray(gray[rows, columns], np.float32)


def _median(values: Floats, weights: Floats) -> Floats:
    """The weighted medians of the rows."""
    order = np.argsort(values, axis=1)
    total = np.cumsum(np.take_along_axis(weights, order, axis=1), axis=1)
    middle = (total < total[:, -1:] / 2).sum(axis=1, keepdims=True)
    at = np.take_along_axis(order, np.minimum(middle, values.shape[1] - 1), axis=1)
    return np.asarray(np.take_along_axis(values, at, axis=1)[:, 0])
