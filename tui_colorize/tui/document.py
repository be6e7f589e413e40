"""The picture being worked on: its hints with their history, the cursor, the colour in hand.

No Textual and no threads here: every edit takes the state from one HintSet to the next.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tui_colorize.color import parse_color
from tui_colorize.errors import UserError
from tui_colorize.hints import Hint, HintSet, default_radius
from tui_colorize.history import History

COLUMNS = ("x", "y", "colour", "radius")
_RECENT = 8

Near = Callable[[Hint], bool]
"""Whether a hint is shown on the very dot of the cursor."""


@dataclass
class Document:
    """Changed only by its methods. They return what they did, in a few words, or "" for nothing."""

    width: int
    height: int
    history: History[HintSet]
    cursor: tuple[int, int]
    color: str = "#c98f5e"
    radius: int | None = None
    selected: int | None = None
    brushing: bool = False
    recent: tuple[str, ...] = ()
    # The history before the stroke or drag under way, which is to be one step of undo.
    _before: History[HintSet] | None = None

    @classmethod
    def start(cls, width: int, height: int, hints: HintSet) -> Document:
        """A picture of that size, the cursor in its middle."""
        return cls(width, height, History.start(hints), (width // 2, height // 2))

    @property
    def hints(self) -> HintSet:
        return self.history.state

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
        if index is not None:
            self.move_to(self.hints[index].x, self.hints[index].y)

    def step_hint(self, step: int) -> str:
        """Go to the next or the previous hint."""
        at = self.selected
        index = self.hints.next_after(at) if step > 0 else self.hints.previous_before(at)
        if index is None:
            return ""
        self.select(index)
        return f"hint {index + 1} of {len(self.hints)}"

    def here(self, near: Near) -> int | None:
        """The hint under the cursor: on the same dot, or with a patch that covers the place."""
        for index in reversed(range(len(self.hints))):
            if near(self.hints[index]):
                return index
        return self.hints.index_at(*self.cursor, size=(self.width, self.height))

    def select_here(self, near: Near) -> None:
        """Select the hint under the cursor; where there is none, keep what was selected."""
        index = self.here(near)
        self.selected = self.selected if index is None else index

    # Colour and size.

    def take_color(self, text: str) -> str:
        """Make this the colour in hand. Raises UserError for what is no colour."""
        self.color = parse_color(text)
        self.recent = (self.color, *(c for c in self.recent if c != self.color))[:_RECENT]
        return f"colour {self.color}"

    def grow(self, step: int, near: Near) -> str:
        """Change the radius of the hint under the cursor, or else of those to come."""
        index = self.here(near)
        hint = None if index is None else self.hints[index]
        radius = self.new_radius if hint is None or hint.radius is None else hint.radius
        if hint is not None and hint.radius is None:
            radius = self.default_radius
        radius = max(0, min(max(self.width, self.height), radius + step * max(1, radius // 4)))
        if hint is None or index is None:
            self.radius = radius
            return f"radius {radius} for new hints"
        self.selected = index
        self._push(
            self.hints.replace(index, replace(hint, radius=radius)), f"resize hint {index + 1}"
        )
        return f"hint {index + 1}: radius {radius}"

    # Edits.

    def put(self, near: Near, color: str | None = None) -> str:
        """Put a hint under the cursor, or recolour the one that is there."""
        if color is not None:
            self.take_color(color)
        else:
            self.take_color(self.color)
        index = self.here(near)
        if index is not None:
            self.selected = index
            recolored = replace(self.hints[index], color=self.color)
            return self._push(self.hints.replace(index, recolored), f"recolour hint {index + 1}")
        hints = self.hints.add(Hint(*self.cursor, self.color, self.radius))
        self.selected = len(hints) - 1
        return self._push(hints, f"put hint {len(hints)}")

    def put_at(self, place: tuple[int, int], near: Near, color: str) -> str:
        """The same at a place where the cursor was, which stays where it is now."""
        cursor, self.cursor = self.cursor, place
        try:
            return self.put(near, color)
        finally:
            self.cursor = cursor

    def add_row(self) -> str:
        """Add a hint at the cursor, or at the first free pixel to the right of it or below."""
        taken = {(hint.x, hint.y) for hint in self.hints}
        start = self.cursor[1] * self.width + self.cursor[0]
        for place in range(start, min(start + len(taken) + 1, self.width * self.height)):
            x, y = place % self.width, place // self.width
            if (x, y) not in taken:
                hints = self.hints.add(Hint(x, y, self.color, self.radius))
                self._push(hints, f"put hint {len(hints)}")
                self.select(len(hints) - 1)
                return f"hint {len(hints)} added"
        raise UserError("There is a hint on every pixel from the cursor on.")

    def remove(self, index: int | None) -> str:
        """Remove that hint."""
        if index is None or index >= len(self.hints):
            return ""
        label = self._push(self.hints.remove(index), f"remove hint {index + 1}")
        self.selected = min(index, len(self.hints) - 1) if self.hints else None
        return label

    def nearest(self, near: Near) -> int | None:
        """The hint under the cursor, or else the one nearest to it."""
        index = self.here(near)
        return self.hints.nearest(*self.cursor) if index is None else index

    def reset(self) -> str:
        """Remove all hints."""
        self.selected = None
        count = len(self.hints)
        return self._push(self.hints.clear(), f"remove all {count} hints") if count else ""

    def edit(self, index: int, column: str, text: str) -> str:
        """Give a hint what was typed into a cell of the table. Raises UserError."""
        hint, text = self.hints[index], text.strip()
        if column == "colour":
            new = replace(hint, color=parse_color(text))
        elif column == "radius":
            largest = max(self.width, self.height)
            new = replace(hint, radius=_whole(text, column, largest) if text else None)
        else:
            last = (self.width if column == "x" else self.height) - 1
            value = _whole(text, column, last)
            new = replace(hint, x=value) if column == "x" else replace(hint, y=value)
            if (new.x, new.y) != (hint.x, hint.y) and self._taken(new.x, new.y):
                raise UserError(f"There is another hint at {new.x},{new.y}.")
        label = self._push(self.hints.replace(index, new), f"edit {column} of hint {index + 1}")
        self.select(index)
        return label

    def _taken(self, x: int, y: int) -> bool:
        return any((hint.x, hint.y) == (x, y) for hint in self.hints)

    # Strokes and drags: many small edits, one step of undo.

    def begin_stroke(self) -> None:
        """What follows until end_stroke is one edit."""
        self._before = self.history

    def end_stroke(self) -> None:
        """The stroke is done."""
        self._before = None

    def dab(self, near: Near) -> None:
        """Paint with the brush where the cursor is."""
        index = self.here(near)
        if index is not None and self.hints[index].color == self.color:
            return
        label = self.put(near)
        self._merge(self.hints, "brush stroke" if self._before is not None else label)

    def drag(self, index: int, x: int, y: int) -> str:
        """Move a hint; another hint that is there stays where it is, and so does this one."""
        if self._taken(x, y):
            return ""
        self._merge(self.hints.move(index, x, y), f"move hint {index + 1}")
        self.select(index)
        return f"move hint {index + 1}"

    def _merge(self, hints: HintSet, label: str) -> None:
        if self._before is not None:
            self.history = self._before.push(hints, label)

    # Undo and redo.

    def undo(self) -> str:
        """One edit back."""
        label = self.history.undo_label
        self._jump(self.history.undo())
        return f"undid: {label}" if label else "nothing to undo"

    def redo(self) -> str:
        """The edit last undone, again."""
        label = self.history.redo_label
        self._jump(self.history.redo())
        return f"did again: {label}" if label else "nothing to redo"

    def _jump(self, history: History[HintSet]) -> None:
        self.history = history
        if self._before is not None:
            self._before = history
        if self.selected is not None and self.selected >= len(self.hints):
            self.selected = None

    def _push(self, hints: HintSet, label: str) -> str:
        self.history = self.history.push(hints, label)
        return label


def _whole(text: str, column: str, largest: int) -> int:
    try:
        value = int(text)
    except ValueError:
        value = -1
    if not 0 <= value <= largest:
        raise UserError(f"{column} must be a whole number from 0 to {largest}.")
    return value
