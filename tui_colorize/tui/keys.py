"""Every key of the app in one table: bindings, help and command palette are made from it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from textual.binding import Binding


class Key(NamedTuple):
    """One line of the table.

    keys: Textual's names, separated by commas. shown: what help calls them. on_canvas: only while
    the picture has the focus, because elsewhere the same key does something else (arrows in the
    table). command: whether the palette offers it.
    """

    keys: str
    action: str
    shown: str
    does: str
    group: str
    on_canvas: bool = False
    command: bool = True


MOVE, HINT, COLOR, VIEW = "Move", "Hint", "Colour", "Look"
FILM, FILE = "Film", "File and app"
_SUSPEND = "suspend_process"

KEYS: tuple[Key, ...] = (
    Key("up", "move(0,-1)", "↑ ↓ ← →", "one step", MOVE, True, False),
    Key("down", "move(0,1)", "", "", MOVE, True, False),
    Key("left", "move(-1,0)", "", "", MOVE, True, False),
    Key("right", "move(1,0)", "", "", MOVE, True, False),
    Key("h", "move(-1,0)", "h j k l", "one step, from anywhere", MOVE, False, False),
    Key("j", "move(0,1)", "", "", MOVE, False, False),
    Key("k", "move(0,-1)", "", "", MOVE, False, False),
    Key("l", "move(1,0)", "", "", MOVE, False, False),
    Key("shift+up", "move(0,-10)", "shift + these", "ten steps", MOVE, True, False),
    Key("shift+down", "move(0,10)", "", "", MOVE, True, False),
    Key("shift+left", "move(-10,0)", "", "", MOVE, True, False),
    Key("shift+right", "move(10,0)", "", "", MOVE, True, False),
    Key("H", "move(-10,0)", "", "", MOVE, False, False),
    Key("J", "move(0,10)", "", "", MOVE, False, False),
    Key("K", "move(0,-10)", "", "", MOVE, False, False),
    Key("L", "move(10,0)", "", "", MOVE, False, False),
    Key("g", "go_to", "g", "go to x,y; on film also @frame, @m:ss", MOVE),
    Key("n", "uncertain(1)", "n", "go to where a hint would help most", MOVE),
    Key("N", "uncertain(-1)", "N", "go back to the place before", MOVE),
    Key("left_square_bracket", "step_hint(-1)", "[", "go to the previous hint", MOVE),
    Key("right_square_bracket", "step_hint(1)", "]", "go to the next hint", MOVE),
    Key("c", "type_color", "c", "type a colour: #rrggbb or a name", COLOR),
    Key("i", "pick_color", "i", "take the colour under the cursor", COLOR),
    Key("m", "mix", "m", "choose in the gamut: arrows, enter", COLOR),
    Key("M", "swatches", "M", "choose from recent colours, palettes", COLOR),
    Key("enter,space", "put", "enter, space", "put a hint, recolour the one here", HINT, True),
    *(
        Key(
            str(number),
            f"suggestion({number})",
            "1 … 9" if number == 1 else "",
            "put a hint of that suggested colour" if number == 1 else "",
            HINT,
            False,
            False,
        )
        for number in range(1, 10)
    ),
    Key("x,delete", "remove", "x, delete", "remove the hint here or nearest", HINT),
    Key("b", "brush", "b", "brush: moving paints hints", HINT),
    Key("f", "line", "f", "line: f again or enter ends it", HINT),
    Key("d", "disable", "d", "disable or enable the hint nearby", HINT),
    Key("t", "gray", "t", "keep this place gray, or no longer", HINT),
    Key("y", "recolor", "y", "the colour in hand to selected hints", HINT),
    Key("A", "select_all", "A", "select all hints, or none", HINT),
    Key("left_parenthesis", "grow(-1)", "(", "smaller hint", HINT),
    Key("right_parenthesis", "grow(1)", ")", "larger hint", HINT),
    Key("r", "reset", "r", "remove all hints", HINT),
    Key("u", "undo", "u", "undo", HINT),
    Key("U,ctrl+r", "redo", "U, ctrl+r", "redo", HINT),
    Key("plus,equals_sign", "zoom(1)", "+", "zoom in", VIEW),
    Key("minus", "zoom(-1)", "-", "zoom out", VIEW),
    Key("0", "zoom(0)", "0", "the whole picture", VIEW),
    Key("v", "next_view", "v", "next view: pair, split, colour, blink", VIEW),
    Key("z", "seam(-1)", "z, Z", "move the seam of the split view", VIEW),
    Key("Z", "seam(1)", "", "move the seam to the right", VIEW, False, False),
    Key("V", "marks", "V", "hide the hints, or show them", VIEW),
    Key("F", "picture_alone", "F", "the picture alone, or with panels", VIEW),
    Key("w", "uncertainty", "w", "show where colours are uncertain", VIEW),
    Key("tab", "focus_next", "tab, shift+tab", "picture, hint table, colours", VIEW, False, False),
    Key("shift+tab", "focus_previous", "", "", VIEW, False, False),
    Key("comma", "frame(-1)", ", .", "one frame back, on", FILM, False, False),
    Key("full_stop", "frame(1)", "", "", FILM, False, False),
    Key("less_than_sign", "hinted_frame(-1)", "<", "go to the hinted frame before", FILM),
    Key("greater_than_sign", "hinted_frame(1)", ">", "go to the hinted frame after", FILM),
    Key("G", "lost_hint", "G", "where hints are lost: go there, dismiss", FILM),
    Key("p", "play", "p", "play, pause", FILM),
    Key("e", "export", "e", "export the film: progress, pause, stop", FILM),
    Key("s", "save", "s", "save the coloured picture", FILE),
    Key("o", "open", "o", "open a picture or a session", FILE),
    Key("ctrl+s", "save_session", "ctrl+s", "save the session, or its hints alone", FILE),
    Key("ctrl+n", "start_afresh", "ctrl+n", "start afresh (u undoes it)", FILE),
    Key("question_mark", "help", "?", "this help", FILE),
    Key("ctrl+p", "command_palette", "ctrl+p", "everything, by name", FILE, False, False),
    Key("escape", "escape", "escape", "back to the picture", FILE, False, False),
    Key("ctrl+z", _SUSPEND, "ctrl+z", "go to the shell; fg comes back", FILE),
    Key("q", "leave", "q", "quit; the hints are kept", FILE),
    # Without keys of their own: by name in the command palette.
    Key("", "import_palette", "", "import a GIMP palette", COLOR),
    Key("", "save_palette", "", "save the recent colours as a palette", COLOR),
    Key("", "remove_palette", "", "remove the palette on show", COLOR),
    Key("", "vivid(1)", "", "more vivid colours where no hint is", COLOR),
    Key("", "vivid(-1)", "", "less vivid colours where no hint is", COLOR),
    Key("", "low_bandwidth", "", "low bandwidth: fewer bytes, or no longer", VIEW),
    Key("", "theme('dark')", "", "dark theme", FILE),
    Key("", "theme('light')", "", "light theme", FILE),
    Key("", "theme('contrast')", "", "theme with high contrast", FILE),
)

TABLE_KEYS: tuple[tuple[str, str], ...] = (
    ("enter", "edit the cell"),
    ("a", "add a row"),
    ("space", "select the row too"),
    ("shift + ↑ ↓", "select several rows"),
    ("x d t y ( )", "change all that are selected"),
)

COLOR_KEYS: tuple[tuple[str, str], ...] = (
    ("arrows", "another hue, chroma or swatch"),
    ("shift + arrows", "in larger steps"),
    ("page up, down", "another palette"),
    ("enter", "take the colour"),
)

MOUSE: tuple[tuple[str, str], ...] = (
    ("click", "move the cursor"),
    ("double click", "put a hint, edit a cell"),
    ("drag", "move a hint; with the brush: paint"),
    ("wheel", "zoom; over a hint: its size"),
    ("ctrl + click", "select several rows"),
)


def bindings(on_canvas: bool) -> list[Binding]:
    """The bindings of the canvas, or those that hold everywhere: one of them over dialogues too."""
    return [
        Binding(
            key.keys,
            ("app." if on_canvas else "") + key.action,
            key.does,
            show=False,
            priority=key.action == _SUSPEND,
        )
        for key in KEYS
        if key.keys and key.on_canvas == on_canvas and key.action != "command_palette"
    ]


def groups() -> Iterable[tuple[str, list[Key]]]:
    """For the help: each group with the lines that have something to show."""
    for group in (MOVE, HINT, COLOR, VIEW, FILM, FILE):
        yield group, [key for key in KEYS if key.group == group and key.shown]


def commands() -> list[Key]:
    """What the palette offers."""
    return [key for key in KEYS if key.command]
