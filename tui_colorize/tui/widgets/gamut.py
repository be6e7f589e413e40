"""The colours that a pixel of one L can have: hue across, chroma upwards, and a choice."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Click
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui_colorize.tui.messages import GamutShown
from tui_colorize.tui.theme import shades

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_HUE, _CHROMA = 3.0, 2.0
"""Degrees and units of chroma of one step: about what can be told apart."""
_FAST = 5  # steps with shift
_SPREAD = 0.6
"""Of chroma to height: below 1 the quiet colours, of which most pictures are, have more room."""
_LEAST = 1.0  # ab units that the slice is high at least: black and white have no chroma
_OUTSIDE = "╱"
_MIDDLE = 60.0  # L from which on black is seen better than white


@lru_cache(maxsize=16)
def _most_chroma(lightness: float, hue: float) -> float:
    """As `max_chroma`, of what every line of the slice asks for."""
    from tui_colorize.color import max_chroma

    return float(max_chroma(lightness, hue))


class Gamut(Widget, can_focus=True):
    """A slice of the sRGB gamut, drawn in half cells under a line with the choice in LCh.

    take: what a chosen colour goes to. What lies outside the gamut is hatched; a choice there is
    brought inside at its hue.
    """

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1,0)", show=False),
        Binding("right", "step(1,0)", show=False),
        Binding("up", "step(0,1)", show=False),
        Binding("down", "step(0,-1)", show=False),
        Binding("shift+left", f"step(-{_FAST},0)", show=False),
        Binding("shift+right", f"step({_FAST},0)", show=False),
        Binding("shift+up", f"step(0,{_FAST})", show=False),
        Binding("shift+down", f"step(0,-{_FAST})", show=False),
        Binding("enter,space", "take", show=False),
    ]

    def __init__(self, take: Callable[[str], object], id: str | None = None) -> None:
        super().__init__(id=id)
        self._take = take
        self.lightness = 50.0
        self._color = ""
        self._hue = self._chroma = 0.0
        self._drawn: tuple[object, ...] = ()
        self._most: NDArray[np.float64] | None = None
        self._top = _LEAST
        self._cells: list[list[Segment]] = []

    # What it shows.

    def show(self, lightness: float, color: str) -> None:
        """Show the colours of this L, the one nearest to `color` chosen."""
        from tui_colorize.color import hex_to_lab

        if color != self._color:
            from math import atan2, degrees, hypot

            _, a, b = hex_to_lab(color)
            self._color = color
            self._choose(degrees(atan2(b, a)) % 360, hypot(a, b))
        if lightness != self.lightness:
            self.lightness = lightness
            self.refresh()

    @property
    def choice(self) -> str:
        """The chosen colour at this L, as `#rrggbb`."""
        from math import cos, radians, sin

        from tui_colorize.color import lab_to_hex

        angle = radians(self._hue)
        return lab_to_hex(self.lightness, self._chroma * cos(angle), self._chroma * sin(angle))

    def _choose(self, hue: float, chroma: float) -> None:
        """Only the line of words and the rows that the mark leaves and enters are sent."""
        before = self._mark() if self._cells else None
        self._hue, self._chroma = hue % 360, max(0.0, chroma)
        rows = {0} | ({1 + mark[1] // 2 for mark in (before, self._mark())} if before else set())
        self.refresh(*(Region(0, row, self.size.width, 1) for row in rows))

    def _inside(self) -> float:
        """The chroma of the choice, as far as the gamut goes."""
        return min(self._chroma, _most_chroma(self.lightness, self._hue))

    def _mark(self) -> tuple[int, int]:
        """The half cell of the choice: column, half row from the top of the slice."""
        assert self._most is not None
        width, halves = len(self._most), 2 * len(self._cells)
        column = int(self._hue * width / 360 + 0.5) % width
        top = self._top
        # The column's own end: its hue is not quite that of the choice.
        chroma = min(self._inside(), float(self._most[column]))
        part = chroma / top
        return column, int((1 - part**_SPREAD) * (halves - 1) + 0.5)

    def render_line(self, y: int) -> Strip:
        width, ink = self.size.width, shades(self.app)
        if not self._color:  # the first frame must not wait for what this needs
            return Strip.blank(width, Style(bgcolor=ink.ground))
        if y == 0:
            return self._words(width)
        wanted = self.lightness, width, self.size.height - 1, ink
        if self._drawn != wanted:
            self._drawn = wanted
            self._cells = self._slice(width, self.size.height - 1, ink.faint, ink.ground)
        column, half = self._mark()
        cells = self._cells[y - 1]
        if half // 2 == y - 1:
            cells = cells.copy()
            style = cells[column].style
            assert style is not None
            upper_is_ink = cells[column].text == "▀"
            paper = style.color if half % 2 and upper_is_ink else style.bgcolor
            mark = Style(color="black" if self.lightness > _MIDDLE else "white")
            glyph = "▄" if half % 2 else "▀"
            cells[column] = Segment(glyph, mark + Style(bgcolor=paper.name if paper else None))
        return Strip(cells, width)

    def _words(self, width: int) -> Strip:
        ink = shades(self.app)
        color = self.choice
        strong = ink.accent if self.has_focus else ink.text
        paper = Style(bgcolor=ink.ground)
        words = f"L {self.lightness:.0f} C {self._inside():.0f} h {self._hue:.0f}°"
        segments = [
            Segment("  ", Style(bgcolor=color)),
            Segment(f" {color} ", Style(color=strong) + paper),
            Segment(words, Style(color=ink.dim) + paper),
        ]
        return Strip(segments).adjust_cell_length(width, paper)

    def _slice(self, width: int, rows: int, outside: str, ground: str) -> list[list[Segment]]:
        import numpy as np

        from model.color import lab_to_rgb
        from tui_colorize.color import max_chroma

        hues = np.arange(width) * 360 / width
        self._most = max_chroma(self.lightness, hues)
        self._top = top = max(float(self._most.max()), _LEAST)
        chroma = top * np.linspace(1, 0, 2 * rows)[:, None] ** (1 / _SPREAD)
        angle = np.radians(hues)[None]
        lightness = np.full((2 * rows, width), self.lightness)
        planes = lab_to_rgb(lightness, chroma * np.cos(angle), chroma * np.sin(angle))
        pixels = np.rint(255 * np.clip(np.stack(planes, -1), 0, 1)).astype(np.uint8).tolist()
        inside = (chroma <= self._most + 1e-6 * top).tolist()

        def name(row: int, column: int) -> str:
            return "#{:02x}{:02x}{:02x}".format(*pixels[row][column])

        cells = []
        for row in range(0, 2 * rows, 2):
            line = []
            for column in range(width):
                if inside[row][column]:
                    style = Style(color=name(row, column), bgcolor=name(row + 1, column))
                    line.append(Segment("▀", style))
                elif inside[row + 1][column]:
                    line.append(Segment("▄", Style(color=name(row + 1, column), bgcolor=ground)))
                else:
                    line.append(Segment(_OUTSIDE, Style(color=outside, bgcolor=ground)))
            cells.append(line)
        return cells

    # What is done with it.

    def action_step(self, hue: int, chroma: int) -> None:
        # From where the choice is to be seen, not from where it was before the gamut ended.
        start = self._inside() if chroma else self._chroma
        self._choose(self._hue + hue * _HUE, start + chroma * _CHROMA)

    def action_take(self) -> None:
        self._take(self.choice)

    def on_click(self, event: Click) -> None:
        if event.y < 1 or self._most is None:
            return
        rows = len(self._cells)
        part = 1 - (2 * (event.y - 1) + 0.5) / (2 * rows - 1)
        chroma = self._top * max(0.0, part) ** (1 / _SPREAD)
        self._choose(event.x * 360 / self.size.width, chroma)
        self.action_take()

    def on_show(self) -> None:
        self.post_message(GamutShown())

    def on_resize(self) -> None:
        self.post_message(GamutShown())

    def on_focus(self) -> None:
        self.refresh(Region(0, 0, self.size.width, 1))

    def on_blur(self) -> None:
        """What was not taken is no longer chosen."""
        color, self._color = self._color, ""
        self.show(self.lightness, color)
