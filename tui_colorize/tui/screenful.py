"""What the terminal shows, cell by cell, so that only what differs from it is sent.

Textual sends a change in a line from the left edge of its widget on, and all of a widget that was
refreshed as a whole. Over SSH that is the larger part of what a key costs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import takewhile
from typing import NamedTuple

from rich.cells import get_character_cell_size
from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip

from tui_colorize.tui.canvas.kittycodes import numbered, shortened

Cell = tuple[str, str]
"""A character with what combines with it, and the codes of its style (SGR). The second half of a
wide character is ("", codes)."""
Span = tuple[int, int, int]
"""Row, first column, column after the last."""

_UNKNOWN: Cell = ("\0", "")
_BLANKS = (" ", "\u00a0")
_COLORS = re.compile(r"(38;(?:2;\d+;\d+|5);\d+);48;((?:2;\d+;\d+|5);\d+)")
_GAP = 4  # unchanged characters of one style that are rather sent again than jumped over
_MOST = 2500  # cells at once; more would hold keys up
_FEW = 32  # runs that are worth being put in the order that takes the fewest bytes


class _Run(NamedTuple):
    """Neighbouring cells that are written one after the other."""

    row: int
    column: int
    cells: list[Cell]


class _Pen(NamedTuple):
    """The style that the terminal writes in; its ink and ground if it is those and nothing else."""

    codes: str
    ink: str = ""
    ground: str = ""


class Screenful:
    """The cells of the terminal, and where and in which style it writes."""

    def __init__(self) -> None:
        self._rows: list[list[Cell]] = []
        self._left: Iterator[tuple[int, int, list[Cell]]] = iter(())
        self.unsent = False
        """Whether the last update was too much at once: the rest is to follow, before any other."""
        self._pen: _Pen | None = None
        self._at: tuple[int, int] | None = None

    def forget(self) -> None:
        """The terminal may show anything: what comes next is sent whole."""
        self._rows = []
        self._left = iter(())
        self.unsent = False
        self._pen = None

    def columns_of(self, text: str, row: int, first: int, end: int) -> list[int]:
        """The columns of this part of a row that show that character."""
        cells = self._rows[row][first:end] if row < len(self._rows) else []
        return [column for column, cell in enumerate(cells, first) if cell[0] == text]

    def update(self, update: CompositorUpdate, console: Console) -> tuple[str, list[Span]]:
        """What to send so that the terminal shows this update, and where it then has drawn."""
        self._left = _pieces(update, console._color_system or ColorSystem.TRUECOLOR)
        return self.rest()

    def rest(self) -> tuple[str, list[Span]]:
        """As `update`, for what the last one has left."""
        runs: list[_Run] = []
        drawn: list[Span] = []
        count = 0
        self.unsent = False
        for row, column, cells in self._left:
            shown = self._row(row, column + len(cells))
            last = -1
            for start, end in _changes(shown[column : column + len(cells)], cells):
                drawn.append((row, column + start, column + end))
                count += end - start
                first = start
                if last > 0 and start - last <= _GAP and _plain(cells[last - 1 : start]):
                    first = runs.pop().column - column
                runs.append(_Run(row, column + first, cells[first:end]))
                last = end
            shown[column : column + len(cells)] = cells
            if count >= _MOST:
                self.unsent = True
                break
        starts = {(run.row, run.column) for run in runs}
        for run in runs:
            end = run.column + len(run.cells)
            # What is behind it may have been sent as one that goes on where what was here ended.
            behind = self._rows[run.row][end : end + 1] if (run.row, end) not in starts else []
            run.cells.extend(cell for cell in behind if numbered(cell[0], run.cells[-1][0]))
        return self._write(runs), drawn

    def again(self, cells: Iterable[tuple[int, int]]) -> str:
        """What draws these cells, given as (column, row), as they already are."""
        return self._write([_Run(row, column, [self._rows[row][column]]) for column, row in cells])

    def _row(self, row: int, width: int) -> list[Cell]:
        while len(self._rows) <= row:
            self._rows.append([])
        cells = self._rows[row]
        if len(cells) < width:
            cells += [_UNKNOWN] * (width - len(cells))
        return cells

    def _write(self, runs: list[_Run]) -> str:
        """What writes these, wherever the terminal's cursor is before."""
        parts: list[str] = []
        self._at = None
        while 1 < len(runs) <= _FEW:
            index = min(range(len(runs)), key=lambda index: self._cost(runs[index]))
            self._put(runs.pop(index), parts)
        for run in runs:
            self._put(run, parts)
        return "".join(parts)

    def _cost(self, run: _Run) -> int:
        """Bytes until the first character of this is written."""
        return len(_way(self._at, run.row, run.column)) + len(_dip(self._pen, *run.cells[0])[0])

    def _put(self, run: _Run, parts: list[str]) -> None:
        parts.append(_way(self._at, run.row, run.column))
        pen, left = self._pen, ""
        ground = None  # the style whose ground the pen has, whatever its ink: enough for blanks
        for text, codes in run.cells:
            if (pen is None or codes != pen.codes) and (codes != ground or text not in _BLANKS):
                change, pen = _dip(pen, text, codes)
                parts.append(change)
                left, ground = "", codes
            parts.append(shortened(text, left) if len(text) > 1 else text)
            left = text
        self._pen = pen
        end = run.column + len(run.cells)
        # Behind the last column terminals differ in where they are.
        self._at = (run.row, end) if end < len(self._rows[run.row]) else None


