"""Where hints are on the frames before and after their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tui_colorize.tui.picturestate import HintPoint
from tui_colorize.video.follow import Follower, Place
from tui_colorize.video.tracker import LOOK_BACK

Gray = NDArray[np.uint8]
SEEN, LOST = 1, 2
"""States of a hint on a frame; outside the picture it is neither, nor where nobody looked."""

FORWARD, BACKWARD = 1, -1


@dataclass(eq=False)
class Trail:
    """The places of one hint, from its own frame on, in both directions of time."""

    frame: int
    places: dict[int, list[Place]] = field(default_factory=lambda: {FORWARD: [], BACKWARD: []})
    states: dict[int, bytearray] = field(
        default_factory=lambda: {FORWARD: bytearray(), BACKWARD: bytearray()}
    )

    def at(self, frame: int) -> Place | None:
        """Where the hint is on that frame, as far as it was followed."""
        places = self.places[FORWARD if frame >= self.frame else BACKWARD]
        distance = abs(frame - self.frame)
        return places[distance] if distance < len(places) else None

    def add(self, direction: int, place: Place, shape: tuple[int, ...]) -> None:
        """The place on the next frame. shape: of the working copy."""
        inside = -0.5 <= place.x <= shape[1] - 0.5 and -0.5 <= place.y <= shape[0] - 0.5
        self.places[direction].append(place)
        self.states[direction].append(SEEN if place.visible else LOST if inside else 0)

    def mark(self, states: NDArray[np.uint8], which: int) -> None:
        """Put 1 on the frames, (count,), where the hint is in that state."""
        ahead, back = (np.frombuffer(bytes(self.states[way]), np.uint8) for way in (1, -1))
        states[self.frame : self.frame + len(ahead)] |= ahead == which
        first = self.frame - len(back) + 1
        states[first : self.frame + 1] |= back[::-1] == which


class Walk:
    """Follows hints in one direction of time, from the frame where the first of them was put.

    Others that were put on frames that it passes join it.
    """

    def __init__(self, direction: int, frame: int) -> None:
        self.direction, self.frame = direction, frame
        self.last_joined = frame
        self._follower = Follower()
        self._trails: dict[int, Trail] = {}  # by the follower's keys

    @property
    def trails(self) -> set[Trail]:
        """Those of the hints that it follows."""
        return set(self._trails.values())

    @property
    def far(self) -> bool:
        """Whether it has gone as far back as hints are followed."""
        return self.direction == BACKWARD and self.last_joined - self.frame > LOOK_BACK

    def step(self, small: Gray, joining: Mapping[HintPoint, Trail], size: tuple[int, int]) -> None:
        """Go over its frame. small: the working copy of it. joining: the hints put on it, to be
        followed from here on. size: of the film, width and height in pixels."""
        across, down = small.shape[1] / size[0], small.shape[0] / size[1]
        started = {}
        for (_, x, y), trail in joining.items():
            key = len(self._trails)
            self._trails[key] = trail
            started[key] = ((x + 0.5) * across - 0.5, (y + 0.5) * down - 0.5)
            self.last_joined = self.frame
        for key, place in self._follower.step(small, started).items():
            self._trails[key].add(self.direction, place, small.shape)
        self.frame += self.direction
