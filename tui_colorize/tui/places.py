"""Where a hint would help most: the places whose surroundings are the least certain together."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    from tui_colorize.hints import Hint

    Plane = NDArray[np.float32]

# A hint explains a cell by exp(-way): a cell of the way counts _STEP, a unit of L on it
# 1 / _CONTRAST. Of a hint that is there already the way counts _KNOWN times as much: a new place
# is rated by what it surely explains, and not where a hint may have explained it.
# Chosen on 24 pictures with 10 hints each, and better on 18 others (benchmarks/places.py).
_STEP = 0.25
_CONTRAST = 20.0
_KNOWN = 0.35
_STRIDE = 2  # cells from one candidate to the next
_ROUNDS = 2  # of sweeps; ways that wind more than that are long anyway


def uncertain_places(
    uncertainty: Plane,
    lightness: Plane,
    size: tuple[int, int],
    hints: Iterable[Hint],
    count: int = 12,
) -> list[tuple[int, int]]:
    """Source pixels, the most helpful first, each given those before it.

    A place is worth the variance that a hint there would explain: that of the cells around it which
    can be reached over like lightness, less what the hints and the places before it explain.

    uncertainty: (h, w), standard deviation of ab in the cells of a picture of size (width, height)
    pixels; lightness: (h, w), L of the cells, 0..100.
    """
    import numpy as np

    height, width = uncertainty.shape
    rows = range(min(_STRIDE // 2, height - 1), height, _STRIDE)
    columns = range(min(_STRIDE // 2, width - 1), width, _STRIDE)
    cells = [(row, column) for row in rows for column in columns]
    places = [
        (int((column + 0.5) * size[0] / width), int((row + 0.5) * size[1] / height))
        for row, column in cells
    ]
    explained = np.exp(-_ways(lightness, cells)).reshape(-1, len(cells))
    left = np.square(uncertainty, dtype=np.float64).ravel()
    hints = [hint for hint in hints if hint.enabled]
    if hints:
        at = [(hint.y * height // size[1], hint.x * width // size[0]) for hint in hints]
        left *= np.prod(1 - np.exp(-_KNOWN * _ways(lightness, at)), axis=-1).ravel()
    taken = {(hint.x, hint.y) for hint in hints}
    free = np.array([place not in taken for place in places])
    chosen: list[tuple[int, int]] = []
    while len(chosen) < count and free.any():
        best = int(np.where(free, left @ explained, -1.0).argmax())
        chosen.append(places[best])
        free &= np.array([place != places[best] for place in places])
        left *= 1 - explained[:, best]
    return chosen


def _ways(lightness: Plane, starts: list[tuple[int, int]]) -> Plane:
    """(h, w, starts): the cheapest way from each start to each cell, from neighbour to neighbour.

    By fast sweeping (Zhao, "A fast sweeping method for Eikonal equations", 2005) on a grid of four
    neighbours, all starts at once.
    """
    import numpy as np

    height, width = lightness.shape
    ways = np.full((height, width, len(starts)), np.inf, np.float32)
    ways[(*np.transpose(starts), np.arange(len(starts)))] = 0
    down, right = (
        (_STEP + np.abs(np.diff(lightness, axis=axis)) / _CONTRAST).astype(np.float32)[..., None]
        for axis in (0, 1)
    )

    def relax(to: Plane, start: Plane, cost: Plane) -> None:
        np.minimum(to, start + cost, out=to)

    for _ in range(_ROUNDS):
        for row in range(1, height):
            relax(ways[row], ways[row - 1], down[row - 1])
        for row in reversed(range(height - 1)):
            relax(ways[row], ways[row + 1], down[row])
        for column in range(1, width):
            relax(ways[:, column], ways[:, column - 1], right[:, column - 1])
        for column in reversed(range(width - 1)):
            relax(ways[:, column], ways[:, column + 1], right[:, column])
    return ways
