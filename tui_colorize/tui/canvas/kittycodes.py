"""Escape sequences of the Kitty graphics protocol (sw.kovidgoyal.net/kitty/graphics-protocol)."""

from __future__ import annotations

from functools import lru_cache

_PLACEHOLDER = "\U0010eeee"
# The first of the combining characters that number rows and columns (kitty's
# rowcolumn-diacritics.txt).
_NUMBERS = "".join(map(chr, (
    0x305, 0x30D, 0x30E, 0x310, 0x312, 0x33D, 0x33E, 0x33F, 0x346, 0x34A,
    0x34B, 0x34C, 0x350, 0x351, 0x352, 0x357, 0x35B, 0x363, 0x364, 0x365, 0x366, 0x367,
)))  # fmt: skip
POINTER = (7301, 7302, 7303)
"""Numbers of the pictures of the cursor: short, since they go out with every move, and further on
than other programs count."""
_CHUNK = 4096  # characters of a picture in one escape sequence


def transmission(head: str, encoded: str) -> str:
    """A picture, in base64. head: the keys that say what it is and what to do with it."""
    chunks = [encoded[start : start + _CHUNK] for start in range(0, len(encoded), _CHUNK)]
    if len(chunks) == 1:
        return f"\x1b_G{head};{encoded}\x1b\\"
    first, *others, last = chunks
    return "".join(
        [
            f"\x1b_G{head},m=1;{first}\x1b\\",
            *(f"\x1b_Gm=1;{chunk}\x1b\\" for chunk in others),
            f"\x1b_Gm=0;{last}\x1b\\",
        ]
    )


def placeholder(row: int, column: int) -> str:
    """What stands where this cell of a picture is shown; its ink is the picture's number."""
    return _PLACEHOLDER + _NUMBERS[row] + _NUMBERS[column]


@lru_cache(maxsize=1024)
def shortened(text: str, left: str) -> str:
    """The text of a cell, after the one at its left in the same ink: a placeholder that goes on
    where that one ends need not say which row and column it shows."""
    goes_on = (
        text.startswith(_PLACEHOLDER)
        and left[:2] == text[:2]
        and _NUMBERS.index(text[2]) == _NUMBERS.index(left[2]) + 1
    )
    return _PLACEHOLDER if goes_on else text


def numbered(text: str, left: str) -> bool:
    """Whether this is a placeholder that has to say what it shows, after that cell at its left."""
    return text.startswith(_PLACEHOLDER) and shortened(text, left) == text


def delete(number: int) -> str:
    """Take a picture off the screen and out of the terminal's memory."""
    return f"\x1b_Ga=d,d=I,i={number},q=2\x1b\\"
