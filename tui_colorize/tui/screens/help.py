"""All keys on one page."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate, zip_longest
from textwrap import wrap
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, VerticalScroll
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_colorize.tui.glass import Glass
from tui_colorize.tui.keys import COLOR_KEYS, MOUSE, TABLE_KEYS, commands, groups
from tui_colorize.tui.theme import Shades, shades

_WIDTH = 14  # of the keys
_WIDTHS = (76, 118, 180)  # of the box, with one column, two, three; as in app.tcss
_MOST = len(_WIDTHS)
_FRAME = 6  # columns of the box that are border, padding or scrollbar
_GAP = 2  # columns after the keys, and after each column

Section = tuple[str, list[tuple[str, str]]]


class HelpScreen(Glass, ModalScreen[None]):
    """The key table, made readable; scrolls where it does not fit."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,q,question_mark,enter", "dismiss", "close")]

    def __init__(self) -> None:
        super().__init__()
        self._fitted: Size | None = None
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
        size = self.size or self.app.size
        if size == self._fitted:  # to lay them out again takes as long as the first time
            return
        self._fitted = size
        count = max(1, sum(size.width >= width for width in _WIDTHS))
        inside = min(size.width, _WIDTHS[count - 1]) - _FRAME
        room = max(1, inside // count - _WIDTH - 2 * _GAP)
        box = self.query_one("#help")
        box.set_class(count == 2, "-two")
        box.set_class(count == _MOST, "-three")
        columns = _divided(self._sections, count)
        for place, column in enumerate(self.query("#help-columns Static").results(Static)):
            column.display = place < count
            if place < count:
                column.update(_column(shades(self.app), columns[place], room))


def _divided(sections: list[Section], count: int) -> list[list[Section]]:
    """The sections in that many columns of about the same length."""
    lengths = [len(lines) + 2 for _, lines in sections]
    middles = [end - length / 2 for end, length in zip(accumulate(lengths), lengths, strict=True)]
    columns: list[list[Section]] = [[] for _ in range(count)]
    for section, middle in zip(sections, middles, strict=True):
        columns[int(middle * count / sum(lengths))].append(section)
    return columns


def _column(ink: Shades, sections: Iterable[Section], room: int) -> Text:
    """What keys do has so many columns. (Rich's tables take several times as long.)"""
    column = Text()
    for title, lines in sections:
        column.append(f"{title}\n", ink.accent)
        for line in lines:
            parts = (wrap(text, width) for text, width in zip(line, (_WIDTH, room), strict=True))
            for keys, does in zip_longest(*parts, fillvalue=""):
                column.append(keys.ljust(_WIDTH + _GAP), ink.text)
                column.append(f"{does}\n", ink.quiet)
        column.append("\n")
    column.right_crop(1)
    return column