def _changes(shown: list[Cell], cells: list[Cell]) -> Iterator[tuple[int, int]]:
    """The first and the end of each run of cells that differ, wide characters whole."""
    if shown == cells:
        return
    start = -1
    for index, (old, new) in enumerate(zip(shown, cells, strict=True)):
        if start < 0:
            if old != new:
                # The first half of a wide character comes with the second.
                start = index if new[0] or not index else index - 1
        elif old == new and new[0]:
            yield start, index
            start = -1
    if start >= 0:
        yield start, len(cells)


def _plain(cells: list[Cell]) -> bool:
    """Whether all of these are in the style of the first and, but for it, take one byte each."""
    return all(codes == cells[0][1] and text.isascii() for text, codes in cells[1:])


def _way(at: tuple[int, int] | None, row: int, column: int) -> str:
    """What moves the terminal's cursor there; at: where it is, as far as it is known."""
    there = f"\x1b[{row + 1};{column + 1}H"
    if at is None:
        return there
    down, right = row - at[0], column - at[1]
    ways = [there, f"\x1b[{column + 1}G", _steps(right, "C", "D"), "\b" * -right]
    path = min(ways[1 : 4 if right < 0 else 3], key=len) if right else ""
    if down:
        path += min(_steps(down, "B", "A"), f"\x1b[{row + 1}d", key=len)
    return min(there, path, key=len)


def _steps(count: int, forward: str, back: str) -> str:
    final = forward if count > 0 else back
    return f"\x1b[{abs(count)}{final}" if abs(count) > 1 else f"\x1b[{final}"


def _split(codes: str) -> tuple[str, str]:
    """The ink and the ground of a style that is those and nothing else, or else two times ""."""
    ink, _, ground = codes.partition(";48;")
    # The usual case, quickly. With fewer numbers, the first 48 was a part of the ink.
    if ground and ink.startswith("38;2;") and ink.count(";") == 4:
        return ink, ground
    colors = _COLORS.fullmatch(codes)
    return (colors[1], colors[2]) if colors else ("", "")


def _dip(pen: _Pen | None, text: str, codes: str) -> tuple[str, _Pen]:
    """What makes the terminal write this text in this style, and the pen that it then has."""
    ink, ground = _split(codes)
    after = _Pen(codes, ink, ground)
    if pen is not None and codes == pen.codes:
        return "", pen
    # Of a style that is an ink and a ground and nothing else, what changes is enough.
    if pen is not None and ink and pen.ink:
        if text in _BLANKS:  # the ink is not seen
            ink, after = pen.ink, _Pen(f"{pen.ink};48;{ground}", pen.ink, ground)
        change = [] if ink == pen.ink else [ink]
        if ground != pen.ground:
            change.append(f"48;{ground}")
        return (f"\x1b[{';'.join(change)}m" if change else ""), after
    if not codes:
        return "\x1b[m", after
    return f"\x1b[{codes}m" if pen is not None and not pen.codes else f"\x1b[0;{codes}m", after


def _pieces(update: CompositorUpdate, system: ColorSystem) -> Iterator[tuple[int, int, list[Cell]]]:
    """The cells of an update: row, first column, the cells."""
    if isinstance(update, LayoutUpdate):
        left, top = update.region.offset
        for row, strips in enumerate(update.strips, top):
            # While the terminal is resized there may be none for a moment.
            drawn = takewhile(lambda strip: strip is not None, strips)
            yield row, left, [cell for strip in drawn for cell in _cells(strip, system)]
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
    before: Style | None = None
    codes = ""
    for text, style, control in strip:
        if control:
            continue
        if style is not before:  # neighbours often have the same, and to look it up takes long
            before = style
            codes = "" if style is None else (style._ansi or _codes(style, system))
        if len(text) == 1 and text < "\u0300":
            cells.append((text, codes))
        elif text.isascii():
            cells += [(character, codes) for character in text]
        else:
            marks, characters = _characters(text)
            if marks and cells:
                cells[-1] = (cells[-1][0] + marks, cells[-1][1])
            cells += [(character, codes) for character in characters]
    return cells


@lru_cache(maxsize=4096)
def _characters(text: str) -> tuple[str, tuple[str, ...]]:
    """Marks that belong to what is before the text, and its characters column by column: each with
    its own marks, and "" behind a wide one."""
    marks, characters = "", []
    for character in text:
        width = get_character_cell_size(character)
        if width:
            characters += [character, *[""] * (width - 1)]
        elif characters:
            characters[-1] += character
        else:
            marks += character
    return marks, tuple(characters)


@lru_cache(maxsize=4096)
def _codes(style: Style, system: ColorSystem) -> str:
    return style._make_ansi_codes(system)
