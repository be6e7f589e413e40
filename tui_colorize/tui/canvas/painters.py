"""Which painter draws on which terminal."""

from __future__ import annotations

from rich.color import ColorSystem

from tui_colorize.tui.canvas.halfcell import HalfCellPainter
from tui_colorize.tui.canvas.kitty import KittyPainter
from tui_colorize.tui.canvas.painter import RING, Painter
from tui_colorize.tui.canvas.sixel import SixelPainter
from tui_colorize.tui.terminal import Graphics, Terminal

# kitty draws the usual ring itself, in a line too thin to be seen on a photograph. This one it
# takes from the font and fits into the cell; other terminals cut it off.
_KITTY_RING = "◯"


def painter_for(terminal: Terminal, colors: ColorSystem) -> Painter:
    """colors: those that Textual found the terminal to have; half cells are drawn in them."""
    if terminal.graphics is Graphics.KITTY:
        return KittyPainter(terminal.cell, _KITTY_RING if terminal.name == "kitty" else RING)
    if terminal.graphics is Graphics.SIXEL:
        return SixelPainter(terminal.cell, terminal.sixel_registers)
    return HalfCellPainter(colors)
