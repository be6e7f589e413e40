"""From a distribution over ab bins to a few distinct colours that a person can choose from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .color import lab_to_hex

RADIUS = 10.0  # ab units: colours closer than this count as one suggestion


def cover(
    bins: NDArray[np.float32], probability: NDArray[np.float32], lightness: float, k: int
) -> list[tuple[str, float]]:
    """Up to k colours that together cover as much probability as they can.

    bins: (N, 2) ab of the bins; probability: (N,) of each; lightness: L of the pixel. Greedy
    maximum coverage by discs of RADIUS: each colour is the mean of the probability that its disc
    adds to those before it, and comes with that probability.
    """
    near = np.square(bins[:, None] - bins[None]).sum(-1) <= RADIUS * RADIUS
    left = probability.astype(np.float64)
    chosen: dict[str, float] = {}
    while len(chosen) < k and left.max() > 0:
        disc = near[(near @ left).argmax()]
        mass = float(left[disc].sum())
        a, b = left[disc] @ bins[disc] / mass
        color = lab_to_hex(lightness, float(a), float(b))
        # two discs may meet in one colour at the edge of the gamut
        chosen[color] = chosen.get(color, 0.0) + mass
        left[disc] = 0
    return sorted(chosen.items(), key=lambda pair: -pair[1])
