"""Exports in the app: the screen for them, how far they are, and what has become of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual import work

from tui_colorize.terminaltext import printable
from tui_colorize.tui import messages
from tui_colorize.tui.keep import Keeping

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui_colorize.export import Listed, Request, Status
    from tui_colorize.hints import HintSet
    from tui_colorize.tui.screens.export import ExportScreen

_LOOK = 1.0  # seconds between looks while there is something to see


class Exporting(Keeping):
    """The part of the app that exports films; the work is done by processes of their own."""

    network_options: tuple[str, Path | None] = ("auto", None)
    """Device and weights."""

    def __init__(self) -> None:
        super().__init__()
        self.exports_at_work = 0
        self._exports: list[Listed] = []
        self._next_look: Timer | None = None
        self._export_screen: ExportScreen | None = None

    def film_on_desk(self) -> tuple[Path, HintSet] | None:
        """The film that is open, and its hints; None where there is none."""
        return None

    async def action_export(self) -> None:
        """Open the screen of exports."""
        from tui_colorize.tui.screens.export import ExportScreen

        film = self.film_on_desk()
        if film is None and not self._exports:
            self.say("there is no film to export")
            return
        request = None if film is None else self._offer(*film)
        self._export_screen = ExportScreen(request, self.watch_exports)
        await self.push_screen(self._export_screen)
        self._export_screen.show(self._exports)
        self.watch_exports()

    def _offer(self, source: Path, hints: HintSet) -> Request:
        """The export of the film that is open, as far as it is known."""
        from tui_colorize.export import Request
        from tui_colorize.video.codecs import SUFFIXES, codecs_for

        output = self.output
        if output is None or output.suffix.lower() not in SUFFIXES:
            holds = source.suffix.lower() in SUFFIXES
            output = source.with_name(f"{source.stem}-color{source.suffix if holds else '.mkv'}")
        device, weights = self.network_options
        return Request(
            source=str(source.absolute()),
            output=str(output),
            hints=tuple(hints),
            codec=codecs_for(output.suffix)[0],
            device=device,
            weights=None if weights is None else str(weights.absolute()),
            vividness=self.vividness,
        )

    def watch_exports(self) -> None:
        """Look how far all exports are, now, and then every second as long as any is at work."""
        if self._next_look is not None:
            self._next_look.stop()
        self._look_at_exports()

    @work(thread=True, exclusive=True, group="exports", exit_on_error=False)
    def _look_at_exports(self) -> None:
        from tui_colorize.export import Phase, all_exports

        listed = all_exports()
        ended = []
        for each in listed:
            if not (each.status.phase.active or each.export.seen):
                each.export.mark_seen()
                if each.status.phase is not Phase.CANCELLED:
                    ended.append(each)
        self.post_message(messages.ExportsSeen(listed, ended))

    def on_exports_seen(self, event: messages.ExportsSeen) -> None:
        if not (event.listed or self._exports):
            return
        self._exports = event.listed
        if self._export_screen is not None and self._export_screen.is_attached:
            self._export_screen.show(event.listed)
        active = [each.status for each in event.listed if each.status.phase.active]
        self.exports_at_work = len(active)
        if len(active) == 1:
            text = f"export {_shortly(active[0])}"
        else:
            text = f"{len(active)} exports" if active else ""
        if text != self.status.status.export:
            self.status.update(export=text)
        for each in event.ended:
            self._tell(each)
        if active:
            self._next_look = self.set_timer(_LOOK, self.watch_exports)

    def _tell(self, ended: Listed) -> None:
        from tui_colorize.export import Phase

        name, status = printable(ended.output), ended.status
        if status.phase is Phase.DONE:
            for notice in status.notices:
                self.notify(printable(notice), severity="warning", timeout=12, markup=False)
            self.notify(f"Exported to {name}", timeout=12, markup=False)
        else:
            self.complain(f"Export {status.phase}, {name}: {printable(status.message)}")


def _shortly(status: Status) -> str:
    from tui_colorize.export import Phase

    paused = status.phase is Phase.PAUSED
    return status.phase if paused or status.percent is None else f"{status.percent} %"
