"""Hints on several frames that are on one object: they move as one and share its colour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui_colorize.video.follow import Place

_SAME = 8.0
"""Pixels of the working copy between two hints that count as one object, at most."""


class Agreement:
    """Which hints of a shot are on one object, by index."""

    def __init__(self, frames: Sequence[int]) -> None:
        """frames: of the hints, the frame that each was put on."""
        self._frames = frames
        self._groups: dict[int, int] = {}  # the earliest hint of the group, where not alone

    def state(self) -> NDArray[Any]:
        """What is known of groups, for restore()."""
        return np.array([*self._groups.items()], np.int64).reshape(-1, 2)

    def restore(self, state: NDArray[Any]) -> None:
        """Know what state() gave, and nothing else."""
        self._groups = dict(state.tolist())

    def group(self, index: int) -> int:
        """The hint that stands for the group of this one."""
        return self._groups.get(index, index)

    def link(self, frame: int, places: Mapping[int, Place]) -> None:
        """Join hints put on this frame to the nearest one followed there from another frame.

        A group has one hint on any frame: two hints put side by side stay two.
        """
        for index in (each for each in places if self._frames[each] == frame):
            others = [
                other
                for other, place in places.items()
                if place.visible
                and self._frames[other] != frame
                and _distance(place, places[index]) <= _SAME
                and not self._frames_of(self.group(other)) & self._frames_of(self.group(index))
            ]
            if others:
                self._join(index, min(others, key=lambda o: _distance(places[o], places[index])))

    def agreed(self, frame: int, places: Mapping[int, Place]) -> dict[int, tuple[Place, float]]:
        """The places with those of a group made one, and each hint's share in the group's colour.

        Between two hinted frames a hint counts by its confidence and by how near in time it is; the
        nearest visible one before the first and after the last. What is not visible has no share.
        """
        groups: dict[int, list[int]] = defaultdict(list)
        for index, place in places.items():
            if place.visible:
                groups[self.group(index)].append(index)
        result = {index: (place, 0.0) for index, place in places.items()}
        for members in groups.values():
            shares = self._shares(frame, {index: places[index] for index in members})
            x = sum(share * places[index].x for index, share in shares.items())
            y = sum(share * places[index].y for index, share in shares.items())
            for index, share in shares.items():
                result[index] = replace(places[index], x=x, y=y), share
        return result

    def _shares(self, frame: int, places: Mapping[int, Place]) -> dict[int, float]:
        order = sorted(places, key=self._frames.__getitem__)
        last = max(
            (i for i in order if self._frames[i] <= frame), key=order.index, default=order[0]
        )
        following = next((i for i in order if self._frames[i] > frame), order[-1])
        weights = dict.fromkeys(places, 0.0)
        if last == following:  # before the first or after the last
            return weights | {last: 1.0}
        way = self._frames[following] - self._frames[last]
        weights[last] = (self._frames[following] - frame) / way * places[last].confidence
        weights[following] = (frame - self._frames[last]) / way * places[following].confidence
        total = sum(weights.values())
        return {index: weight / total for index, weight in weights.items()}

    def _join(self, one: int, other: int) -> None:
        members = self._members(self.group(one)) | self._members(self.group(other))
        first = min(members, key=lambda index: (self._frames[index], index))
        self._groups |= dict.fromkeys(members, first)

    def _members(self, group: int) -> set[int]:
        return {index for index, of in self._groups.items() if of == group} | {group}

    def _frames_of(self, group: int) -> set[int]:
        return {self._frames[index] for index in self._members(group)}


def _distance(one: Place, other: Place) -> float:
    return float(((one.x - other.x) ** 2 + (one.y - other.y) ** 2) ** 0.5)
