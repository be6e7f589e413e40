"""Palettes as rows of swatches: the colours used last, and those that were saved by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Click
from textual.widget import Widget

from tui_colorize.tui.theme import shades

if TYPE_CHECKING:
    from tui_colorize.palette import Palette

_CELL = 3  # columns of a swatch and the gap before it
_BESIDE_NAME = 16  # columns: how many palettes there are, and the chosen colour
RECENT = "recent"


class Swatches(Widget, can_focus=True):
    """One palette at a time under its name, and a choice among its colours.

    take: what a chosen colour goes to.
    """

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1,0)", show=False),
        Binding("right", "step(1,0)", show=False),
        Binding("up", "step(0,-1)", show=False),
        Binding("down", "step(0,1)", show=False),
        Binding("pageup,shift+left", "turn(-1)", show=False),
        Binding("pagedown,shift+right", "turn(1)", show=False),
        Binding("enter,space", "take", show=False),
    ]

    def __init__(self, take: Callable[[str], object], id: str | None = None) -> None:
        super().__init__(id=id)
        self._take = take
        self._recent: tuple[str, ...] = ()
        self._saved: Sequence[Palette] = ()
        self._page = 0  # 0 is the colours used last
        self._at = 0

    # What it shows.

    def show(self, recent: tuple[str, ...]) -> None:
        """The colours used last, the newest first."""
        if recent != self._recent:
            self._recent = recent
            if self._page == 0:
                self._at = 0
                self.refresh()

    def show_saved(self, palettes: Sequence[Palette], name: str | None = None) -> None:
        """These palettes besides; name: the one to turn to."""
        current = self.name_shown if name is None else name
        self._saved = palettes
        names = [palette.name for palette in palettes]
        self._page = names.index(current) + 1 if current in names else 0
        self._at = min(self._at, max(0, len(self.choices) - 1)) if name is None else 0
        self.refresh()

    @property
    def name_shown(self) -> str | None:
        """The saved palette on show; None for the colours used last."""
        return self._saved[self._page - 1].name if self._page else None

    @property
    def choices(self) -> tuple[str, ...]:
        """Of the palette on show."""
        return self._saved[self._page - 1].colors if self._page else self._recent

    @property
    def _across(self) -> int:
        return max(1, (self.size.width - 1) // _CELL)

    @property
    def _first(self) -> int:
        """The first colour on show: whole rows, the choice among them."""
        rows = max(1, self.size.height - 1)
        return max(0, self._at // self._across - rows + 1) * self._across

    def render(self) -> Text:
        ink, colors = shades(self.app), self.choices
        name = Text(self.name_shown or RECENT, ink.quiet, no_wrap=True)
        room = self.size.width - _BESIDE_NAME
        name.truncate(max(room, len(RECENT)), overflow="ellipsis")
        if self._saved:
            name.append(f"  {self._page + 1}/{len(self._saved) + 1}", ink.dim)
        if self.has_focus and colors:
            name.append(f"  {colors[self._at]}", ink.accent)
        elif not colors:
            name.append("  none yet", ink.dim)
        lines = [name]
        for start in range(self._first, len(colors), self._across)[: max(1, self.size.height - 1)]:
            line = Text(no_wrap=True)
            for index in range(start, min(start + self._across, len(colors))):
                chosen = self.has_focus and index == self._at
                after = self.has_focus and index - 1 == self._at and index > start
                line.append("▸" if chosen else "◂" if after else " ", ink.accent)
                line.append("  ", f"on {colors[index]}")
            if self.has_focus and start <= self._at == min(start + self._across, len(colors)) - 1:
                line.append("◂", ink.accent)
            lines.append(line)
        return Text("\n").join(lines)

    # What is done with it.

    def action_step(self, columns: int, rows: int) -> None:
        self._at = max(0, min(len(self.choices) - 1, self._at + columns + rows * self._across))
        self.refresh()

    def action_turn(self, step: int) -> None:
        self._page = (self._page + step) % (len(self._saved) + 1)
        self._at = 0
        self.refresh()

    def action_take(self) -> None:
        if self.choices:
            self._take(self.choices[self._at])

    def on_click(self, event: Click) -> None:
        if event.y == 0:
            self.action_turn(1)
            return
        index = self._first + (event.y - 1) * self._across + event.x // _CELL
        if event.x // _CELL < self._across and index < len(self.choices):
            self._at = index
            self.action_take()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()
