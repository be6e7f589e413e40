"""Text from outside (file names, file contents) made safe to show on a terminal."""

from __future__ import annotations

import unicodedata
from pathlib import Path

# Controls, invisible formatting (with the bidirectional overrides), lone surrogates, and the
# separators that a terminal may take for a line break.
_UNSAFE = {"Cc", "Cf", "Cs", "Zl", "Zp"}

# Formatting characters that ordinary names hold: Persian and Indic words, families of emoji.
_JOINERS = {"\u200c", "\u200d"}

_LONG = 40  # characters


def printable(text: str | Path) -> str:
    r"""The text with every character that could steer a terminal written out, as in `\x1b`.

    Controls (C0, C1, DEL), bidirectional marks and overrides, line separators and undecodable
    bytes become `\xNN`, `\uNNNN` or `\UNNNNNNNN`; everything else stays. The answer is one line.
    Markup of a widget library is not touched.
    """
    text = str(text)
    if text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def shortened(text: str) -> str:
    """What is worth repeating of a refused value; printable."""
    return printable(text if len(text) <= _LONG else text[:_LONG] + "…")


def _shown(character: str) -> str:
    if unicodedata.category(character) not in _UNSAFE or character in _JOINERS:
        return character
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # how Python carries a byte of a name that is not UTF-8
        code -= 0xDC00
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
