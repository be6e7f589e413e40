"""What is concluded from the replies of a terminal and from the environment."""

from __future__ import annotations

import pytest
from rich.console import Console

from tui_colorize.errors import UserError
from tui_colorize.tui.start import _say_colors
from tui_colorize.tui.terminal import (
    Graphics,
    Terminal,
    Window,
    in_multiplexer,
    judge,
    wanted_graphics,
)

from ..fake_terminal import AREA, CELL, DA1, DA2, KITTY, REGISTERS, SGR, TERMINALS, XTVERSION

WINDOW = Window(40, 120, 1200, 800)
UNKNOWN = Window(40, 120)


def judged(name="xterm", changes=None, environment=None, window=WINDOW, features=None):
    replies = TERMINALS[name] | (changes or {})
    return judge(replies.values(), environment or {"TERM": "xterm"}, window, features)


@pytest.mark.parametrize(
    ("name", "graphics", "true_color", "called", "version", "registers"),
    [
        ("xterm", "halfcell", True, "XTerm", "379", 256),
        ("xterm -ti vt340", "sixel", True, "XTerm", "379", 1024),
        ("foot", "sixel", True, "foot", "1.13.1", 1024),
        ("kitty", "kitty", True, "kitty", "0.41.1", 256),
        ("mlterm", "sixel", False, "xterm", "", 1024),
        ("tmux", "halfcell", True, "tmux", "3.3a", 256),
        ("tmux with Sixel", "halfcell", True, "tmux", "3.5a", 256),
        ("screen", "halfcell", False, "xterm", "", 256),
        ("mute", "halfcell", False, "xterm", "", 256),
    ],
)
def test_terminals(name, graphics, true_color, called, version, registers):
    terminal = judged(name)
    assert (terminal.graphics, terminal.true_color) == (graphics, true_color)
    assert (terminal.name, terminal.version) == (called, version)
    assert terminal.sixel_registers == registers
    assert terminal.reason


