"""All keys on one page."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate
from typing import ClassVar

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_colorize.tui.glass import Glass
from tui_colorize.tui.keys import COLOR_KEYS, MOUSE, TABLE_KEYS, commands, groups
from tui_colorize.tui.theme import Shades, shades

_WIDTH = 14  # of the keys
_WIDTHS = (0, 118, 180)  # of the terminal, for one column, two, three; as in app.tcss
_MOST = len(_WIDTHS)

Section = tuple[str, list[tuple[str, str]]]


class HelpScreen(Glass, ModalScreen[None]):
    """The key table, made readable; scrolls where it does not fit."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,q,question_mark,enter", "dismiss", "close")]

    def __init__(self) -> None:
        super().__init__()
        self._sections: list[Section] = [
            *((name, [(key.shown, key.does) for key in keys]) for name, keys in groups()),
            ("In the hint table", [*TABLE_KEYS]),
            ("In the gamut and the palettes", [*COLOR_KEYS]),
            ("Mouse", [*MOUSE]),
            ("By name, with ctrl+p", [("", key.does) for key in commands() if not key.keys]),
        ]

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help"), Container(id="help-columns"):
            for _ in range(_MOST):
                yield Static()

    def on_mount(self) -> None:
        box = self.query_one("#help")
        box.border_title = "Keys"
        box.border_subtitle = "↑ ↓ scroll   escape closes"
        self._fit()

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        """As many columns as there is room for."""
        count = sum(self.size.width >= width for width in _WIDTHS)
        box = self.query_one("#help")
        box.set_class(count == 2, "-two")
        box.set_class(count == _MOST, "-three")
        columns = _divided(self._sections, count)
        for place, column in enumerate(self.query("#help-columns Static").results(Static)):
            column.display = place < count
            if place < count:
                column.update(_column(shades(self.app), columns[place]))


def _divided(sections: list[Section], count: int) -> list[list[Section]]:
    """The sections in that many columns of about the same length."""
    lengths = [len(lines) + 2 for _, lines in sections]
    middles = [end - length / 2 for end, length in zip(accumulate(lengths), lengths, strict=True)]
    columns: list[list[Section]] = [[] for _ in range(count)]
    for section, middle in zip(sections, middles, strict=True):
        columns[int(middle * count / sum(lengths))].append(section)
    return columns


def _column(ink: Shades, sections: Iterable[Section]) -> Group:
    parts: list[RenderableType] = []
    for title, lines in sections:
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(width=_WIDTH, style=ink.text)
        table.add_column(style=ink.quiet)
        for keys, does in lines:
            table.add_row(Text(keys), Text(does))
        parts += [Text(title, style=ink.accent), table, Text()]
    return Group(*parts)
