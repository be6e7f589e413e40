"""Everything the app can do, in the command palette."""

from __future__ import annotations

from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tui_colorize.tui.keys import commands


class KeyCommands(Provider):
    """One command for each line of the key table."""

    async def discover(self) -> Hits:
        for key in commands():
            run = partial(self.app.run_action, key.action)
            yield DiscoveryHit(_title(key.does), run, help=key.shown)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for key in commands():
            title = _title(key.does)
            score = matcher.match(title)
            if score > 0:
                run = partial(self.app.run_action, key.action)
                yield Hit(score, matcher.highlight(title), run, help=key.shown)


def _title(does: str) -> str:
    return does[0].upper() + does[1:]
