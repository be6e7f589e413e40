"""What the network is asked about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tui_colorize.hintmemory import HintMemory
    from tui_colorize.hints import HintSet
    from tui_colorize.tui.source import Source


class Subject(NamedTuple):
    """A picture, or a frame of a film, with the hints that are on it.

    numbers, memory: of a film, see Colorizer.solve.
    """

    source: Source
    hints: HintSet
    numbers: Sequence[int] | None = None
    memory: HintMemory | None = None
