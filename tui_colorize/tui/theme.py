"""The colours of everything that is not the picture: dark, light, and with high contrast."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual.theme import Theme

if TYPE_CHECKING:
    from textual.app import App


class Shades(NamedTuple):
    """The inks and papers of a theme, for what is drawn without style sheets too.

    text, quiet, dim, faint: inks, from the strongest to one that only separates. ground, panel,
    raised: papers. accent: for what has the focus or was just said; on_accent: ink on it.
    edited, chosen: papers of a cell that is edited and of rows that are marked.
    """

    text: str
    quiet: str
    dim: str
    faint: str
    ground: str
    panel: str
    raised: str
    accent: str
    on_accent: str
    edited: str
    chosen: str
    error: str


SHADES = {
    # quiet, one warm accent
    "dark": Shades(
        text="#c9d1e0",
        quiet="#8b93a7",
        dim="#7d869b",
        faint="#3a4152",
        ground="#0d0f14",
        panel="#161a22",
        raised="#232936",
        accent="#e8b86d",
        on_accent="#0d0f14",
        edited="#3a3222",
        chosen="#2c3a52",
        error="#e06c75",
    ),
    # paper; inks dark enough for small type on it (4.5 to 1)
    "light": Shades(
        text="#23272f",
        quiet="#4a505c",
        dim="#5f6570",
        faint="#b9b4a8",
        ground="#f3f0e9",
        panel="#e6e2d8",
        raised="#d9d4c7",
        accent="#8a4f00",
        on_accent="#fffdf8",
        edited="#ffe9c2",
        chosen="#c9daf2",
        error="#b3261e",
    ),
    # nothing but what can be read at once (7 to 1)
    "contrast": Shades(
        text="#ffffff",
        quiet="#ffffff",
        dim="#d0d0d0",
        faint="#9a9a9a",
        ground="#000000",
        panel="#1c1c1c",
        raised="#3c3c3c",
        accent="#ffd700",
        on_accent="#000000",
        edited="#00306e",
        chosen="#004b9b",
        error="#ff8a80",
    ),
}


def _theme(name: str, shades: Shades) -> Theme:
    return Theme(
        name=name,
        primary=shades.accent,
        secondary=shades.quiet,
        accent=shades.accent,
        foreground=shades.text,
        background=shades.ground,
        surface=shades.ground,
        panel=shades.panel,
        warning=shades.accent,
        error=shades.error,
        success=shades.accent,
        dark=name != "light",
        variables={
            "block-cursor-background": shades.accent,
            "block-cursor-foreground": shades.on_accent,
            "block-cursor-text-style": "none",
            "block-cursor-blurred-background": shades.raised,
            "block-cursor-blurred-foreground": shades.text,
            "input-cursor-background": shades.text,
            "input-cursor-foreground": shades.ground,
            "input-selection-background": shades.edited,
            "scrollbar": shades.faint,
            "scrollbar-hover": shades.dim,
            "scrollbar-active": shades.accent,
            "scrollbar-background": shades.ground,
            "scrollbar-background-hover": shades.ground,
            "scrollbar-background-active": shades.ground,
            "scrollbar-corner-color": shades.ground,
            "dim": shades.dim,
            "faint": shades.faint,
            "raised": shades.raised,
            "edited": shades.edited,
        },
    )


THEMES = {name: _theme(name, shades) for name, shades in SHADES.items()}


def shades(app: App[object]) -> Shades:
    """Those of the theme in use."""
    return SHADES[app.theme]


def ink_on(color: str) -> str:
    """Black or white, whichever is read better on this `#rrggbb`."""
    from tui_colorize.color import hex_to_rgb

    red, green, blue = hex_to_rgb(color)
    return "#000000" if 2 * red + 5 * green + blue > 8 * 128 else "#ffffff"