def test_a_palette_is_used_whatever_the_environment_says(monkeypatch):
    """mlterm calls itself xterm, which may mean as few as 16 colours."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("COLORTERM", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    _say_colors(judged("mlterm"))
    assert Console(force_terminal=True).color_system == "256"
    _say_colors(judged("xterm"))
    assert Console(force_terminal=True).color_system == "truecolor"


@pytest.mark.parametrize(
    ("says", "attributes", "graphics"),
    [
        ("kitty(0.28.0)", "62", "kitty"),
        ("kitty(0.26.5)", "62", "halfcell"),
        ("kitty(0.9.1)", "62", "halfcell"),
        ("kitty(1.0.0)", "62", "kitty"),
        ("ghostty 1.1.3", "62;22", "kitty"),
        ("WezTerm 20240203-110809-5046fc22", "65;4;6;18;22", "sixel"),
        ("Konsole 23.08.1", "62;1;4", "sixel"),
        ("Konsole 23.08.1", "62;1", "halfcell"),
        ("unheard-of 7", "62", "halfcell"),
    ],
)
def test_who_claims_kitty_pictures_and_who_can_show_placeholders(says, attributes, graphics):
    replies = {
        XTVERSION: f"\x1bP>|{says}\x1b\\".encode(),
        DA1: f"\x1b[?{attributes}c".encode(),
    }
    terminal = judged("kitty", replies)
    assert terminal.graphics == graphics


def test_kitty_that_refuses_the_picture():
    assert judged("kitty", {KITTY: b"\x1b_Gi=31;EINVAL:no\x1b\\"}).graphics == "halfcell"


def test_sixel_with_few_colors_is_worse_than_half_cells():
    terminal = judged("xterm -ti vt340", {REGISTERS: b"\x1b[?1;0;16S"})
    assert terminal.graphics == "halfcell"
    assert "16 colours" in terminal.reason


def test_tmux_draws_half_cells_even_where_it_has_sixel():
    asked = {"environment": {"TERM": "tmux-256color", "TMUX": "x"}}
    terminal = judged("tmux with Sixel", features=frozenset({"sixel", "RGB"}), **asked)
    assert terminal.graphics == "halfcell"
    assert "tmux 3.5a does not keep" in terminal.reason


def test_true_color_in_tmux_depends_on_the_terminal_around_it():
    asked = {"environment": {"TERM": "tmux-256color", "TMUX": "x"}}
    assert judged("tmux with Sixel", features=frozenset({"RGB"}), **asked).true_color
    assert not judged("tmux with Sixel", features=frozenset({"mouse"}), **asked).true_color
    assert judged("tmux with Sixel", **asked).true_color  # as its name says, where it is not asked


@pytest.mark.parametrize(
    ("environment", "multiplexer"),
    [
        ({"TERM": "tmux-256color"}, "tmux"),
        ({"TERM": "screen-256color", "TMUX": "/tmp/tmux-0/default,1,0"}, "tmux"),
        ({"TERM": "screen", "STY": "1.pts"}, "screen"),
        ({"TERM": "screen-256color"}, "screen"),
        ({"TERM": "xterm-256color"}, ""),
    ],
)
def test_a_mute_multiplexer_is_known_by_the_environment(environment, multiplexer):
    terminal = judged("mute", environment=environment)
    assert (terminal.multiplexer, terminal.graphics) == (multiplexer, "halfcell")
    assert in_multiplexer(environment) == bool(multiplexer)


def test_a_terminal_that_says_its_name_is_not_in_an_inherited_multiplexer():
    assert judged("foot", environment={"TERM": "foot", "STY": "1.pts"}).multiplexer == ""


# Colours.


@pytest.mark.parametrize(
    ("name", "changes", "environment", "true_color"),
    [
        ("xterm", {SGR: b"\x1bP1$r0;48;5;16m\x1b\\"}, {}, False),
        ("xterm", {SGR: b"\x1bP1$r0m\x1b\\"}, {}, False),
        ("xterm", {SGR: b"\x1bP1$r0;48;2;1;2;3m\x1b\\"}, {}, True),
        ("xterm", {SGR: b"\x1bP0$r\x1b\\"}, {}, False),
        ("mute", {}, {"TERM": "xterm-256color"}, False),
        ("mute", {}, {"TERM": "xterm-256color", "COLORTERM": "truecolor"}, True),
        ("mute", {}, {"TERM": "xterm-256color", "COLORTERM": "24bit"}, True),
        ("mute", {}, {"TERM": "xterm-direct"}, True),
        ("mute", {}, {"TERM": "alacritty"}, True),
        ("mute", {}, {"TERM": "xterm-kitty"}, True),
        ("mute", {DA2: b"\x1b[>65;7000;1c", DA1: b"\x1b[?61;1c"}, {}, True),
        ("mute", {DA2: b"\x1b[>65;3000;1c", DA1: b"\x1b[?61;1c"}, {}, False),
        ("screen", {}, {"TERM": "screen", "STY": "1", "COLORTERM": "truecolor"}, False),
        ("screen", {DA2: b"\x1b[>83;50000;0c"}, {"TERM": "screen", "STY": "1"}, True),
    ],
)
def test_true_color(name, changes, environment, true_color):
    assert judged(name, changes, environment or {"TERM": "xterm"}).true_color is true_color


# The size of a cell.


@pytest.mark.parametrize(
    ("name", "changes", "window", "cell"),
    [
        ("foot", {}, WINDOW, (7, 14)),
        ("foot", {CELL: b"\x1b[6;0;0t"}, WINDOW, (10, 20)),
        ("xterm", {}, Window(40, 120, 960, 640), (8, 16)),
        ("foot", {CELL: b"", AREA: b"\x1b[4;720;1080t"}, UNKNOWN, (9, 18)),
        ("xterm", {}, UNKNOWN, (10, 20)),
        ("xterm", {}, Window(), (10, 20)),
        ("mute", {}, Window(40, 120, 65535, 65535), (10, 20)),
    ],
)
def test_cell_size(name, changes, window, cell):
    assert judged(name, changes, window=window).cell == cell


# Names.


def test_names_from_the_environment():
    environment = {"TERM": "xterm", "TERM_PROGRAM": "Apple_Terminal", "TERM_PROGRAM_VERSION": "455"}
    terminal = judged("mute", environment=environment)
    assert (terminal.name, terminal.version) == ("Apple_Terminal", "455")


def test_a_name_cannot_steer_the_terminal():
    terminal = judged("xterm", {XTVERSION: b"\x1bP>|evil\x9b31m(1)\x1b\\"})
    assert terminal.name.isprintable()


# What the user asks for.


@pytest.mark.parametrize(
    ("option", "variable", "graphics"),
    [
        (None, None, None),
        (None, "", None),
        ("auto", None, None),
        (None, "sixel", Graphics.SIXEL),
        ("kitty", "sixel", Graphics.KITTY),
        ("halfcell", "nonsense", Graphics.HALFCELL),
        ("auto", "sixel", None),
    ],
)
def test_the_option_wins_over_the_environment(option, variable, graphics):
    environment = {} if variable is None else {"TUI_COLORIZE_GRAPHICS": variable}
    assert wanted_graphics(option, environment) is graphics


@pytest.mark.parametrize(
    ("option", "variable", "source"),
    [("Sixel\x1b[2J", None, "--graphics"), (None, "iterm", "TUI_COLORIZE_GRAPHICS")],
)
def test_other_graphics_are_refused(option, variable, source):
    with pytest.raises(UserError, match=f"^{source}: .* is none of auto, kitty, sixel, halfcell$"):
        wanted_graphics(option, {"TUI_COLORIZE_GRAPHICS": variable or ""})


def test_what_the_user_asks_for_is_done():
    terminal = Terminal(reason="it can")
    assert terminal.drawing_with(None) is terminal
    assert terminal.drawing_with(Graphics.SIXEL).graphics is Graphics.SIXEL
