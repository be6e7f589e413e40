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

from tui_colorize.tui.keys import COLOR_KEYS, MOUSE, TABLE_KEYS, commands, groups
from tui_colorize.tui.theme import Shades, shades

_WIDTH = 14  # columns of the keys


class HelpScreen(ModalScreen[None]):
    """The key table, made readable; scrolls where it does not fit."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,q,question_mark,enter", "dismiss", "close")]

    def compose(self) -> ComposeResult:
        sections = [(name, [(key.shown, key.does) for key in keys]) for name, keys in groups()]
        sections += [
            ("In the hint table", [*TABLE_KEYS]),
            ("In the gamut and the palettes", [*COLOR_KEYS]),
            ("Mouse", [*MOUSE]),
            ("By name, with ctrl+p", [("", key.does) for key in commands() if not key.keys]),
        ]
        lengths = list(accumulate(len(lines) + 2 for _, lines in sections))
        first = sum(length <= (lengths[-1] + 2) // 2 for length in lengths)
        with VerticalScroll(id="help"), Container(id="help-columns"):
            yield Static(_column(shades(self.app), sections[:first]))
            yield Static(_column(shades(self.app), sections[first:]))

    def on_mount(self) -> None:
        box = self.query_one("#help")
        box.border_title = "Keys"
        box.border_subtitle = "↑ ↓ scroll   escape closes"
        self._fit()

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        self.query_one("#help").set_class(self.size.width >= 112, "-wide")


def _column(ink: Shades, sections: Iterable[tuple[str, list[tuple[str, str]]]]) -> Group:
    parts: list[RenderableType] = []
    for title, lines in sections:
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(width=_WIDTH, style=ink.text)
        table.add_column(style=ink.quiet)
        for keys, does in lines:
            table.add_row(Text(keys), Text(does))
        parts += [Text(title, style=ink.accent), table, Text()]
    return Group(*parts)
