"""What the network remembers of hints, for other frames of a shot that show the same things."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

Places = Mapping[int, tuple[float, float]]
"""Where hints are on a frame, by their numbers: x, y in pixels of the network's picture, whose left
upper corner is 0, 0. Those that are missing are out of sight or lost."""

_MOST = 128  # cells that are kept of all frames; each costs time on every frame


@dataclass(frozen=True, eq=False)
class Cells:
    """The hinted cells of some frames as one attention of the network saw them.

    seen: (k, c) features. color: (k, 3): a/110, b/110 and 1. offset: (k, 2): x, y from the place of
    the hint to the cell's centre. hint: (k,) int64: the number of the hint, -1 for none.
    """

    seen: Floats
    color: Floats
    offset: Floats
    hint: NDArray[np.int64]

    @classmethod
    def of(cls, seen: Floats, color: Floats, center: Floats, places: Places) -> Cells:
        """Cells whose centres are at (k, 2) x, y; each belongs to the hint that is nearest."""
        if not places:
            return cls(seen, color, center, np.full(len(seen), -1, np.int64))
        numbers = np.array(list(places), np.int64)
        spots = np.array(list(places.values()), np.float32)
        away = center[:, None] - spots
        nearest = np.square(away).sum(-1).argmin(1)
        return cls(seen, color, away[np.arange(len(seen)), nearest], numbers[nearest])

    def on(self, places: Places) -> tuple[Floats, NDArray[np.bool_]]:
        """On a frame with hints at these places: the cells' centres (k, 2), and whose are known."""
        known = np.array([int(number) in places for number in self.hint], np.bool_)
        spots = [places.get(int(number), (0.0, 0.0)) for number in self.hint]
        return self.offset + np.array(spots, np.float32).reshape(-1, 2), known

    def only(self, hints: Collection[int]) -> Cells:
        """Those of these hints."""
        theirs = np.isin(self.hint, [*hints])
        return Cells(**{key: each[theirs] for key, each in vars(self).items()})

    def joined(self, later: Cells) -> Cells:
        """Both; of too many the earliest are forgotten."""
        ours, theirs = vars(self), vars(later)
        return Cells(**{key: np.concatenate([ours[key], theirs[key]])[-_MOST:] for key in ours})


@dataclass(frozen=True, eq=False)
class HintMemory:
    """The cells of each of the network's attentions."""

    levels: tuple[Cells, ...]

    def only(self, hints: Collection[int]) -> HintMemory:
        """What is remembered of these hints."""
        return HintMemory(tuple(cells.only(hints) for cells in self.levels))

    def joined(self, later: HintMemory) -> HintMemory:
        """What is remembered of both."""
        pairs = zip(self.levels, later.levels, strict=True)
        return HintMemory(tuple(ours.joined(theirs) for ours, theirs in pairs))

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything, by names of its own."""
        return {
            f"memory_{number}_{field.name}": getattr(cells, field.name)
            for number, cells in enumerate(self.levels)
            for field in fields(Cells)
        }

    @classmethod
    def restore(cls, state: Mapping[str, NDArray[Any]]) -> HintMemory | None:
        """What state() gave, None for nothing. Raises KeyError where a part is missing."""
        levels: list[Cells] = []
        while f"memory_{len(levels)}_seen" in state:
            number = len(levels)
            levels.append(
                Cells(**{f.name: state[f"memory_{number}_{f.name}"] for f in fields(Cells)})
            )
        return cls(tuple(levels)) if levels else None
