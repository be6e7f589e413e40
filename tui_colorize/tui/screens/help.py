"""All keys on one page."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate, zip_longest
from textwrap import wrap
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.strip import Strip

from tui_colorize.tui.glass import Glass
from tui_colorize.tui.keys import COLOR_KEYS, MOUSE, TABLE_KEYS, commands, groups
from tui_colorize.tui.theme import Shades, shades
from tui_colorize.tui.widgets.lines import Lines

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
        page = _page(shades(self.app), _divided(self._sections, count), room)
        lines = Lines()
        lines.styles.height = len(page)
        lines.show(page)
        with box:
            yield lines

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


def _page(ink: Shades, columns: list[list[Section]], room: int) -> list[Strip]:
    """The columns side by side; what keys do has so many cells."""
    gap = Segment(" " * _GAP, Style(bgcolor=ink.panel))
    blank = [Segment(" " * (_WIDTH + _GAP + room), gap.style)]
    rows = zip_longest(*(_lines(ink, sections, room) for sections in columns), fillvalue=())
    return [Strip([part for line in row for part in (*(line or blank), gap)]) for row in rows]


def _lines(ink: Shades, sections: list[Section], room: int) -> Iterator[list[Segment]]:
    """Each line's parts, all lines as long but for empty ones."""
    accent, text, quiet = (
        Style(color=color, bgcolor=ink.panel) for color in (ink.accent, ink.text, ink.quiet)
    )
    for number, (title, lines) in enumerate(sections):
        if number:
            yield []
        yield [Segment(title.ljust(_WIDTH + _GAP + room), accent)]
        for line in lines:
            parts = (wrap(part, width) for part, width in zip(line, (_WIDTH, room), strict=True))
            for keys, does in zip_longest(*parts, fillvalue=""):
                yield [Segment(keys.ljust(_WIDTH + _GAP), text), Segment(does.ljust(room), quiet)]
