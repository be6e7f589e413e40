"""From a distribution over ab bins to a few distinct colours to choose from."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from .bins import bin_centers

RADIUS = 10.0  # ab units: colours closer than this count as one

Floats = NDArray[np.float64]


@cache
def _discs() -> Floats:
    """(bins, bins): 1 where two bins are within RADIUS of each other."""
    bins = bin_centers()
    near: Floats = (np.square(bins[:, None] - bins[None]).sum(-1) <= RADIUS**2).astype(np.float64)
    return near


def cover(probability: NDArray[np.floating], k: int) -> tuple[Floats, Floats]:
    """The k colours that together cover as much probability as they can.

    probability: (M, bins), of M places. Greedy maximum coverage by discs of RADIUS: each colour is
    the mean of the probability that its disc adds to those before it.
    Returns their ab (M, k, 2) and the probability that each adds (M, k), zeros once all is covered.
    """
    bins, near = bin_centers().astype(np.float64), _discs()
    left = probability.astype(np.float64)
    colors, masses = np.zeros((len(left), k, 2)), np.zeros((len(left), k))
    for rank in range(k):
        if not left.any():
            break
        added = left * near[(left @ near).argmax(1)]
        masses[:, rank] = mass = added.sum(1)
        colors[:, rank] = added @ bins / np.maximum(mass, 1e-300)[:, None]
        left -= added
    return colors, masses
