"""Named palettes: colours to choose from, kept as GIMP palette files in the user's data folder.

The format (.gpl) is that of GIMP's app/core/gimppalette-load.c: a first line `GIMP Palette`, then
`Name:` and `Columns:` if wanted, then a colour per line, red, green and blue 0..255 and a name.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tui_colorize.color import hex_to_rgb, parse_color, rgb_to_hex
from tui_colorize.errors import UserError, reason
from tui_colorize.terminaltext import printable
from tui_colorize.textfile import read_text, write_text

_MAGIC = "GIMP Palette"
_FIELD = re.compile(r"(Name|Columns|Channels):(.*)")
_COLOR = re.compile(r"([0-9]{1,3})\s+([0-9]{1,3})\s+([0-9]{1,3})(?:\s.*)?")
_MOST = 1024  # colours; GIMP's own largest has 250
_LONGEST = 60  # characters of a name, so that it can name a file everywhere


@dataclass(frozen=True, slots=True)
class Palette:
    """A name and colours as `#rrggbb`, each once. Raises UserError for what cannot be kept."""

    name: str
    colors: tuple[str, ...]

    def __post_init__(self) -> None:
        name = printable(self.name).strip()
        if not name or len(name) > _LONGEST:
            raise UserError(f"The name of a palette has 1 to {_LONGEST} characters")
        if "/" in name or name.startswith("."):
            raise UserError("The name of a palette has no / and does not begin with a dot")
        if not self.colors:
            raise UserError("A palette has at least one colour")
        if len(self.colors) > _MOST:
            raise UserError(f"A palette has at most {_MOST} colours")
        object.__setattr__(self, "name", name)
        colors = tuple(dict.fromkeys(parse_color(color) for color in self.colors))
        object.__setattr__(self, "colors", colors)


def read_gpl(path: str | Path) -> Palette:
    """Read a GIMP palette; without a name of its own it has that of the file.

    Raises UserError naming file and line.
    """
    shown = printable(path)
    lines = read_text(path, "a GIMP palette").splitlines()
    if not lines or lines[0].strip() != _MAGIC:
        raise UserError(f"{shown} is not a GIMP palette: its first line must be '{_MAGIC}'")
    name = Path(path).stem
    colors: list[str] = []
    for number, line in enumerate(lines[1:], 2):
        text = line.strip()
        field = _FIELD.match(text)
        if field and not colors:
            if field[1] == "Name" and field[2].strip():
                name = field[2].strip()
        elif text and not text.startswith("#"):
            color = _COLOR.fullmatch(text)
            if color is None or max(map(int, color.groups())) > 255:
                raise UserError(
                    f"{shown}, line {number}: a colour is three numbers from 0 to 255 and a name"
                )
            colors.append(rgb_to_hex(int(color[1]), int(color[2]), int(color[3])))
    try:
        # A name that cannot name a file here is nothing to refuse a palette for.
        name = printable(name).replace("/", "-").strip(" .")[:_LONGEST] or "palette"
        return Palette(name, tuple(colors))
    except UserError as error:
        raise UserError(f"{shown}: {error}") from None


def saved_palettes() -> list[Palette]:
    """The palettes that were saved, by name; a file that cannot be read is left out."""
    palettes = []
    with suppress(OSError):
        for path in _folder().glob("*.gpl"):
            with suppress(UserError):
                palettes.append(read_gpl(path))
    return sorted(palettes, key=lambda palette: (palette.name.lower(), palette.name))


def save_palette(palette: Palette) -> None:
    """Keep a palette, in place of one of the same name. Raises UserError."""
    lines = [_MAGIC, f"Name: {palette.name}", "Columns: 8", "#"]
    for color in palette.colors:
        red, green, blue = hex_to_rgb(color)
        lines.append(f"{red:3} {green:3} {blue:3}\t{color}")
    path = _folder() / f"{palette.name}.gpl"
    write_text(path, "\n".join(lines) + "\n", make_folder=True)


def remove_palette(name: str) -> None:
    """Forget a saved palette. Raises UserError where the system refuses."""
    try:
        (_folder() / f"{name}.gpl").unlink(missing_ok=True)
    except OSError as error:
        shown = printable(name)
        raise UserError(f"The palette {shown} cannot be removed: {reason(error)}") from error


def _folder() -> Path:
    from platformdirs import user_data_path

    return user_data_path("tui-colorize") / "palettes"
