"""What the terminal can do: which graphics, how large a cell is, how many colours.

Judged by what it replies to the queries of `probe.py`, and by the environment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from tui_colorize.errors import UserError
from tui_colorize.terminaltext import printable

VARIABLE = "TUI_COLORIZE_GRAPHICS"
CELL = (10, 20)  # pixels: the size of a cell where the terminal does not say


class Graphics(StrEnum):
    """How pictures are drawn."""

    KITTY = "kitty"
    SIXEL = "sixel"
    HALFCELL = "halfcell"


@dataclass(frozen=True, slots=True)
class Terminal:
    """The terminal, as far as it is known; the defaults hold for any terminal."""

    graphics: Graphics = Graphics.HALFCELL
    cell: tuple[int, int] = CELL  # width, height of a cell in pixels
    true_color: bool = False
    palette: bool = False  # xterm's 256 colours are known to be there, whatever TERM says
    name: str = ""  # as XTVERSION says, else from TERM_PROGRAM or TERM
    version: str = ""
    multiplexer: str = ""  # "tmux", "screen" or ""
    sixel_registers: int = 256  # colour registers, from XTSMGRAPHICS where answered
    round_trip: float | None = None  # seconds from the query to the first reply
    reason: str = ""  # why these graphics, in a few words

    def drawing_with(self, graphics: Graphics | None) -> Terminal:
        """The same terminal with the graphics that the user asks for, if any."""
        if graphics is None:
            return self
        return replace(self, graphics=graphics, reason="as you asked for")


def wanted_graphics(option: str | None, environment: Mapping[str, str]) -> Graphics | None:
    """What --graphics, or else TUI_COLORIZE_GRAPHICS, asks for; None for "auto".

    Raises UserError for anything else.
    """
    source, value = ("--graphics", option) if option else (VARIABLE, environment.get(VARIABLE))
    if not value or value == "auto":
        return None
    try:
        return Graphics(value)
    except ValueError:
        kinds = ", ".join(["auto", *Graphics])
        raise UserError(f"{source}: {printable(value)!r} is none of {kinds}") from None


class Window(NamedTuple):
    """What the kernel knows of the terminal's window (TIOCGWINSZ); 0 where it does not know."""

    rows: int = 0
    columns: int = 0
    width: int = 0  # pixels
    height: int = 0


class _Answers(NamedTuple):
    """The replies, understood; the defaults are those of a terminal that does not answer."""

    attributes: frozenset[int] = frozenset()  # DA1
    kind: tuple[int, ...] = ()  # DA2
    version: str = ""  # XTVERSION
    kitty: bool = False
    cell: tuple[int, int] | None = None
    text_area: tuple[int, int] | None = None  # pixels
    registers: int | None = None
    keeps_rgb: bool | None = None  # an RGB colour that was set came back (DECRQSS)
    has_palette: bool = False  # in its place, one of xterm's 256 came back
    claims_rgb: bool = False  # XTGETTCAP


# The colour that the query of DECRQSS sets: one that no palette of 256 has.
RGB = (1, 2, 3)

# Kitty draws pictures at Unicode placeholders, which are moved and covered like text. WezTerm,
# Konsole and older versions answer the query, but do not know them.
_PLACEHOLDERS = {"kitty": (0, 28), "ghostty": (1, 0)}
_SIXEL = 4  # in DA1
# Fewer colour registers than these show a photograph worse than half cells in true colour do.
_REGISTERS = 64
_TRUE_COLOR_NAMES = {
    "alacritty", "contour", "foot", "ghostty", "iterm2", "kitty", "konsole", "mintty", "rio",
    "tmux", "vte", "wezterm", "xterm.js",
}  # fmt: skip
_TRUE_COLOR_TERM = re.compile(
    r".*-direct|(xterm-)?(alacritty|contour|foot|ghostty|kitty|rio|wezterm)(-.*)?"
)
_VTE, _VTE_TRUE_COLOR = (61, 65), 3600  # in DA2
_TMUX_KIND, _SCREEN_KIND = 84, 83  # in DA2: the letters T and S
_SCREEN_TRUE_COLOR = 50000  # GNU Screen 5


def in_multiplexer(environment: Mapping[str, str]) -> bool:
    """Whether the environment says that tmux or GNU Screen is in between."""
    return bool(
        environment.get("TMUX")
        or environment.get("STY")
        or environment.get("TERM", "").startswith(("tmux", "screen"))
    )


def judge(
    replies: Iterable[bytes],
    environment: Mapping[str, str],
    window: Window,
    features: frozenset[str] | None = None,
    round_trip: float | None = None,
) -> Terminal:
    """What follows from the replies, from the environment, and from what the kernel knows.

    features: those of the terminal that tmux runs in, as tmux names them; None if it was not asked.
    """
    answers = _understand(replies)
    name, version = _identity(answers, environment)
    multiplexer = _multiplexer(answers, environment, name)
    graphics, reason = _graphics(answers, name, version, multiplexer)
    return Terminal(
        graphics,
        _cell(answers, window),
        _true_color(answers, environment, name, multiplexer, features),
        answers.has_palette,
        name,
        version,
        multiplexer,
        answers.registers or 256,
        round_trip,
        reason,
    )


