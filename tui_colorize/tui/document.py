"""The picture being worked on, and every edit of it, from one HintSet to the next.

No Textual and no threads here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tui_colorize.color import parse_color
from tui_colorize.errors import UserError
from tui_colorize.hints import Hint, HintSet
from tui_colorize.history import History
from tui_colorize.tui.picturestate import Near, PictureState, point_of
from tui_colorize.tui.strokes import Point, along, steps

GRAY = "#808080"
"""Of hints that keep a place gray; any neutral colour does the same."""
_RECENT = 8


@dataclass
class Document(PictureState):
    """What the user does. Methods return what they did, in a few words, or "" for nothing."""

    def _meant(self, index: int | None) -> tuple[int, ...]:
        """What a change is for: the hints selected together, or else that one."""
        return self.marked or (() if index is None else (index,))

    def _change(self, indices: tuple[int, ...], change: Callable[[Hint], Hint], does: str) -> str:
        self.selected = indices[-1] if len(indices) == 1 else self.selected
        label = f"{does} {_count(indices)}"
        return self._push(self.hints.change(indices, change), label)

    # Colour and size.

    def take_color(self, text: str) -> str:
        """Make this the colour in hand. Raises UserError for what is no colour."""
        self.color = parse_color(text)
        self.recent = (self.color, *(c for c in self.recent if c != self.color))[:_RECENT]
        return f"colour {self.color}"

    def grow(self, step: int, index: int | None) -> str:
        """Change the radius of the hints that are meant, or else of those to come."""
        indices = self._meant(index)
        if not indices:
            self.radius = self._grown(self.new_radius, step)
            return f"radius {self.radius} for new hints"

        def change(hint: Hint) -> Hint:
            radius = self.default_radius if hint.radius is None else hint.radius
            return replace(hint, radius=self._grown(radius, step))

        label = self._change(indices, change, "resize")
        radius = self.hints[indices[0]].radius
        return label if len(indices) > 1 else f"hint {indices[0] + 1}: radius {radius}"

    def _grown(self, radius: int, step: int) -> int:
        return max(0, min(max(self.width, self.height), radius + step * max(1, radius // 4)))

    # Edits.

    def put(self, near: Near, color: str | None = None) -> str:
        """Put a hint under the cursor, or recolour the one that was put there on this frame."""
        self.take_color(self.color if color is None else color)
        return self._put(self.color, near)

    def _put(self, color: str, near: Near) -> str:
        index = self.here(near)
        if index is not None and self.hints[index].frame == self.frame:
            return self._change((index,), lambda hint: replace(hint, color=color), "recolour")
        hints = self.hints.add(Hint(*self.cursor, color, self.radius, self.frame))
        self.selected = len(hints) - 1
        return self._push(hints, f"put hint {len(hints)}")

    def recolor(self, color: str) -> str:
        """Give the hints selected together this colour, or else the selected one."""
        self.take_color(color)
        indices = self._meant(self.selected)
        if not indices:
            return ""
        return self._change(indices, lambda hint: replace(hint, color=self.color), "recolour")

    def toggle_gray(self, near: Near) -> str:
        """Keep the place under the cursor gray, or else give its gray hint the colour in hand."""
        indices = self._meant(self.here(near))
        if not indices:
            return self._put(GRAY, near)
        color = self.color if all(self.hints[i].gray for i in indices) else GRAY
        does = "gray" if color == GRAY else "recolour"
        return self._change(indices, lambda hint: replace(hint, color=color), does)

    def toggle_enabled(self, index: int | None) -> str:
        """Let the hints that are meant colour nothing, or else let them colour again."""
        indices = self._meant(index)
        if not indices:
            return ""
        enabled = not any(self.hints[i].enabled for i in indices)
        does = "enable" if enabled else "disable"
        return self._change(indices, lambda hint: replace(hint, enabled=enabled), does)

    def put_at(self, place: Point, near: Near, color: str) -> str:
        """The same at a place where the cursor was, which stays where it is now."""
        with self.cursor_at(place):
            return self.put(near, color)

    def add_row(self) -> str:
        """Add a hint at the cursor, or at the first free pixel to the right of it or below."""
        taken = {(hint.x, hint.y) for hint in self.hints.for_frame(self.frame)}
        start = self.cursor[1] * self.width + self.cursor[0]
        for place in range(start, min(start + len(taken) + 1, self.width * self.height)):
            x, y = place % self.width, place // self.width
            if (x, y) not in taken:
                hints = self.hints.add(Hint(x, y, self.color, self.radius, self.frame))
                self._push(hints, f"put hint {len(hints)}")
                self.select(len(hints) - 1)
                return f"hint {len(hints)} added"
        raise UserError("There is a hint on every pixel from the cursor on.")

    def remove(self, index: int | None) -> str:
        """Remove the hints selected together, or else that one."""
        indices = self._meant(index)
        if not indices:
            return ""
        label = f"remove {_count(indices)}"
        if len(indices) == 1 and self.hints[indices[0]].frame != self.frame:
            label += f", put on frame {self.hints[indices[0]].frame}"
        self._push(self.hints.remove(*indices), label)
        self.selected = min(indices[0], len(self.hints) - 1) if self.hints else None
        return label

    def reset(self) -> str:
        """Remove all hints."""
        self.selected = None
        count = len(self.hints)
        return self._push(self.hints.clear(), f"remove all {count} hints") if count else ""

    def edit(self, index: int, column: str, text: str) -> str:
        """Give a hint what was typed into a cell of the table; colour and radius go to all that
        are selected together with it. Raises UserError."""
        hint, text = self.hints[index], text.strip()
        if column in ("x", "y"):
            last = (self.width if column == "x" else self.height) - 1
            value = _whole(text, column, last)
            there = self.as_here(index) or hint
            new = replace(there, x=value) if column == "x" else replace(there, y=value)
            if (new.x, new.y) != (there.x, there.y) and self._taken(new):
                raise UserError(f"There is another hint at {new.x},{new.y}.")
            if new.frame != hint.frame:
                return self._correct(index, new)
            label = self._push(self.hints.replace(index, new), f"edit {column} of hint {index + 1}")
            self.select(index)
            return label
        indices = self.marked if index in self.marked else (index,)
        if column == "on":
            label = self._change(
                indices, lambda other: replace(other, enabled=not hint.enabled), "switch"
            )
        elif column == "colour":
            color = parse_color(text)
            label = self._change(indices, lambda hint: replace(hint, color=color), "recolour")
        else:
            largest = max(self.width, self.height)
            radius = _whole(text, column, largest) if text else None
            label = self._change(indices, lambda hint: replace(hint, radius=radius), "resize")
        self.select(index)
        return label

    def _taken(self, by: Hint) -> bool:
        return any(point_of(hint) == point_of(by) for hint in self.hints)

    def _correct(self, index: int, hint: Hint) -> str:
        """Put another hint on this frame, for one that was followed here, but to another place."""
        before = self.history if self._before is None else self._before
        label = f"correct hint {index + 1} on frame {self.frame}"
        self.history = before.push(before.state.add(hint), label)
        self.select(len(self.hints) - 1)
        return label

    # Strokes and drags: many small edits, one step of undo.

    def begin_stroke(self) -> None:
        """What follows until end_stroke is one edit."""
        self._before = self.history

    def end_stroke(self) -> None:
        """The stroke is done."""
        self._before = None

    def begin_brush(self) -> None:
        """From here on moving paints, in one edit."""
        self.begin_stroke()
        self.brushing = True
        self._dabbed = None

    def end_brush(self) -> None:
        """Moving no longer paints."""
        self.end_stroke()
        self.brushing = False

    def paint(self, x: int, y: int, near: Near, spacing: float) -> None:
        """Paint with the brush from the cursor to (x, y), a dab at every `spacing` pixels."""
        end = (max(0, min(self.width - 1, x)), max(0, min(self.height - 1, y)))
        spacing = max(spacing, 2 * self.new_radius + 1)
        if self._dabbed is None:
            self._dab(self.cursor, near)
        assert self._dabbed is not None
        for place in steps(self._dabbed, end, spacing):
            self._dab(place, near)
        self.cursor = end

    def _dab(self, place: Point, near: Near) -> None:
        self._dabbed = self.cursor = place
        index = self.here(near)
        if index is None or self.hints[index].color != self.color:
            label = self.put(near)
            self._merge(self.hints, "brush stroke" if self._before is not None else label)

    def begin_line(self) -> None:
        """From here on a line of hints reaches from this place to the cursor, as one edit."""
        self.begin_stroke()
        self.line_from = self.cursor

    def stretch_line(self, spacing: float) -> str:
        """Let the line end at the cursor; its hints are at least `spacing` pixels apart."""
        assert self.line_from is not None
        assert self._before is not None
        spacing = max(spacing, 2 * self.new_radius + 1)
        points = along(self.line_from, self.cursor, spacing)
        hints = HintSet(
            [
                *self._before.state,
                *(Hint(*place, self.color, self.radius, self.frame) for place in points),
            ]
        )
        self._merge(hints, f"line of {len(points)} hints")
        self.selected = None
        return f"line of {len(points)} hints: f or enter ends it, escape abandons it"

    def end_line(self, *, keep: bool) -> str:
        """Leave the line as it is, or as if it had never been begun."""
        if not keep and self._before is not None:
            self.history = self._before
        self.line_from = None
        self.end_stroke()
        if not keep:
            return "line abandoned"
        self.take_color(self.color)
        self.selected = self.hints.nearest(*self.cursor, frame=self.frame)
        return self.history.undo_label or ""

    def drag(self, index: int, x: int, y: int) -> str:
        """Move a hint; another hint that is there stays where it is, and so does this one."""
        hint = self.hints[index]
        there = replace(self.as_here(index) or hint, x=x, y=y, frame=self.frame)
        if self._taken(there):
            return ""
        if hint.frame != self.frame:
            return self._correct(index, there)
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
        """Go to this history; what comes back or changes is selected, the topmost of many hints."""
        before, selected = self.hints, self.selected
        self.history = history
        if self._before is not None:
            self._before = history
        known = set(before)
        points = [point_of(hint) for hint in self.hints]
        news = [index for index, hint in enumerate(self.hints) if hint not in known]
        if news:
            self.selected = news[-1]
        elif selected is not None and point_of(before[selected]) in points:
            self.selected = points.index(point_of(before[selected]))
        elif selected is not None and selected >= len(points):
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


def _count(indices: tuple[int, ...]) -> str:
    return f"hint {indices[0] + 1}" if len(indices) == 1 else f"{len(indices)} hints"
