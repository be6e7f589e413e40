"""A film plays in the terminal, at the rate that the link and the network allow."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from textual.timer import Timer

from tui_colorize.tui import messages
from tui_colorize.tui.film.shown import FilmShown

if TYPE_CHECKING:
    from tui_colorize.tui.film.player import Player

_TICK = 0.01  # seconds between two looks at the clock while a film plays


class Playing(FilmShown):
    """The part of the app that plays films."""

    def __init__(self) -> None:
        super().__init__()
        self._player: Player | None = None
        self._ticks: Timer | None = None

    @property
    def rate_shown(self) -> float | None:
        return self._player.rate if self._player is not None else None

    def action_play(self) -> None:
        if self._player is not None:
            self.stop()
            return
        if not self.at_film() or self.document is None or self._clip is None:
            return
        from tui_colorize.tui.film.player import Player

        self.drop()
        if self.document.frame == self._clip.count - 1:
            self.show_frame(0)
        self._player = Player(self._clip, self.document.frame, time.monotonic())
        self.canvas.moving = True
        self._ticks = self.set_interval(_TICK, self._tick)

    def stop(self) -> None:
        """Play no longer."""
        if self._ticks is not None:
            self._ticks.stop()
        if self._player is not None:
            self._player = self._ticks = None
            self.canvas.moving = False
            self.refresh_all()
            self.canvas.ask()

    def _tick(self) -> None:
        """Have the frame of this moment shown, unless another is still on its way."""
        document, clip, player = self.document, self._clip, self._player
        if document is None or clip is None or player is None:
            return
        if player.awaited is not None or not self.canvas.complete:
            return
        if document.frame == clip.count - 1:
            self.stop()
            return
        frame = player.due(time.monotonic())
        if frame != document.frame:
            player.awaited = frame
            self.show_frame(frame)

    def on_colorized(self, event: messages.Colorized) -> None:
        if self._player is not None and event.subject.source.frame == self._player.awaited:
            self.comes()

    def comes(self) -> None:
        if self._player is None:
            return
        self._player.drawn = True
        self.show_marks()
        if not self.canvas.size:  # hidden behind a panel: nothing is drawn
            self._showed()

    def on_frame_ready(self, event: messages.FrameReady) -> None:
        """The next frame is due no sooner: what is still being sent would be mixed with it."""
        if event.serial == self.studio.serial:
            self._showed()

    def _showed(self) -> None:
        player = self._player
        if player is not None and player.drawn:
            player.awaited, player.drawn = None, False
            player.showed(time.monotonic())
