"""Which painter draws on which terminal."""

from __future__ import annotations

from rich.color import ColorSystem

from tui_colorize.tui.canvas.halfcell import HalfCellPainter
from tui_colorize.tui.canvas.kitty import KittyPainter
from tui_colorize.tui.canvas.painter import Painter
from tui_colorize.tui.canvas.sixel import SixelPainter
from tui_colorize.tui.terminal import Graphics, Terminal


def painter_for(terminal: Terminal, colors: ColorSystem) -> Painter:
    """colors: those that Textual found the terminal to have; half cells are drawn in them."""
    if terminal.graphics is Graphics.KITTY:
        return KittyPainter(terminal.cell)
    if terminal.graphics is Graphics.SIXEL:
        return SixelPainter(terminal.cell, terminal.sixel_registers)
    return HalfCellPainter(colors)
