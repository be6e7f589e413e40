"""A small picture for the file picker, drawn by textual-image."""

from __future__ import annotations

import sys
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui_colorize.clock import clock

if TYPE_CHECKING:
    from PIL.Image import Image

_CELL = (10, 20)  # pixels; half-cell drawing only needs the proportion
_MOST = (110, 42)  # columns and rows: each cell has a style of its own
_importing = Lock()


def preview(path: Path, columns: int, rows: int, style: Style, console: Console) -> list[Strip]:
    """The picture, or a film's first frame, in at most so many cells, or a few words where it
    cannot be read. For worker threads.

    style: of the words. console: that of the app.
    """
    from tui_colorize.tui.film.files import is_film

    halfcell = _halfcell()
    columns, rows = min(columns, _MOST[0]), min(rows, _MOST[1])
    try:
        small, words = (_frame if is_film(path) else _picture)(path, columns, rows)
    except Exception:  # whatever a damaged file makes of the decoder: the picker goes on
        return [Strip([Segment("no preview", style)])]
    scale = min(columns / small.width, 2 * rows / small.height)
    size = max(1, round(small.width * scale)), max(1, round(small.height * scale / 2))
    drawn = console.render(halfcell(small, width=size[0], height=size[1]))
    lines = [Strip(line) for line in Segment.split_lines(drawn)]
    return [*lines, Strip([Segment(words, style)])]


def _picture(path: Path, columns: int, rows: int) -> tuple[Image, str]:
    from PIL import Image, ImageOps

    with Image.open(path) as image:
        width, height = image.size
        image.draft("RGB", (columns * 2, rows * 4))  # JPEG: decode small at once
        small = ImageOps.exif_transpose(image)
        small.thumbnail((columns, rows * 2), Image.Resampling.BOX)
        if small.mode.startswith("I;16") or small.mode in "IF":
            small = small.point(lambda value: value / 256).convert("L")
        return small.convert("RGB"), f"{width} × {height}"


def _frame(path: Path, columns: int, rows: int) -> tuple[Image, str]:
    from PIL import Image

    from tui_colorize.picture import eight_bits
    from tui_colorize.video.reader import VideoReader

    with VideoReader(path) as reader:
        info, gray = reader.info, next(reader).gray()
    small = Image.fromarray(eight_bits(gray))
    small.thumbnail((columns, rows * 2), Image.Resampling.BOX)
    words = [f"{info.width} × {info.height}"]
    if info.duration is not None:
        words.append(clock(info.duration))
    if info.rate is not None:
        words.append(f"{float(info.rate):.4g} fps")
    return small.convert("RGB"), "  ".join(words)


def _halfcell() -> Any:
    """textual-image's half-cell renderable.

    At import that package asks the terminal what it can do and reads the answer from stdin, which
    belongs to Textual. It does not ask when there is no stdout, and takes the size of a cell from
    its cache.
    """
    with _importing:
        from textual_image import _terminal

        if not hasattr(_terminal.get_cell_size, "_result"):
            setattr(_terminal.get_cell_size, "_result", _terminal.CellSize(*_CELL))  # noqa: B010
        if "textual_image.renderable.halfcell" not in sys.modules:
            stdout, sys.__stdout__ = sys.__stdout__, None  # type: ignore[misc]
            try:
                import textual_image.renderable.halfcell  # noqa: F401
            finally:
                sys.__stdout__ = stdout  # type: ignore[misc]
        from textual_image.renderable.halfcell import Image

        return Image
