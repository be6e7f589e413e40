"""The colours of keyframes, and of the frames between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tui_colorize.video.shotframe import ShotColor, ShotFrame
from tui_colorize.video.temporal import (
    Asked,
    Plane,
    Share,
    Step,
    Trace,
    Ways,
    enlarged,
    mixed,
    pull,
)

UNTRUSTED = np.float32(0.02)
"""What colour counts that nobody asked for."""


@dataclass(frozen=True, eq=False)
class Colors:
    """Of a keyframe. shown: its ab; kept: the ab that is carried on; anchor: that of the frame
    which the next ones are matched with.

    What is shown and what is kept differ between two hinted frames, where what is shown moves from
    the earlier one's colours to the later one's.
    """

    shown: Plane
    kept: Plane
    anchor: Plane

    def state(self) -> dict[str, NDArray[Any]]:
        """All of them, by names of their own."""
        return {"shown": self.shown, "kept": self.kept, "anchor_kept": self.anchor}

    @classmethod
    def restore(cls, state: Mapping[str, NDArray[Any]]) -> Colors:
        """What state() gave. Raises KeyError where a part is missing."""
        parts = (state[name] for name in ("shown", "kept", "anchor_kept"))
        return cls(*(part.astype(np.float32) for part in parts))


@dataclass(frozen=True, eq=False)
class Later:
    """What a later hinted frame asks for, and the shares (h, w) of it in what is shown and kept."""

    asked: Asked
    shown: Share
    kept: Share


@dataclass(frozen=True, eq=False)
class Stretch:
    """The frames from behind one keyframe to before the next. traces: of them and of that one, back
    to the first; steps: those traces' parts."""

    frames: Sequence[ShotFrame]
    traces: Sequence[Trace]
    steps: Sequence[Step]

    def colors(self, before: Plane, after: Plane) -> list[ShotColor]:
        """The frames' colours, from those of the two keyframes."""
        count = len(self.frames)
        # single planes: to look up interleaved ones takes half as long again
        planes: list[tuple[Any, Any]] = list(zip(cv2.split(before), cv2.split(after), strict=True))
        results: list[ShotColor] = []
        for number in reversed(range(count)):
            if not results:
                ahead = Trace.start(*self.traces[number].confidence.shape)
            step = self.steps[number + 1]
            ahead = ahead.extended(step.ahead, step.ahead_sure)
            back = self.traces[number]
            part = np.float32((number + 1) / (count + 1))
            from_before = (back.confidence + UNTRUSTED) * (1 - part)
            from_after = (ahead.confidence + UNTRUSTED) * part
            share = np.asarray(from_after / (from_before + from_after), np.float32)
            one, other = enlarged(back), enlarged(Trace(ahead.position, share))
            ab = []
            for first, last in planes:
                here, more = pull(first, one.position), pull(last, other.position)
                more -= here
                more *= other.confidence
                here += more
                ab.append(here)
            results.append(ShotColor(self.frames[number].index, np.asarray(cv2.merge(ab))))
        return results[::-1]


@dataclass(frozen=True, eq=False)
class Keyframe:
    """All that is known of a keyframe before its colours.

    stretch: the frames before it. ways: to the keyframe before and the anchor, None on the first of
    a shot. confidence: that what came from there and from `later` is the same thing. fresh: the
    network's answer, None where it was not asked. own: what is asked for on this very frame.
    becomes_anchor: whether the next ones are matched with it. state: what a ShotColorist needs to
    go on behind it, but its colours.
    """

    frame: ShotFrame
    stretch: Stretch
    ways: Ways | None
    confidence: Plane
    later: Later | None
    fresh: Future[Plane] | None
    own: Asked | None
    becomes_anchor: bool
    state: Mapping[str, NDArray[Any]]

    @property
    def is_ready(self) -> bool:
        """Whether its colours need not be waited for."""
        return self.fresh is None or self.fresh.done()

    def colors(self, before: Colors | None) -> Colors:
        """Its colours; before: those of the keyframe before, None on the first of a shot."""
        if self.ways is None or before is None:
            kept = np.zeros((*self.frame.gray.shape, 2), np.float32)
        else:
            kept = self.ways.brought(before.kept, before.anchor)
        shown = kept
        if self.later is not None:
            shown = mixed(kept, self.later.asked.ab, self.later.shown)
            kept = mixed(kept, self.later.asked.ab, self.later.kept)
        if self.fresh is not None:
            fresh = self.fresh.result()
            shown = mixed(fresh, shown, self.confidence)
            kept = mixed(fresh, kept, self.confidence)
        if self.own is not None:
            shown = kept = mixed(shown, self.own.ab, self.own.trust)
        anchor = kept if self.becomes_anchor or before is None else before.anchor
        return Colors(shown, kept, anchor)
