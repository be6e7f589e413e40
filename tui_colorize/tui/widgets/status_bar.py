"""The bottom line: what is being worked on, with what, and how fast."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from rich.text import Text
from textual.geometry import Size
from textual.widget import Widget

from tui_colorize.clock import clock_with_tenths
from tui_colorize.tui.theme import SHADES, Shades, shades


@dataclass(frozen=True)
class FilmStatus:
    """frame: from 0. time: of it, in seconds. fps: frames a second; shown: of those when playing.

    tracked, lost: hints of other frames that were followed to this one, or were not.
    """

    frame: int
    frames: int
    time: float
    fps: float
    shown: float | None
    tracked: int
    lost: int

    def variants(self) -> list[list[str]]:
        """The same in fewer and fewer characters."""
        place = f"{self.frame}/{self.frames}"
        time = clock_with_tenths(self.time)
        fps = f"{self.fps:.4g} fps"
        if self.shown is not None:
            fps = f"{self.shown:.0f} of {fps}"
        full = [f"frame {place}", time, fps, f"{self.tracked} tracked", f"{self.lost} lost"]
        short = [place, time, fps, f"{self.tracked} tracked {self.lost} lost"]
        return [full, short, [place, time, fps, f"{self.tracked}t {self.lost}l"]]


@dataclass
class Status:
    """The metrics. None: not known yet. film: what is to be said of the frame of a film."""

    size: tuple[int, int] | None = None
    levels: int | None = None
    hints: int = 0
    network: int | None = None
    device: str | None = None
    latency: float | None = None
    graphics: str = ""
    activity: str = ""
    film: FilmStatus | None = None
    export: str = ""

    def variants(self) -> list[list[list[str]]]:
        """The same in fewer and fewer characters, by what is said; the activity is the first to go,
        and whole words go last."""
        size = "no picture" if self.size is None else f"{self.size[0]}×{self.size[1]}"
        levels = "…" if self.levels is None else str(self.levels)
        network = "…" if self.network is None else str(self.network)
        device = self.device or "…"
        latency = "–" if self.latency is None else f"{self.latency:.0f}"
        hints = f"{self.hints} hint{'' if self.hints == 1 else 's'}"
        film = self.film.variants() if self.film else [[], [], []]
        full = [
            *film[0],
            size,
            f"{levels} grays",
            hints,
            f"network {network}",
            device,
            f"{latency} ms",
            self.graphics,
        ]
        short = [*film[1], size, f"{levels} grays", hints, f"net {network}", *full[-3:]]
        least = [
            *film[2],
            size,
            f"{levels}g",
            f"{self.hints}h",
            f"n{network}",
            device,
            f"{latency}ms",
            self.graphics.partition("-")[0],
        ]
        export = [self.export] if self.export else []
        activity = [self.activity] if self.activity else []
        full, short = full + export, short + export
        return [[full + activity, short + activity], [full, short], [least + export]]


class StatusBar(Widget):
    """Shows a Status in as many words as fit."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.status = Status()

    def update(self, **changes: object) -> None:
        """Change some of the metrics."""
        for name, value in changes.items():
            setattr(self.status, name, value)
        self.refresh()

    def render(self) -> Text:
        return compose_status(self.status, self.size, shades(self.app))


def compose_status(status: Status, size: Size, ink: Shades = SHADES["dark"]) -> Text:
    """The longest variant that fits; the shortest, cut at a whole item, where none does."""
    for alike in status.variants():
        for separator, parts in product((" │ ", "  ", " "), alike):
            line = _join(parts, separator, ink, active=parts[-1] == status.activity)
            if line.cell_len <= size.width:
                return line
    while len(parts) > 1 and _join(parts, " ", ink).cell_len > size.width:
        parts = parts[:-1]
    return _join(parts, " ", ink)


def _join(parts: list[str], separator: str, ink: Shades, *, active: bool = False) -> Text:
    line = Text(" ", no_wrap=True, style=ink.quiet)
    for index, part in enumerate(parts):
        if index:
            line.append(separator, ink.faint)
        line.append(part, ink.accent if active and index == len(parts) - 1 else "")
    return line
