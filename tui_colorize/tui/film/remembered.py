"""What the network remembers of hinted frames, for the other frames of their shots.

With it a frame on show gets the colours that it gets in the making of the whole film.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import reduce

from tui_colorize.hintmemory import HintMemory
from tui_colorize.hints import Hint, HintSet
from tui_colorize.tui.film.followed import scaled_radius
from tui_colorize.video.tracker import Track


@dataclass(frozen=True, eq=False)
class _Seen:
    """A frame with its own hints, all hints that were seen there, by number, and the memory."""

    own: HintSet
    hints: Mapping[int, Hint]
    memory: HintMemory


class Remembered:
    """Of one film, whose frames have that size (width, height)."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._width, self._height = size
        self._seen: dict[int, _Seen] = {}  # by frame
        self._last: tuple[object, HintMemory | None] = ((), None)

    def number(self, hint: Hint) -> int:
        """What memories call a hint: indices change with every hint that goes."""
        return (hint.frame * self._height + hint.y) * self._width + hint.x

    def learn(self, own: HintSet, seen: Iterable[Hint], memory: HintMemory) -> None:
        """own: all that count of the hints put on one frame. memory: of the network on that frame.
        seen: all hints that it saw there, as they were put."""
        hints = {self.number(hint): hint for hint in seen}
        self._seen[own[0].frame] = _Seen(own, hints, memory)

    def knows(self, own: HintSet) -> bool:
        """Whether these, all that count of the hints put on one frame, are remembered."""
        seen = self._seen.get(own[0].frame)
        return seen is not None and seen.own == own

    def of(self, frames: Iterable[HintSet], hints: HintSet) -> HintMemory | None:
        """What is remembered of frames with these own hints, as far as hints are as they were: the
        same object as long as that is the same; None for nothing."""
        now = {self.number(hint): hint for hint in hints}
        parts = tuple(
            (seen.memory, frozenset(n for n, hint in seen.hints.items() if now.get(n) == hint))
            for seen in (self._seen[own[0].frame] for own in frames if self.knows(own))
        )
        if parts != self._last[0]:
            memories = [memory.only(numbers) for memory, numbers in parts]
            self._last = parts, reduce(HintMemory.joined, memories) if memories else None
        return self._last[1]

    def on_copy(self, hints: Mapping[int, Hint], size: tuple[int, int]) -> dict[int, Hint]:
        """Hints of a frame, by number, as on a still of it of another size (width, height); of
        several on one pixel there is the last."""
        across, down = size[0] / self._width, size[1] / self._height
        found = {}
        for number, hint in hints.items():
            x, y = int((hint.x + 0.5) * across), int((hint.y + 0.5) * down)
            radius = scaled_radius(hint, across, (self._width, self._height))
            found[x, y] = number, replace(hint, x=x, y=y, radius=radius, frame=0)
        return dict(found.values())


def hinted_frames(tracks: Iterable[Track], hints: HintSet, frame: int) -> list[HintSet]:
    """The hinted frames that a frame takes over from, as in the making of a whole film, in order:
    those from which hints were followed to it, and of a frame with hints of its own the earlier
    ones alone. Of each its own hints.

    tracks: of the frame.
    """
    has_own = bool(hints.for_frame(frame).enabled)
    frames = {hints[track.index].frame for track in tracks} - {frame}
    taken = sorted(each for each in frames if each < frame or not has_own)
    return [hints.for_frame(each).enabled for each in taken]
