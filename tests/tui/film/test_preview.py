"""The file picker's preview of a film."""

from __future__ import annotations

from rich.console import Console
from rich.segment import Segments
from rich.style import Style

from tui_colorize.tui.preview import preview


def _shown(path):
    console = Console(width=40, color_system="truecolor", force_terminal=True)
    with console.capture() as capture:
        for line in preview(path, 16, 6, Style(color="#888888"), console):
            console.print(Segments(line))
    return capture.get()


def test_a_film_is_shown_by_its_first_frame(film, frame_of):
    """And by its size and length."""
    shown = _shown(film)
    assert "128 × 96" in shown and "fps" in shown
    red, green, blue = shown.split("38;2;", 1)[1].split("m", 1)[0].split(";")[:3]
    corner = frame_of(0)[:8, :8].mean()
    assert red == green == blue and abs(int(red) - corner) < 12


def test_what_is_no_film_has_no_preview(tmp_path):
    path = tmp_path / "no.mp4"
    path.write_bytes(b"not a film")
    assert "no preview" in _shown(path)
