"""The questions that are answered in the line at the bottom; most of them are about saving."""

from __future__ import annotations

from pathlib import Path

from tui_colorize.terminaltext import printable
from tui_colorize.tui import messages
from tui_colorize.tui.editing import Editing
from tui_colorize.tui.subject import Subject
from tui_colorize.tui.typedpath import typed_path


class Saving(Editing):
    """The part of the app that saves, and asks before it overwrites."""

    output: Path | None

    def __init__(self) -> None:
        super().__init__()
        self._offered = Path()
        self._to_save: Subject | None = None  # what was on show when the name was asked for
        self._to_overwrite = Path()

    def action_save(self) -> None:
        """Ask for the name."""
        self.stop()  # first of all: it is the frame on show that is saved
        subject, document = self.subject, self.document
        if subject is None or document is None:
            self.say("there is no picture to save")
            return
        source = subject.source
        if self.studio.saving or source.frame != document.frame:
            busy = "saving" if self.studio.saving else "reading the frame"
            self.say(f"still {busy}; once more in a moment")
            return
        self._to_save = subject
        stem = source.path.stem
        if source.film:
            self._offered = source.path.with_name(f"{stem}-{source.frame}-color.png")
        else:
            self._offered = self.output or source.path.with_name(f"{stem}-color.png")
        self.ask("save", "Save as:", printable(self._offered))

    def ask_to_overwrite(self, purpose: str, path: Path) -> None:
        """Ask whether what is there may be replaced."""
        self.ask(purpose, f"{printable(path.name)} is there already. Overwrite it? y or n:")

    def answer(self, purpose: str, text: str | None) -> None:
        """A question was answered, or called off."""
        self.focus_canvas()
        if text is None:
            return
        if purpose == "go":
            self.go_to(text)
        elif purpose == "save" and text.strip():
            self._save(typed_path(text, self._offered), False)
        elif purpose == "overwrite" and text.strip().lower() in ("y", "yes"):
            self._save(self._to_overwrite, True)

    def _save(self, path: Path, overwrite: bool) -> None:
        if self._to_save is not None:
            self.status.update(activity="saving…")
            self.studio.save(self._to_save, path, overwrite=overwrite)

    def on_saved(self, event: messages.Saved) -> None:
        self.status.update(activity="")
        self.notify(f"Saved to {printable(event.path)}", timeout=8, markup=False)

    def on_save_failed(self, event: messages.SaveFailed) -> None:
        self.status.update(activity="")
        if event.exists:
            self._to_overwrite = Path(event.path)
            self.ask_to_overwrite("overwrite", self._to_overwrite)
        else:
            self.complain(event.sentence)
