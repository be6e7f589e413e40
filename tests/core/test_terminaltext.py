"""tui_colorize.terminaltext: what a hostile file name can do to a terminal is nothing."""

from __future__ import annotations

import os
import sys
import unicodedata
from pathlib import Path

import pytest

from tui_colorize.terminaltext import printable


@pytest.mark.parametrize(
    "text",
    [
        "scan 12.png",
        "été à Paris – “1912”.jpg",
        "写真.tif",
        "عکس‌ها.png",  # holds a zero-width non-joiner, as Persian spelling wants
        "👨‍👩‍👧.webp",  # one family, joined by zero-width joiners
        "C:\\photos\\a.png",
        "[bold]x[/]",
        "no\u00a0break",
        "",
    ],
)
def test_ordinary_text_stays(text):
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2Jx", r"\x1b[2Jx"),
        ("a\nb\tc\rd", r"a\x0ab\x09c\x0dd"),
        ("\x07\x7f\x00", r"\x07\x7f\x00"),
        ("\x9b31m", r"\x9b31m"),  # C1: an escape sequence in one character
        ("a\u202egnp.exe", r"a\u202egnp.exe"),
        ("\u2066\u2069\u200e\u200f\u061c", r"\u2066\u2069\u200e\u200f\u061c"),
        ("a\u2028b\u2029", r"a\u2028b\u2029"),
        ("\ufeffx", r"\ufeffx"),
        ("\U000e0041", r"\U000e0041"),
        ("\ud800", r"\ud800"),
    ],
)
def test_what_steers_a_terminal_is_written_out(text, shown):
    assert printable(text) == shown


def test_undecodable_bytes_of_a_name_show_as_those_bytes():
    name = b"caf\xe9.png".decode("utf-8", "surrogateescape")
    assert printable(name) == r"caf\xe9.png"
    if os.name == "posix" and sys.getfilesystemencoding() == "utf-8":
        assert printable(Path(os.fsdecode(b"caf\xe9.png"))) == r"caf\xe9.png"


def test_a_path_shows_as_it_was_given():
    assert printable(Path("a/b\x1b.png")) == str(Path("a") / r"b\x1b.png")


def test_no_character_passes_that_a_terminal_or_an_encoder_would_act_on():
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    left = printable(every)
    left.encode()  # no surrogate is left
    categories = {unicodedata.category(c) for c in set(left) - {"\u200c", "\u200d"}}
    assert categories.isdisjoint({"Cc", "Cf", "Cs", "Zl", "Zp"})