def _understand(replies: Iterable[bytes]) -> _Answers:
    answers = _Answers()
    for reply in replies:
        text = reply.decode("ascii", "replace")
        numbers = tuple(int(number) for number in re.findall(r"\d+", text))
        if text.startswith("\x1b[?") and text.endswith("c"):
            answers = answers._replace(attributes=frozenset(numbers))
        elif text.startswith("\x1b[>"):
            answers = answers._replace(kind=numbers)
        elif text.startswith("\x1b[6;"):
            answers = answers._replace(cell=(numbers[2], numbers[1]))
        elif text.startswith("\x1b[4;"):
            answers = answers._replace(text_area=(numbers[2], numbers[1]))
        elif text.endswith("S") and len(numbers) == 3 and numbers[:2] == (1, 0):
            answers = answers._replace(registers=numbers[2])
        elif text.startswith("\x1bP>|"):
            answers = answers._replace(version=printable(text[4:-2]))
        elif text.startswith("\x1b_G"):
            answers = answers._replace(kitty=text.endswith(";OK\x1b\\"))
        elif text.startswith("\x1bP1$r") and text.endswith("m\x1b\\"):
            answers = answers._replace(
                keeps_rgb=numbers[-3:] == RGB, has_palette=numbers[-3:-1] == (48, 5)
            )
        elif text.startswith("\x1bP1+r"):
            answers = answers._replace(claims_rgb=True)
    return answers


def _identity(answers: _Answers, environment: Mapping[str, str]) -> tuple[str, str]:
    said = re.fullmatch(r"([^\s(]+)[\s(]*([^\s()]*).*", answers.version)
    if said:
        return said[1], said[2]
    if program := environment.get("TERM_PROGRAM"):
        return printable(program), printable(environment.get("TERM_PROGRAM_VERSION", ""))
    return printable(environment.get("TERM", "")), ""


def _multiplexer(answers: _Answers, environment: Mapping[str, str], name: str) -> str:
    kind = answers.kind[:1]
    if name == "tmux" or kind == (_TMUX_KIND,):
        return "tmux"
    if kind == (_SCREEN_KIND,):
        return "screen"
    if answers.attributes and answers.version:  # it says who it is, and is neither
        return ""
    if environment.get("TMUX") or environment.get("TERM", "").startswith("tmux"):
        return "tmux"
    return "screen" if in_multiplexer(environment) else ""


def _graphics(answers: _Answers, name: str, version: str, multiplexer: str) -> tuple[Graphics, str]:
    who = f"{name} {version}".strip()
    if multiplexer == "screen":
        return Graphics.HALFCELL, "GNU Screen passes no pictures on"
    if multiplexer:
        # With Sixel, from 3.4 on, tmux keeps the last few pictures only, drops those that something
        # is written over, and counts heights in sixes of pixels: another window and back, and most
        # of the canvas is gone.
        return Graphics.HALFCELL, f"{who} does not keep the pictures of a whole canvas"
    needed = _PLACEHOLDERS.get(name.lower())
    if answers.kitty and needed is not None and _numbers(version) >= needed:
        return Graphics.KITTY, f"{who} draws pictures at Unicode placeholders"
    if _SIXEL in answers.attributes and (answers.registers or _REGISTERS) >= _REGISTERS:
        return Graphics.SIXEL, "the terminal says that it draws Sixel"
    return Graphics.HALFCELL, _lack(answers, who)


def _lack(answers: _Answers, who: str) -> str:
    """Why there are half cells only."""
    if not answers.attributes:
        return "the terminal did not answer in time"
    if _SIXEL in answers.attributes:
        return f"its Sixel has {answers.registers} colours only, half cells have more"
    if answers.kitty:
        return f"{who} has no Unicode placeholders for Kitty pictures"
    return "the terminal draws neither Kitty pictures nor Sixel"


def _true_color(
    answers: _Answers,
    environment: Mapping[str, str],
    name: str,
    multiplexer: str,
    features: frozenset[str] | None,
) -> bool:
    if multiplexer == "screen":
        # COLORTERM is that of the terminal which Screen was started in: it says nothing.
        return answers.kind[1:2] >= (_SCREEN_TRUE_COLOR,)
    if multiplexer == "tmux" and features is not None:
        return "RGB" in features
    if environment.get("COLORTERM") in ("truecolor", "24bit"):
        return True
    if answers.keeps_rgb is not None:
        return answers.keeps_rgb
    return (
        answers.claims_rgb
        or name.lower() in _TRUE_COLOR_NAMES
        or bool(_TRUE_COLOR_TERM.fullmatch(environment.get("TERM", "")))
        or (answers.kind[:1] in [(kind,) for kind in _VTE] and answers.kind[1] >= _VTE_TRUE_COLOR)
    )


def _cell(answers: _Answers, window: Window) -> tuple[int, int]:
    sizes = [answers.cell]
    if window.rows and window.columns:
        for width, height in ((window.width, window.height), answers.text_area or (0, 0)):
            sizes.append((width // window.columns, height // window.rows))
    for size in sizes:
        if size is not None and all(2 <= side <= 200 for side in size):
            return size
    return CELL


def _numbers(version: str) -> tuple[int, ...]:
    """3.5a is (3, 5)."""
    return tuple(int(number) for number in re.findall(r"\d+", version)[:2])
