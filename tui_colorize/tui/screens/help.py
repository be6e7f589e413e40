"""All keys on one page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Grid, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_colorize.tui.keys import COLOR_KEYS, MOUSE, TABLE_KEYS, commands, groups
from tui_colorize.tui.theme import Shades, shades

_WIDTH = 16  # columns of the keys


class HelpScreen(ModalScreen[None]):
    """The key table, made readable; scrolls where it does not fit."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,q,question_mark,enter", "dismiss", "close")]

    def compose(self) -> ComposeResult:
        ink = shades(self.app)
        with VerticalScroll(id="help"), Grid(id="help-grid"):
            for name, keys in groups():
                yield Static(_section(ink, name, [(key.shown, key.does) for key in keys]))
            yield Static(_section(ink, "In the hint table", TABLE_KEYS))
            yield Static(_section(ink, "In the gamut and the palettes", COLOR_KEYS))
            yield Static(_section(ink, "Mouse", MOUSE))
            names = [("", key.does) for key in commands() if not key.keys]
            yield Static(_section(ink, "By name, with ctrl+p", names))

    def on_mount(self) -> None:
        box = self.query_one("#help")
        box.border_title = "Keys"
        box.border_subtitle = "escape closes"
        self._fit()

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        self.query_one("#help").set_class(self.size.width >= 112, "-wide")


def _section(ink: Shades, title: str, lines: Iterable[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(width=_WIDTH, style=ink.text)
    table.add_column(style=ink.quiet)
    table.add_row(Text(title, style=ink.accent))
    for keys, does in lines:
        table.add_row(Text(keys), Text(does))
    return table
