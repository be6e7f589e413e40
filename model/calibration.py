"""Whether the suggested colours come true, and as often as they claim."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from .suggestions import RADIUS, cover

SHOWN = 9
_PLACES = 20  # of each picture
_DECILES = 10

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Judgement:
    """How suggestions fare with one number of hints, at random places without a hint.

    recall: share of the places whose true colour is within RADIUS of one of the nine; claimed,
    true, count: for each tenth of probability that has any suggestions, what they claim on average,
    how many come true (the true colour is within RADIUS of it and of none before it), their number.
    """

    recall: float
    claimed: list[float]
    true: list[float]
    count: list[int]

    @property
    def error(self) -> float:
        """Expected calibration error (Guo et al. 2017, equation 5)."""
        gaps = np.abs(np.subtract(self.claimed, self.true))
        return float(np.average(gaps, weights=self.count))


class Tally:
    """Counts how the suggestions fare, batch after batch."""

    def __init__(self) -> None:
        self._random = np.random.default_rng(0)
        self._claims: list[Floats] = []
        self._hits: list[NDArray[np.bool_]] = []

    def add(self, logits: Tensor, ab: Tensor, mask: Tensor) -> None:
        """Judge the logits (N, bins, H/4, W/4) of pictures of these true colours.

        ab: (N, 2, H, W) in ab units; mask: (N, 1, H, W), 1 where a hint was given.
        """
        free = (mask[:, 0] == 0).cpu().numpy()
        drawn = [self._random.choice(np.argwhere(one), _PLACES) for one in free]
        y, x = np.concatenate(drawn).T
        picture = np.repeat(np.arange(len(drawn)), _PLACES)
        chances = logits.float().softmax(1).cpu().numpy()[picture, :, y // 4, x // 4]
        colors, masses = cover(chances, SHOWN)
        truth = ab.cpu().numpy()[picture, :, y, x][:, None]
        inside = np.square(colors - truth).sum(-1) <= RADIUS * RADIUS
        self._claims.append(masses)
        self._hits.append(inside & (inside.cumsum(1) == 1) & (masses > 0))

    def judgement(self) -> Judgement:
        """What has been counted."""
        return _judgement(np.concatenate(self._claims), np.concatenate(self._hits))


def _judgement(claims: Floats, hits: NDArray[np.bool_]) -> Judgement:
    tenth = np.minimum((claims * _DECILES).astype(int), _DECILES - 1)
    groups = [(claims > 0) & (tenth == decile) for decile in range(_DECILES)]
    groups = [group for group in groups if group.any()]
    return Judgement(
        float(hits.any(1).mean()),
        [float(claims[group].mean()) for group in groups],
        [float(hits[group].mean()) for group in groups],
        [int(group.sum()) for group in groups],
    )
