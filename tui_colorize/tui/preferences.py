"""What the user chooses once and for all: the theme, and how little is to be sent."""

from __future__ import annotations

from dataclasses import replace

from tui_colorize.errors import UserError
from tui_colorize.tui.desk import Desk
from tui_colorize.tui.settings import Settings, load_settings, save_settings
from tui_colorize.tui.theme import THEMES

_SWITCH = ("off", "on")


class Preferences(Desk):
    """The part of the app that keeps the settings and acts on them."""

    def __init__(self) -> None:
        super().__init__()
        self.settings = load_settings()
        for theme in THEMES.values():
            self.register_theme(theme)
        self.theme = self.settings.theme if self.settings.theme in THEMES else "dark"

    def action_theme(self, name: str) -> None:
        """Change the colours of everything that is not the picture."""
        self.theme = name
        self.show_table()  # its rows have their inks with them
        self._keep(replace(self.settings, theme=name), f"{name} theme")

    def on_mount(self) -> None:
        self.canvas.low_bandwidth = self.settings.low_bandwidth

    def action_low_bandwidth(self) -> None:
        """Send as little of the pictures as can be, or show them as well as can be."""
        low = not self.settings.low_bandwidth
        self.canvas.low_bandwidth = low
        done = replace(self.settings, low_bandwidth=low, offered=True)
        self._keep(done, f"low bandwidth: {_SWITCH[low]}")

    def slow_link(self) -> None:
        """Propose low bandwidth: once and for all, and not where it has been tried already."""
        if self.settings.offered or self.settings.low_bandwidth:
            return
        self._keep(replace(self.settings, offered=True), "")
        self.notify(
            "Pictures take long on this link. Low bandwidth halves them: ctrl+p, then type low.",
            timeout=15,
        )

    def _keep(self, settings: Settings, done: str) -> None:
        self.settings = settings
        try:
            save_settings(settings)
        except UserError as error:
            self.complain(str(error))
        else:
            self.say(done)
