"""A frame of a shot on its way to colour, and the colour that it gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui_colorize.hintmemory import Places
from tui_colorize.pin import Pin
from tui_colorize.video.temporal import Gray, Plane, Step, View


@dataclass(eq=False)
class ShotFrame:
    """A frame of a shot at the network's working size.

    index: in the film. gray: (h, w) uint8, L times 2.55. tracked: hints of other frames where they
    are on this one. own: hints put on this frame. reference: (h, w, 2) ab of a coloured still of
    it. places: of all hints that are in sight, by number. Pins and places on the working size's
    grid.
    """

    index: int
    gray: Gray
    tracked: tuple[Pin, ...] = ()
    own: tuple[Pin, ...] = ()
    reference: Plane | None = None
    places: Places = field(default_factory=dict)
    _step: Step | None = field(default=None, init=False, repr=False)

    @property
    def is_anchor(self) -> bool:
        """Whether somebody has said here what colours there are."""
        return bool(self.own) or self.reference is not None

    @property
    def lightness(self) -> Plane:
        """(h, w) L, 0..100."""
        return self.gray * np.float32(1 / 2.55)

    @cached_property
    def view(self) -> View:
        """The frame as its motion is looked for."""
        return View.of(self.gray)

    def step_from(self, before: ShotFrame) -> Step:
        """The motion since the frame before it in the shot; looked for once, by who asks first."""
        if self._step is None:
            self._step = Step.between(before.view, self.view)
        return self._step


@dataclass(frozen=True, eq=False)
class ShotColor:
    """The colour of a frame: ab (h, w, 2) float32.

    state: on a keyframe, what a ShotColorist needs to go on behind it; else None.
    """

    index: int
    ab: Plane
    state: Mapping[str, NDArray[Any]] | None = None
