"""The colour in hand, and the colours that the place under the cursor is likely to have."""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Click
from textual.geometry import Region
from textual.widget import Widget

from tui_colorize.tui.messages import SuggestionClicked
from tui_colorize.tui.widgets.entry import Entry

_DIM, _TEXT = "#6b7489", "#c9d1e0"
_COUNT = 9
_BAR = 24  # columns at most


class CurrentColor(Widget):
    """A swatch of the colour in hand with its name, and what it looks like under the cursor."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._color, self._word, self._here = "", "", ""

    def show(self, color: str, name: str, here: str) -> None:
        """here: the colour at the lightness under the cursor; "" where that is not known."""
        if (color, name, here) != (self._color, self._word, self._here):
            only_here = (color, name) == (self._color, self._word) and self.size.height > 1
            self._color, self._word, self._here = color, name, here
            if only_here:
                self.refresh(Region(0, 1, self.size.width, 1))
            else:
                self.refresh()

    def render(self) -> Text:
        if not self._color:
            return Text("")
        first = Text.assemble(
            ("████", self._color), (f" {self._color} ", _TEXT), (self._word, _DIM), no_wrap=True
        )
        second = Text(no_wrap=True)
        if self._here:
            second = Text.assemble(("████", self._here), (f" {self._here} ", _TEXT), ("here", _DIM))
        if self.size.height > 1:
            return Text("\n").join([first, second])
        # One row: the name makes way for the second colour.
        room = self.size.width - second.cell_len - 2
        first.truncate(max(12, room), overflow="ellipsis", pad=True)
        return Text.assemble(first, "  ", second)


class Suggestions(Widget):
    """The nine likeliest colours: key, swatch, hex, probability; a column or two."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._colors: list[tuple[str, float]] = []

    def show(self, colors: list[tuple[str, float]]) -> None:
        if colors != self._colors:
            self._colors = colors
            self.refresh()

    @property
    def _rows(self) -> int:
        return _COUNT if self.size.height >= _COUNT else max(1, self.size.height)

    def render(self) -> Text:
        rows = self._rows
        columns = -(-_COUNT // rows)
        width = max(1, self.size.width // columns)
        gap = 2 if columns > 1 and width >= 24 else 0  # there is no room for it in narrow columns
        lines = []
        for row in range(rows):
            line = Text(no_wrap=True)
            for number in range(row, _COUNT, rows):
                line.append_text(self._item(number, width - gap))
                line.append(" " * gap)
            lines.append(line)
        return Text("\n").join(lines)

    def _item(self, index: int, width: int) -> Text:
        item = Text.assemble((f"{index + 1} ", _TEXT))
        if index < len(self._colors):
            color, probability = self._colors[index]
            percent = f"{100 * probability:3.0f}%" if probability >= 0.005 else " <1%"
            # As narrow as it goes with the probability still there: 1 █#c98f5e 50%
            item.append("█" if width < 18 else "██ " if width < 24 else "████ ", color)
            item.append(color, _TEXT)
            room = min(_BAR, width - item.cell_len - len(percent) - 2)
            if room >= 4:
                top = self._colors[0][1] or 1.0
                filled = max(1, round(room * probability / top))
                item.append(" " + "━" * filled, color)
                item.append("─" * (room - filled) + " ", "#262b36")
            else:
                item.append(" ")
            item.append(percent, _DIM)
        else:
            item.append("··", "#3a4152")
        item.truncate(width, pad=True)
        return item

    def on_click(self, event: Click) -> None:
        rows = self._rows
        width = max(1, self.size.width // -(-_COUNT // rows))
        number = event.y + rows * (event.x // width) + 1
        if event.y < rows and number <= len(self._colors):
            self.post_message(SuggestionClicked(number))


class Recent(Widget):
    """The colours used last; a click takes one."""

    def __init__(self, take: Callable[[str], object], id: str | None = None) -> None:
        super().__init__(id=id)
        self._take = take
        self._colors: tuple[str, ...] = ()

    def show(self, colors: tuple[str, ...]) -> None:
        if colors != self._colors:
            self._colors = colors
            self.refresh()

    def render(self) -> Text:
        line = Text("recent ", style=_DIM, no_wrap=True)
        for color in self._colors:
            line.append("██", color)
            line.append(" ")
        return line

    def on_click(self, event: Click) -> None:
        index = (event.x - len("recent ")) // 3
        if 0 <= index < len(self._colors):
            self._take(self._colors[index])


class ColorPanel(Vertical):
    """All of it, with a line to type a colour into.

    take: what a typed or clicked colour goes to.
    """

    def __init__(self, take: Callable[[str], object], id: str | None = None) -> None:
        super().__init__(id=id)
        self.border_title = "Colour"
        self.current = CurrentColor(id="current")
        self.entry = Entry(take, placeholder="#rrggbb or a name", id="entry")
        self.suggestions = Suggestions(id="suggestions")
        self.recent = Recent(take, id="recent")

    def compose(self) -> ComposeResult:
        yield self.current
        yield self.entry
        yield self.suggestions
        yield self.recent
