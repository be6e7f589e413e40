"""The export of a film: where to and how; and all exports with their progress."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

import msgspec
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Label, Static

from tui_colorize.export import Export, Listed, PartsKeptError, Phase, Request, start
from tui_colorize.terminaltext import printable
from tui_colorize.tui.glass import ClosedOnce
from tui_colorize.tui.screens.question import Question
from tui_colorize.tui.studio import sentence
from tui_colorize.tui.typedpath import typed_path
from tui_colorize.tui.widgets.choice import Choice
from tui_colorize.tui.widgets.export_list import ExportList
from tui_colorize.video.codecs import CODECS, SUFFIXES

_ABOUT = {
    "x264": "H.264: every player shows it",
    "x265": "H.265: smaller files, slower",
    "av1": "the smallest files",
    "ffv1": "for keeping: the luma to the last bit",
    "x264-lossless": "the luma to the last bit, in H.264",
    "prores": "for cutting",
    "h264_nvenc": "H.264, encoded by the GPU",
    "hevc_nvenc": "H.265, encoded by the GPU",
}
_NONE = "–"
_AUTO = "auto"
_EVERY = {
    _AUTO: "the motion decides when the network looks again: fastest",
    "1": "the network looks at every frame",
    "2": "at every other frame",
    "4": "at every fourth frame",
    "8": "at every eighth frame",
}
_FORM_KEYS = " enter starts   ↑ ↓ choose   ← → change   tab exports   escape back"


class ExportScreen(ClosedOnce, ModalScreen[None]):
    """Starts exports of the film that is open, and steers all that there are.

    film: the export that is offered, None where no film is open. changed: is called when there is
    something new to look at; show() is told what.
    """

    CSS_PATH = Path(__file__).parents[1] / "export.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "back"),
        Binding("enter", "start", "start"),
        Binding("up", "step(-1)", "up"),
        Binding("down", "step(1)", "down"),
        Binding("tab,shift+tab", "change_part", "form or exports"),
    ]

    def __init__(self, film: Request | None, changed: Callable[[], object]) -> None:
        super().__init__()
        self._film, self._changed = film, changed
        self._offered = Path()
        self._list = ExportList(id="export-list")
        self._foot = Static(id="export-foot", markup=False)
        self._output = Input(id="export-output", compact=True, select_on_focus=False)
        self._output.cursor_blink = False  # a cursor that blinks is sent again and again
        self._codec = Choice([_NONE], _NONE, _ABOUT, id="export-codec")
        self._quality = Choice([_NONE], _NONE, id="export-quality")
        self._preset = Choice([_NONE], _NONE, id="export-preset")
        self._every = Choice([*_EVERY], _AUTO, _EVERY, id="export-every")

    def compose(self) -> ComposeResult:
        yield Static(self._title(), id="export-title", markup=False)
        if self._film is not None:
            with Vertical(id="export-form"):
                yield _row("Save as", self._output)
                yield _row("Codec", self._codec)
                yield _row("Quality", self._quality)
                yield _row("Preset", self._preset)
                yield _row("Network", self._every)
        yield self._list
        yield self._foot

    def on_mount(self) -> None:
        if self._film is None:
            self._list.focus()
        else:
            self._offer(Path(self._film.output))
            self._codec.offer([self._film.codec], self._film.codec)
            self._suit_codec()
            self._find_codecs()
        self.on_descendant_focus()

    def show(self, listed: Sequence[Listed]) -> None:
        """Show how far all exports are."""
        if self._list.is_mounted:
            self._list.show(listed)
            self._show_keys()

    def action_step(self, step: int) -> None:
        if step < 0:
            self.focus_previous()
        else:
            self.focus_next()

    def action_change_part(self) -> None:
        if self._list.has_focus and self._film is not None:
            self._output.focus()
        else:
            self._list.focus()

    def on_descendant_focus(self) -> None:
        self._show_keys()

    def on_option_list_option_highlighted(self) -> None:
        self._show_keys()

    def _show_keys(self) -> None:
        keys = self._list_keys() if self._list.has_focus else _FORM_KEYS
        if keys != self._foot.content:
            self._foot.update(keys)

    def _list_keys(self) -> str:
        """What can be done with the export under the cursor, and where to go from here."""
        chosen, keys = self._list.chosen, []
        phase = chosen.status.phase if chosen else None
        if phase is not None and phase.active:
            keys = ["p go on" if phase is Phase.PAUSED else "p pause", "c cancel"]
        elif phase is Phase.DONE:
            keys = ["x remove from the list"]
        elif phase is not None:
            keys = ["p go on", "x remove"]
        if self._film is not None:
            keys.append("tab new export")
        running = phase is not None and phase.active
        keys.append("escape back; exports run on" if running else "escape back")
        return " " + "   ".join(keys)

    def _title(self) -> str:
        if self._film is None:
            return " Exports"
        count = sum(hint.enabled for hint in self._film.hints)
        return (
            f" Export {printable(Path(self._film.source).name)} · {count} hint{'s' * (count != 1)}"
        )

    # The form.

    @work(thread=True, exit_on_error=False)
    def _find_codecs(self) -> None:
        from tui_colorize.video.codecs import available

        working = [name for name, trouble in available().items() if trouble is None]
        self.app.call_from_thread(self._offer_codecs, working)

    def _offer_codecs(self, names: Sequence[str]) -> None:
        if names:
            value = self._codec.value
            self._codec.offer(names, value if value in names else names[0])
            self._suit_codec()

    def on_choice_changed(self, event: Choice.Changed) -> None:
        event.stop()
        if self._codec.has_focus:
            self._suit_codec()

    def _suit_codec(self) -> None:
        """Offer what the chosen codec has, and a name that can hold it."""
        codec = CODECS[self._codec.value]
        if codec.crf is None:
            self._quality.offer([_NONE], _NONE)
        else:
            usual, most = codec.crf
            self._quality.offer([str(number) for number in range(most + 1)], str(usual))
        usual_preset = codec.preset or _NONE
        self._preset.offer(codec.presets or [_NONE], usual_preset)
        path = self._path()
        if path.suffix.lower() in SUFFIXES and path.suffix.lower() not in codec.suffixes:
            fitting = ".mkv" if ".mkv" in codec.suffixes else codec.suffixes[0]
            self._offer(path.with_suffix(fitting))

    def _offer(self, path: Path) -> None:
        self._offered = path
        self._output.value = printable(path)
        self._output.cursor_position = len(self._output.value)

    def _path(self) -> Path:
        return typed_path(self._output.value, self._offered)

    def _request(self, film: Request) -> Request:
        quality, preset, every = self._quality.value, self._preset.value, self._every.value
        return msgspec.structs.replace(
            film,
            output=str(self._path().absolute()),
            codec=self._codec.value,
            crf=None if quality == _NONE else int(quality),
            preset=None if preset == _NONE else preset,
            every=None if every == _AUTO else int(every),
        )

    # Starting.

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_start()

    def action_start(self) -> None:
        """Start the export, once it is settled what may be replaced."""
        if self._film is None or not self._output.value.strip():
            return
        request = self._request(self._film)
        if not os.path.lexists(request.output):
            self._start(request)
            return
        name = printable(Path(request.output).name)
        self._ask(
            f"{name} is there already. Replace it when the export is done?",
            lambda: self._start(msgspec.structs.replace(request, overwrite=True)),
        )

    def _start(self, request: Request, *, anew: bool = False) -> None:
        app = self.app  # which is not known any more once the screen is left

        def job() -> None:
            try:
                export = start(request, anew=anew)
            except PartsKeptError as error:
                app.call_from_thread(
                    self._ask,
                    f"{error}. Throw them away and begin anew?",
                    lambda: self._start(request, anew=True),
                )
            else:
                app.call_from_thread(self._started, export)

        self._do(job)

    def _started(self, export: Export) -> None:
        if self._list.is_mounted:
            self._list.choose(export.id)
            self._list.focus()

    # Steering.

    def on_export_list_steered(self, event: ExportList.Steered) -> None:
        event.stop()
        export, status = event.listed.export, event.listed.status
        if event.wish == "cancel":
            self._do(export.cancel)
        elif event.wish == "pause":
            works = status.phase.active and status.phase is not Phase.PAUSED
            self._do(export.pause if works else export.go_on)
        elif status.phase.active:
            self._complain("it is being exported: cancel that first")
        elif status.phase is Phase.DONE or not export.what_is_kept():
            self._do(export.remove)
        else:
            name = printable(event.listed.output.name)
            self._ask(
                f"What is finished of {name} is thrown away. Remove it?",
                lambda: self._do(export.remove),
            )

    def _do(self, action: Callable[[], object]) -> None:
        """In a thread, also when the screen is left at once: its own workers end with it."""
        app = self.app

        def job() -> None:
            try:
                action()
            except Exception as error:
                app.call_from_thread(self._complain, sentence(error))
            app.call_from_thread(self._changed)

        app.run_worker(job, thread=True, exit_on_error=False)

    def _ask(self, question: str, yes: Callable[[], object]) -> None:
        def answered(answer: bool | None) -> None:
            if answer:
                yes()

        self.app.push_screen(Question(question), answered)

    def _complain(self, sentence: str) -> None:
        self.notify(sentence, severity="error", timeout=8, markup=False)


def _row(name: str, widget: Widget) -> Horizontal:
    return Horizontal(Label(name), widget)
