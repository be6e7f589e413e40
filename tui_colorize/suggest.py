"""From a distribution over ab bins to a few distinct colours that a person can choose from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.suggestions import cover

from .color import lab_to_hex


def likely_colors(
    probability: NDArray[np.float32], lightness: float, k: int
) -> list[tuple[str, float]]:
    """Up to k colours of a pixel that together cover as much probability as they can.

    probability: (bins,) of the ab bins; lightness: L of the pixel. Returns '#rrggbb' with the
    probability that each adds to those before it, the likeliest first.
    """
    colors, masses = cover(probability[None], len(probability))
    chosen: dict[str, float] = {}
    for (a, b), mass in zip(colors[0].tolist(), masses[0].tolist(), strict=True):
        if len(chosen) == k or not mass:
            break
        # two colours may meet in one at the edge of the gamut, all of them in black
        color = lab_to_hex(lightness, a, b)
        chosen[color] = chosen.get(color, 0.0) + mass
    return sorted(chosen.items(), key=lambda pair: -pair[1])
