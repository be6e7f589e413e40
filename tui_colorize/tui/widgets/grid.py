"""Rows of cells with a cursor: as much of a table as the hints need, and quick.

Textual's DataTable has the whole screen laid out anew for every row that comes or goes, which is
too slow for something that happens with every hint while keys wait to be answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui_colorize.tui.theme import shades

Row = Sequence[Text]
Columns = Sequence[tuple[str, int]]
"""Name and width, which includes the gap to the next column."""


class Grid(Widget, can_focus=True):
    """Columns of fixed width under a line of names; the first column is not for the cursor.

    switch: a column whose cells are chosen with a single click.
    """

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1,0)", show=False),
        Binding("down", "step(1,0)", show=False),
        Binding("left", "step(0,-1)", show=False),
        Binding("right", "step(0,1)", show=False),
        Binding("pageup", "step(-10,0)", show=False),
        Binding("pagedown", "step(10,0)", show=False),
        Binding("home", "step(-1000000,0)", show=False),
        Binding("end", "step(1000000,0)", show=False),
        Binding("enter", "choose", show=False),
    ]

    class Chosen(Message):
        """The cell under the cursor was chosen with the mouse."""

    class Picked(Message):
        """The user wants the row under the cursor together with others."""

    def __init__(self, columns: Columns, switch: int, id: str | None = None) -> None:
        super().__init__(id=id)
        self._columns = columns
        self._switch = switch
        self._rows: list[Row] = []
        self._together: frozenset[int] = frozenset()
        self._top = 0
        self.row = 0
        self.column = 1

    def texts(self) -> list[list[str]]:
        """What the cells say, row by row."""
        return [[cell.plain for cell in row] for row in self._rows]

    def set_columns(self, columns: Columns) -> None:
        """As many as before, of other widths."""
        self._columns = columns
        self.refresh()

    def show(
        self, rows: list[Row], row: int | None, together: frozenset[int] = frozenset()
    ) -> None:
        """Show these rows with the cursor on that one, or where it was.

        together: rows that stand out. Rows that are the same objects as before are not compared.
        """
        old, self._rows = self._rows, rows
        picked, self._together = self._together ^ together, together
        top = self._top
        before, self.row = self.row, max(0, min(self.row if row is None else row, len(rows) - 1))
        self._keep_in_sight()
        if top != self._top or abs(len(old) - len(rows)) > 1 or bool(old) != bool(rows):
            self.refresh()
            return
        changed = {before, self.row} if before != self.row else set[int]()
        visible = range(self._top, self._top + self._page)
        changed |= picked | {
            index
            for index in visible
            if (index < len(old)) != (index < len(rows))
            or (index < len(rows) and old[index] is not rows[index])
        }
        if len(rows) > self._page and len(old) != len(rows):  # the scroll bar
            self.refresh()
        else:
            self._refresh_rows(index for index in changed if index in visible)

    def empty(self) -> Text:
        """What stands there while there are no rows."""
        return Text()

    def width_from(self, column: int, at_least: int) -> int:
        """How wide this column is together with as many after it as it takes to be so wide."""
        ends = accumulate(width for _, width in self._columns[column:])
        return next((end for end in ends if end >= at_least), at_least)

    def cell_region(self) -> Region:
        """Where the cell under the cursor is, relative to the grid."""
        x = sum(width for _, width in self._columns[: self.column])
        return Region(x, self.row - self._top + 1, self._columns[self.column][1], 1)

    def move_to(self, row: int, column: int) -> None:
        """Move the cursor, as the user does."""
        row = max(0, min(row, len(self._rows) - 1))
        column = max(1, min(column, len(self._columns) - 1))
        if (row, column) == (self.row, self.column):
            return
        top, before, self.row, self.column = self._top, self.row, row, column
        self._keep_in_sight()
        if top != self._top:
            self.refresh()
        else:
            self._refresh_rows((before, row))
        if row != before:
            self.moved()

    def moved(self) -> None:
        """The user has moved the cursor to another row."""

    def action_step(self, rows: int, columns: int) -> None:
        self.move_to(self.row + rows, self.column + columns)

    def action_choose(self) -> None:
        self.post_message(self.Chosen())

    def on_click(self, event: Click) -> None:
        row = event.y - 1 + self._top
        if event.y < 1 or row >= len(self._rows):
            return
        ends = accumulate(width for _, width in self._columns)
        self.move_to(row, sum(end <= event.x for end in ends))
        if event.ctrl:
            self.post_message(self.Picked())
        elif event.chain == 2 or self.column == self._switch:
            self.post_message(self.Chosen())

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self._scroll(3)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self._scroll(-3)

    def _scroll(self, rows: int) -> None:
        self._top = max(0, min(self._top + rows, len(self._rows) - self._page))
        self.refresh()

    def on_focus(self) -> None:
        self._refresh_rows((self.row,))

    def on_blur(self) -> None:
        self._refresh_rows((self.row,))

    def on_resize(self) -> None:
        self._keep_in_sight()

    @property
    def _page(self) -> int:
        return max(1, self.size.height - 1)

    def _keep_in_sight(self) -> None:
        self._top = max(self.row - self._page + 1, min(self._top, self.row))
        self._top = max(0, min(self._top, len(self._rows) - self._page))

    def _refresh_rows(self, rows: Iterable[int]) -> None:
        regions = [Region(0, row - self._top + 1, self.size.width, 1) for row in rows]
        if regions:
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        # without a background of its own a line has the terminal's, which may be any colour
        return self._line(y, self.size.width).apply_style(self.rich_style)

    def _line(self, y: int, width: int) -> Strip:
        ink = shades(self.app)
        if y == 0:
            names = "".join(f"{name:<{width}}" for name, width in self._columns)
            return Strip([Segment(names, Style(color=ink.dim))]).adjust_cell_length(width)
        index = y - 1 + self._top
        segments: list[Segment] = []
        if not self._rows:
            lines = self.empty().wrap(self.app.console, width)
            if index < len(lines):
                segments += lines[index].render(self.app.console)
        elif index < len(self._rows):
            for column, cell in enumerate(self._rows[index]):
                segments += self._cell(cell, column, index == self.row and column == self.column)
        strip = Strip(segments).adjust_cell_length(width)
        if index in self._together:
            strip = Strip(Segment.apply_style(strip, Style(bgcolor=ink.chosen)), width)
        if len(self._rows) > self._page:
            strip = Strip([*strip.crop(0, width - 1), self._bar(y - 1)])
        return strip

    def _cell(self, cell: Text, column: int, here: bool) -> list[Segment]:
        text = cell.copy()
        # The gap to the next column stays free of the cursor.
        width = self._columns[column][1] - 1
        # Of a cell of one column, such as a swatch, an ellipsis would leave nothing.
        text.truncate(width, overflow="ellipsis" if width > 1 else "crop", pad=True)
        if here:
            ink = shades(self.app)
            text.stylize(
                Style(color=ink.on_accent, bgcolor=ink.accent)
                if self.has_focus
                else Style(bgcolor=ink.raised)
            )
        console = self.app.console
        # Rich leaves the style of a text aside where no part of it has one of its own.
        cells = Segment.apply_style(text.render(console), console.get_style(cell.style))
        return [*cells, Segment(" ")]

    def _bar(self, y: int) -> Segment:
        page, count = self._page, len(self._rows)
        start = self._top * page // count
        length = max(1, page * page // count)
        ink = shades(self.app)
        thumb = start <= y < start + length
        return Segment("▐", Style(color=ink.dim if thumb else ink.raised))
