"""All keys on one page."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate, zip_longest
from textwrap import wrap
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_colorize.tui.glass import Glass
from tui_colorize.tui.keys import COLOR_KEYS, MOUSE, TABLE_KEYS, commands, groups
from tui_colorize.tui.theme import Shades, shades

_WIDTH = 14  # of the keys
_WIDTHS = (76, 118, 180)  # of the box, with one column, two, three; as in app.tcss
_CLASSES = ("", "-two", "-three")
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
        """As many columns as there is room for. Whatever is changed later is laid out again."""
        self._fitted = size = self.app.size
        count = max(1, sum(size.width >= width for width in _WIDTHS))
        inside = min(size.width, _WIDTHS[count - 1]) - _FRAME
        room = max(1, inside // count - _WIDTH - 2 * _GAP)
        box = VerticalScroll(id="help", classes=_CLASSES[count - 1])
        box.border_title = "Keys"
        box.border_subtitle = "↑ ↓ scroll   escape closes"
        with box:
            yield Static(_page(shades(self.app), _divided(self._sections, count), room))

    def on_resize(self) -> None:
        if self.app.size != self._fitted:
            self.refresh(recompose=True)


def _divided(sections: list[Section], count: int) -> list[list[Section]]:
    """The sections in that many columns of about the same length."""
    lengths = [len(lines) + 2 for _, lines in sections]
    middles = [end - length / 2 for end, length in zip(accumulate(lengths), lengths, strict=True)]
    columns: list[list[Section]] = [[] for _ in range(count)]
    for section, middle in zip(sections, middles, strict=True):
        columns[int(middle * count / sum(lengths))].append(section)
    return columns


def _page(ink: Shades, columns: list[list[Section]], room: int) -> Text:
    """The columns side by side; what keys do has so many cells. (Rich's tables take several times
    as long, and so do more widgets than this one.)"""
    page = Text()
    for row in zip_longest(*(_lines(ink, sections, room) for sections in columns), fillvalue=()):
        for line in row:
            for text, color in line or [(" " * (_WIDTH + _GAP + room), ink.quiet)]:
                page.append(text, color)
            page.append(" " * _GAP)
        page.append("\n")
    page.right_crop(1)
    return page


def _lines(ink: Shades, sections: list[Section], room: int) -> Iterator[list[tuple[str, str]]]:
    """Each line's parts with their colours, all lines as long."""
    for number, (title, lines) in enumerate(sections):
        if number:
            yield []
        yield [(title.ljust(_WIDTH + _GAP + room), ink.accent)]
        for line in lines:
            parts = (wrap(text, width) for text, width in zip(line, (_WIDTH, room), strict=True))
            for keys, does in zip_longest(*parts, fillvalue=""):
                yield [(keys.ljust(_WIDTH + _GAP), ink.text), (does.ljust(room), ink.quiet)]
