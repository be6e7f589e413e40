"""The questions that are answered in the line at the bottom; most of them are about saving."""

from __future__ import annotations

from pathlib import Path

from tui_colorize.terminaltext import printable
from tui_colorize.tui import messages
from tui_colorize.tui.editing import Editing


class Saving(Editing):
    """The part of the app that saves, and asks before it overwrites."""

    output: Path | None

    def __init__(self) -> None:
        super().__init__()
        # What is offered may not look like what it is: a name may hold what must not be shown.
        self._offered: tuple[str, Path] = ("", Path())
        self._to_overwrite = Path()

    def action_save(self) -> None:
        """Ask for the name."""
        if self.source is None:
            self.say("there is no picture to save")
            return
        if self.studio.saving:
            self.say("still saving; once more in a moment")
            return
        stem = self.source.path.stem
        if self.source.film:
            path = self.source.path.with_name(f"{stem}-{self.source.frame}-color.png")
        else:
            path = self.output or self.source.path.with_name(f"{stem}-color.png")
        self._offered = printable(path), path
        self.foot.ask("save", "Save as:", self._offered[0])

    def answer(self, purpose: str, text: str | None) -> None:
        """A question was answered, or called off."""
        self.focus_canvas()
        if text is None:
            return
        if purpose == "go":
            self.go_to(text)
        elif purpose == "save" and text.strip():
            shown, path = self._offered
            self._save(path if text == shown else Path(text.strip()).expanduser(), False)
        elif purpose == "overwrite" and text.strip().lower() in ("y", "yes"):
            self._save(self._to_overwrite, True)

    def _save(self, path: Path, overwrite: bool) -> None:
        if self.subject is not None:
            self.status.update(activity="saving…")
            self.studio.save(self.subject, path, overwrite=overwrite)

    def on_saved(self, event: messages.Saved) -> None:
        self.status.update(activity="")
        self.notify(f"Saved to {printable(event.path)}", timeout=8, markup=False)

    def on_save_failed(self, event: messages.SaveFailed) -> None:
        self.status.update(activity="")
        if event.exists:
            self._to_overwrite = Path(event.path)
            name = printable(self._to_overwrite.name)
            self.foot.ask("overwrite", f"{name} is there already. Overwrite it? y or n:")
        else:
            self.complain(event.sentence)
