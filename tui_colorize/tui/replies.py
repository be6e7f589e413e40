"""What comes from a terminal, parted: its replies to our queries, and what the user typed."""

from __future__ import annotations

import re

# Replies that no key press looks like: device attributes, sizes in pixels, colour registers
# (CSI ... c, t, S); XTVERSION, DECRQSS and XTGETTCAP (DCS ... ST); Kitty graphics (APC ... ST).
_REPLY = re.compile(
    rb"\x1b\[[?>][\d;]*c|\x1b\[[46];\d+;\d+t|\x1b\[\?\d[\d;]*S"
    rb"|\x1bP(?:>\||[01]?[$+]r)[^\x1b]*\x1b\\|\x1b_G[^\x1b]*\x1b\\"
)
# The same, cut short anywhere.
_BEGUN = re.compile(
    rb"\x1b(?:\[(?:[?>][\d;]*|[46][\d;]*)?"
    rb"|P(?:>(?:\|[^\x1b]*\x1b?)?|[01]?(?:[$+](?:r[^\x1b]*\x1b?)?)?)?"
    rb"|_(?:G[^\x1b]*\x1b?)?)?\Z"
)
# So much that no key begins like it.
_SURELY = re.compile(rb"\x1b(?:\[[?>]|P(?:>|[01]?[$+])|_G)")
_LONGEST = 4096  # bytes; what goes on for longer is no reply
_ESCAPE = b"\x1b"


class Replies:
    """Takes in bytes, in pieces cut anywhere.

    found: the replies so far, whole, in the order they came.
    """

    def __init__(self) -> None:
        self.found: list[bytes] = []
        self._begun = b""
        self._escape_typed = False

    @property
    def complete(self) -> bool:
        """Whether the primary device attributes have come: the reply that every terminal gives."""
        return any(reply[:3] == b"\x1b[?" and reply[-1:] == b"c" for reply in self.found)

    @property
    def begun(self) -> bool:
        """Whether what came last may be the beginning of a reply."""
        return bool(self._begun)

    @property
    def surely_begun(self) -> bool:
        """Whether it is: no key begins like that."""
        return _SURELY.match(self._begun) is not None

    def feed(self, data: bytes) -> bytes:
        """The next bytes; the answer is what the user typed."""
        data = self._begun + data
        if self._escape_typed and _SURELY.match(_ESCAPE + data):
            data = _ESCAPE + data
        self._escape_typed = False
        typed = []
        end = 0
        for match in _REPLY.finditer(data):
            typed.append(data[end : match.start()])
            self.found.append(match.group())
            end = match.end()
        rest = data[end:]
        begun = _BEGUN.search(rest)
        if begun is None or len(begun.group()) > _LONGEST:
            self._begun = b""
        else:
            self._begun = begun.group()
            rest = rest[: begun.start()]
        return b"".join([*typed, rest])

    def give_up(self) -> bytes:
        """Nothing has followed for a while: what looked like a beginning was typed."""
        typed, self._begun = self._begun, b""
        self._escape_typed = typed == _ESCAPE or (self._escape_typed and not typed)
        return typed
