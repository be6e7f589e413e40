"""Escape sequences of the Kitty graphics protocol (sw.kovidgoyal.net/kitty/graphics-protocol)."""

from __future__ import annotations

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


def delete(number: int) -> str:
    """Take a picture off the screen and out of the terminal's memory."""
    return f"\x1b_Ga=d,d=I,i={number},q=2\x1b\\"
