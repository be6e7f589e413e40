"""The state of the work on a picture: hints with their history, the cursor, the colour in hand.

No Textual and no threads here. A still has the frame 0 alone; on a frame of a film there are the
hints that were put on it and those that were followed to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Self

from tui_colorize.hints import Hint, HintSet, default_radius
from tui_colorize.history import History
from tui_colorize.tui.strokes import Point

Near = Callable[[Hint], bool]
"""Whether a hint is shown on the very dot of the cursor."""

HintPoint = tuple[int, int, int]
"""Frame, x and y: what tells a hint from the others."""

_Present = tuple[tuple[object, object, object], tuple[Sequence[int], HintSet]]
"""What the hints on a frame were found with, and those."""


@dataclass
class PictureState:
    """Where the user is, and which hints are there. Changed only by its methods and Document's."""

    width: int
    height: int
    history: History[HintSet]
    cursor: tuple[int, int]
    color: str = "#c98f5e"
    radius: int | None = None
    selected: int | None = None
    brushing: bool = False
    line_from: Point | None = None
    recent: tuple[str, ...] = ()
    vividness: float | None = None
    film: bool = False
    frame: int = 0
    # Frame, x and y of hints, first and last frame on which they are known to be out of sight.
    hidden: tuple[tuple[int, int, int, int, int], ...] = ()
    # Hints of other frames as they are on this one, by their own points: indices change with every
    # hint that goes.
    followed: Mapping[HintPoint, Hint] = field(default_factory=dict)
    # Those selected together.
    _marked: frozenset[HintPoint] = frozenset()
    # The history before the stroke or drag under way, which is to be one step of undo.
    _before: History[HintSet] | None = None
    _dabbed: Point | None = None
    _present: _Present = ((None, None, None), ((), HintSet()))

    @classmethod
    def start(cls, width: int, height: int, hints: HintSet, *, film: bool = False) -> Self:
        """A picture of that size, the cursor in its middle."""
        return cls(width, height, History.start(hints), (width // 2, height // 2), film=film)

    @property
    def hints(self) -> HintSet:
        return self.history.state

    @property
    def none_here(self) -> str:
        """What to say where a hint is needed and none is there."""
        return "no hint on this frame" if self.hints else "no hints yet"

    def as_here(self, index: int) -> Hint | None:
        """A hint as it is on this frame; None if it is not there."""
        hint = self.hints[index]
        return hint if hint.frame == self.frame else self.followed.get(point_of(hint))

    @property
    def shown(self) -> tuple[Hint | None, ...]:
        """All hints, as_here."""
        if not self.film:
            return tuple(self.hints)
        return tuple(map(self.as_here, range(len(self.hints))))

    @property
    def followed_here(self) -> frozenset[int]:
        """The indices of the hints on this frame that were put on others."""
        if not self.film:
            return frozenset()
        return frozenset(i for i in self.present[0] if self.hints[i].frame != self.frame)

    @property
    def present(self) -> tuple[Sequence[int], HintSet]:
        """The hints that colour this frame, as on a still of it, and their indices among all.

        The same object as long as nothing changes.
        """
        if not self.film:
            return range(len(self.hints)), self.hints
        of = self.hints, self.frame, self.followed
        if any(one is not other for one, other in zip(of, self._present[0], strict=True)):
            known: dict[Point, tuple[int, Hint]] = {}
            for own in (False, True):  # those put here on top
                for index, hint in enumerate(self.hints):
                    there = self.as_here(index)
                    if there is not None and (hint.frame == self.frame) is own:
                        known[there.x, there.y] = index, replace(there, frame=0)
            indices = [index for index, _ in known.values()]
            self._present = of, (indices, HintSet(hint for _, hint in known.values()))
        return self._present[1]

    @property
    def new_radius(self) -> int:
        """The radius that the next hint gets, in pixels."""
        return self.default_radius if self.radius is None else self.radius

    @property
    def default_radius(self) -> int:
        return default_radius(self.width, self.height)

    # Moving.

    def move_to(self, x: int, y: int) -> None:
        """Put the cursor there, or at the edge next to it."""
        self.cursor = (max(0, min(self.width - 1, x)), max(0, min(self.height - 1, y)))

    def select(self, index: int | None) -> None:
        """Select that hint and go there."""
        self.selected = index
        hint = None if index is None else self.as_here(index)
        if hint is not None:
            self.move_to(hint.x, hint.y)

    def step_hint(self, step: int) -> str:
        """Go to the next or the previous hint of this frame."""
        index, beside = self.selected, self.hints.next_after
        if step < 0:
            beside = self.hints.previous_before
        for _ in self.hints:
            index = beside(index)
            if index is not None and self.as_here(index) is not None:
                self.select(index)
                return f"hint {index + 1} of {len(self.hints)}"
        return ""

    def here(self, near: Near) -> int | None:
        """The hint under the cursor: on the same dot, or with a patch that covers the place."""
        indices, hints = self.present
        for index in reversed(range(len(hints))):
            if near(hints[index]):
                return indices[index]
        found = hints.index_at(*self.cursor, size=(self.width, self.height))
        return None if found is None else indices[found]

    def select_here(self, near: Near) -> None:
        """Select the hint under the cursor; where there is none, keep what was selected."""
        index = self.here(near)
        self.selected = self.selected if index is None else index

    def nearest(self, near: Near) -> int | None:
        """The hint under the cursor, or else the one nearest to it."""
        index = self.here(near)
        if index is None:
            indices, hints = self.present
            found = hints.nearest(*self.cursor)
            index = None if found is None else indices[found]
        return index

    @contextmanager
    def cursor_at(self, place: Point) -> Iterator[None]:
        """For this while the cursor is there."""
        cursor, self.cursor = self.cursor, place
        try:
            yield
        finally:
            self.cursor = cursor

    # Several hints at once.

    @property
    def marked(self) -> tuple[int, ...]:
        """The indices of the hints that are selected together, in order."""
        if not self._marked:
            return ()
        return tuple(i for i, hint in enumerate(self.hints) if point_of(hint) in self._marked)

    def mark(self, indices: Iterable[int]) -> None:
        """Select these hints together, and no others."""
        self._marked = frozenset(point_of(self.hints[i]) for i in indices)

    def mark_all(self) -> str:
        """Select all hints together, or none if all of them are."""
        every = range(len(self.hints))
        self.mark(() if len(self.marked) == len(every) else every)
        return f"{len(self.marked)} selected" if self.hints else ""


def point_of(hint: Hint) -> HintPoint:
    """What tells the hint from the others."""
    return hint.frame, hint.x, hint.y
