"""The colour in hand, and what to choose it from: suggestions, the gamut, palettes."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Click
from textual.geometry import Region
from textual.widget import Widget

from tui_colorize.tui.messages import SuggestionClicked
from tui_colorize.tui.theme import ink_on, shades
from tui_colorize.tui.widgets.entry import Entry
from tui_colorize.tui.widgets.gamut import Gamut
from tui_colorize.tui.widgets.swatches import Swatches

_COUNT = 9
_BAR = 24  # columns at most
_LEAST = 14  # columns of a suggestion: 1 #c98f5e 50%


class CurrentColor(Widget):
    """A swatch of the colour in hand with its name, and what it looks like under the cursor."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._color, self._word, self._here = "", "", ""

    def show(self, color: str, name: str) -> None:
        """The colour in hand and what it is called."""
        if (color, name) != (self._color, self._word):
            self._color, self._word = color, name
            self.refresh()

    def show_here(self, here: str) -> None:
        """here: the colour at the lightness under the cursor."""
        if here != self._here:
            self._here = here
            self.refresh(Region(0, self.size.height - 1, self.size.width, 1))

    def render(self) -> Text:
        if not self._color:
            return Text("")
        ink = shades(self.app)
        name, here = (self._word, ink.dim), ("here", ink.dim)
        if self.size.height > 1:
            first = _swatch(self._color, 4, ink.text).append(*name)
            second = _swatch(self._here, 4, ink.text).append(*here) if self._here else Text()
            return Text("\n").join([first, second])
        # One row: what is said of the second colour makes way for the first one's name.
        first = _swatch(self._color, 2, ink.text).append(*name)
        if not self._here:
            return first
        second = _swatch(self._here, 2, ink.text)
        room = self.size.width - first.cell_len
        for short in (second.copy().append(*here), second, second[:2]):
            if short.cell_len + 2 <= room:
                break
        first.truncate(self.size.width - short.cell_len - 2, overflow="ellipsis", pad=True)
        return Text.assemble(first, "  ", short)


def _swatch(color: str, columns: int, ink: str) -> Text:
    """The colour and its hex code."""
    return Text.assemble((" " * columns, f"on {color}"), (f" {color} ", ink), no_wrap=True)


class Suggestions(Widget):
    """The nine likeliest colours: a swatch with the key on it, hex, probability; in columns.

    The key is in black or white, so that a swatch is seen that is as dark as the ground.
    """

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._colors: list[tuple[str, float]] = []

    def show(self, colors: list[tuple[str, float]]) -> None:
        if colors != self._colors:
            old, self._colors = self._colors, colors
            top = [some[0][1] for some in (old, colors) if some]
            if len(set(top)) == 1:  # the lengths of the bars are of the same scale
                self._refresh_items(
                    {i for i, pair in enumerate(colors) if i >= len(old) or pair != old[i]}
                    | set(range(len(colors), len(old)))
                )
            else:
                self.refresh()

    def _refresh_items(self, items: set[int]) -> None:
        rows = {item % self._rows for item in items}
        if rows:
            self.refresh(*(Region(0, row, self.size.width, 1) for row in rows))

    @property
    def _rows(self) -> int:
        """As few as make no more columns."""
        columns = -(-_COUNT // max(1, min(_COUNT, self.size.height)))
        return -(-_COUNT // columns)

    def render(self) -> Text:
        rows = self._rows
        columns = -(-_COUNT // rows)
        width = max(1, self.size.width // columns)
        gap = max(0, min(2, width - _LEAST)) if columns > 1 else 0
        lines = []
        for row in range(rows):
            line = Text(no_wrap=True)
            for number in range(row, _COUNT, rows):
                line.append_text(self._item(number, width - gap))
                line.append(" " * gap)
            lines.append(line)
        return Text("\n").join(lines)

    def _item(self, index: int, width: int) -> Text:
        ink = shades(self.app)
        key = str(index + 1).center(2 if width < 18 else 3 if width < 24 else 5)
        if index < len(self._colors):
            color, probability = self._colors[index]
            percent = f"{100 * probability:3.0f}%" if probability >= 0.005 else " <1%"
            item = Text.assemble((key, f"{ink_on(color)} on {color}"), (f" {color}", ink.text))
            room = min(_BAR, width - item.cell_len - len(percent) - 2)
            if room >= 4:
                top = self._colors[0][1] or 1.0
                filled = max(1, round(room * probability / top))
                item.append(" " + "━" * filled, ink.quiet)
                item.append("─" * (room - filled) + " ", ink.faint)
            item.append(percent, ink.dim)
        else:
            item = Text.assemble((key, f"{ink.dim} on {ink.raised}"), (" ··", ink.faint))
        item.truncate(width, pad=True)
        return item

    def on_click(self, event: Click) -> None:
        rows = self._rows
        width = max(1, self.size.width // -(-_COUNT // rows))
        number = event.y + rows * (event.x // width) + 1
        if event.y < rows and number <= len(self._colors):
            self.post_message(SuggestionClicked(number))


class ColorPanel(Vertical):
    """All of it: a line to type a colour into, the suggestions, and the mixer, which is the gamut
    slice over the palettes.

    take: what a typed or chosen colour goes to. Where there is no room for the mixer beside the
    suggestions it takes their place while it has the focus.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "down", show=False),
    ]

    def __init__(self, take: Callable[[str], object], id: str | None = None) -> None:
        super().__init__(id=id)
        self.border_title = "Colour"
        self.current = CurrentColor(id="current")
        self.entry = Entry(take, placeholder="#rrggbb or a name", id="entry")
        self.suggestions = Suggestions(id="suggestions")
        self.gamut = Gamut(take, id="gamut")
        self.swatches = Swatches(take, id="swatches")
        self._likely = Vertical(self.current, self.entry, self.suggestions, id="likely")
        self._mixer = Vertical(self.gamut, self.swatches, id="mixer")
        self._roomy = False

    def compose(self) -> ComposeResult:
        yield self._likely
        yield self._mixer

    def make_room(self, *, roomy: bool) -> None:
        """roomy: whether the mixer is always on show."""
        self._roomy = roomy
        self._swap(self.gamut.has_focus or self.swatches.has_focus)

    def pick_in(self, widget: Widget) -> None:
        """Give the gamut slice or the palettes the focus."""
        self._swap(True)
        self.screen.set_focus(widget)

    def action_down(self) -> None:
        """From the line of text on to the slice."""
        self.pick_in(self.gamut)

    def _swap(self, picking: bool) -> None:
        self._mixer.display = self._roomy or picking
        self.suggestions.display = self._roomy or not picking

    def on_descendant_focus(self) -> None:
        self._swap(self.gamut.has_focus or self.swatches.has_focus)

    def on_descendant_blur(self) -> None:
        self._swap(self.gamut.has_focus or self.swatches.has_focus)
