"""What the terminal shows, cell by cell, so that only what differs from it is sent.

Textual sends a change in a line from the left edge of its widget on, and all of a widget that was
refreshed as a whole. Over SSH that is the larger part of what a key costs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from rich.cells import get_character_cell_size
from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip

Cell = tuple[str, str]
"""A character with what combines with it, and the codes of its style (SGR). The second half of a
wide character is ("", codes)."""
Span = tuple[int, int, int]
"""Row, first column, column after the last."""

_UNKNOWN: Cell = ("\0", "")
_GAP = 4  # unchanged characters of one style that are rather sent again than jumped over


class Screenful:
    """The cells of the terminal and the style that it writes in."""

    def __init__(self) -> None:
        self._rows: list[list[Cell]] = []
        self._pen: str | None = None
        self._colors: tuple[str, str] | None = None

    def forget(self) -> None:
        """The terminal may show anything: what comes next is sent whole."""
        self._rows = []
        self._pen = self._colors = None

    def text_at(self, column: int, row: int) -> str:
        """The character of a cell; "" where there is none or it is not known."""
        try:
            text = self._rows[row][column][0]
        except IndexError:
            return ""
        return "" if text == _UNKNOWN[0] else text

    def update(self, update: CompositorUpdate, console: Console) -> tuple[str, list[Span]]:
        """What to send so that the terminal shows this update, and where it then has drawn."""
        system = console._color_system or ColorSystem.TRUECOLOR
        parts: list[str] = []
        drawn: list[Span] = []
        for row, column, cells in _pieces(update, system):
            self._draw(row, column, cells, parts, drawn)
        return "".join(parts), drawn

    def again(self, cells: Iterable[tuple[int, int]]) -> str:
        """What draws these cells, given as (column, row), as they already are."""
        parts = []
        for column, row in sorted(cells, key=lambda cell: cell[::-1]):
            text, codes = self._rows[row][column]
            parts += [f"\x1b[{row + 1};{column + 1}H", self._dip(codes), text]
        return "".join(parts)

    def _draw(
        self, row: int, column: int, cells: list[Cell], parts: list[str], drawn: list[Span]
    ) -> None:
        shown = self._row(row, column + len(cells))
        end = column + len(cells)
        at = -1  # where the terminal's cursor is in this row
        index = column
        while index < end:
            if shown[index] == cells[index - column]:
                index += 1
                continue
            start = index
            # The first half of a wide character comes with the second.
            while start > column and not cells[start - column][0]:
                start -= 1
            if at < 0:
                parts.append(f"\x1b[{row + 1};{start + 1}H")
            elif start - at <= _GAP and self._plain(cells[at - column : start - column]):
                parts += [text for text, _ in cells[at - column : start - column]]
            elif start > at:
                parts.append(f"\x1b[{start - at}C" if start - at > 1 else "\x1b[C")
            index = start
            while index < end and (
                shown[index] != cells[index - column] or not cells[index - column][0]
            ):
                text, codes = shown[index] = cells[index - column]
                if text:
                    parts += [self._dip(codes), text]
                index += 1
            at = index
            drawn.append((row, start, index))

    def _plain(self, cells: list[Cell]) -> bool:
        """Whether these can be written with the pen as it is, one byte each."""
        return all(codes == self._pen and text.isascii() for text, codes in cells)

    def _row(self, row: int, width: int) -> list[Cell]:
        while len(self._rows) <= row:
            self._rows.append([])
        cells = self._rows[row]
        if len(cells) < width:
            cells += [_UNKNOWN] * (width - len(cells))
        return cells

    def _dip(self, codes: str) -> str:
        """What makes the terminal write in this style from now on."""
        before, self._pen = self._pen, codes
        if codes == before:
            return ""
        old = self._colors
        ink, found, ground = codes.partition(";48;")
        # Of a style that is an ink and a ground and nothing else, what changes is enough.
        self._colors = (ink, ground) if found and ink.startswith("38;") else None
        if old is not None and self._colors is not None:
            if old[0] == ink:
                return f"\x1b[48;{ground}m"
            return f"\x1b[{ink if old[1] == ground else codes}m"
        if not codes:
            return "\x1b[m"
        return f"\x1b[{codes}m" if before == "" else f"\x1b[0;{codes}m"


def _pieces(update: CompositorUpdate, system: ColorSystem) -> Iterator[tuple[int, int, list[Cell]]]:
    """The cells of an update: row, first column, the cells."""
    if isinstance(update, LayoutUpdate):
        left, top = update.region.offset
        for row, strips in enumerate(update.strips, top):
            yield row, left, [cell for strip in strips for cell in _cells(strip, system)]
    elif isinstance(update, ChopsUpdate):
        for row, first, last in update.spans:
            for end, (column, strip) in zip(
                update.chop_ends[row], update.chops[row].items(), strict=False
            ):
                if strip is not None and column < last and end > first:
                    start, stop = max(column, first), min(end, last)
                    cells = _cells(strip, system)[start - column : stop - column]
                    yield row, start, cells


def _cells(strip: Strip, system: ColorSystem) -> list[Cell]:
    cells: list[Cell] = []
    for text, style, control in strip:
        if control:
            continue
        codes = "" if style is None else (style._ansi or _codes(style, system))
        if len(text) == 1 and text < "\u0300":
            cells.append((text, codes))
        elif text.isascii():
            cells += [(character, codes) for character in text]
        else:
            for character in text:
                width = get_character_cell_size(character)
                if width:
                    cells.append((character, codes))
                    cells += [("", codes)] * (width - 1)
                elif cells:
                    cells[-1] = (cells[-1][0] + character, cells[-1][1])
    return cells


@lru_cache(maxsize=4096)
def _codes(style: Style, system: ColorSystem) -> str:
    return style._make_ansi_codes(system)
