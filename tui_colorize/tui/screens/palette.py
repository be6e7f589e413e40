"""Everything the app can do, in the command palette."""

from __future__ import annotations

from functools import partial

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from tui_colorize.tui.glass import Glass
from tui_colorize.tui.keys import Key, commands

_WIDTH = 42  # of a command, before its key


class Palette(Glass, CommandPalette):
    """Textual's, on the picture as it is."""

    DEFAULT_CSS = "Palette { background: transparent; }"


class KeyCommands(Provider):
    """One command for each line of the key table."""

    async def discover(self) -> Hits:
        for key in commands():
            run = partial(self.app.run_action, key.action)
            title = _title(key.does)
            yield DiscoveryHit(_line(Content(title), key), run, text=title)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for key in commands():
            title = _title(key.does)
            score = matcher.match(title)
            if score > 0:
                run = partial(self.app.run_action, key.action)
                yield Hit(score, _line(matcher.highlight(title), key), run, text=title)


def _title(does: str) -> str:
    return does[0].upper() + does[1:]


def _line(title: Content, key: Key) -> Content:
    """The command, and the key that does the same."""
    return title.pad_right(max(1, _WIDTH - title.cell_length)) + Content.styled(key.shown, "dim")
