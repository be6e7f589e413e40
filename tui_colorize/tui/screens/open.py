"""The file picker: folders and pictures, filtered by typing, with a preview."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Key
from textual.screen import Screen
from textual.strip import Strip
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from tui_colorize.errors import reason
from tui_colorize.terminaltext import printable
from tui_colorize.tui.glass import LaidOutOnce
from tui_colorize.tui.preview import preview
from tui_colorize.tui.theme import shades
from tui_colorize.tui.typedpath import typed_path
from tui_colorize.tui.widgets.lines import Lines

_MOST = 2000  # entries shown; typing narrows them down
_PARENT = ".."


class OpenScreen(LaidOutOnce, Screen[Path | None]):
    """Answers with the chosen file, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "cancel", "back"),
        ("up", "step(-1)", "up"),
        ("down", "step(1)", "down"),
        ("pageup", "step(-10)", "up"),
        ("pagedown", "step(10)", "down"),
        ("tab", "step(1)", "down"),
        ("shift+tab", "step(-1)", "up"),
    ]

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._entries: list[tuple[Path, bool]] = []
        self._shown: list[tuple[Path, bool]] = []

    def compose(self) -> ComposeResult:
        yield Static(id="open-folder", markup=False)
        yield Input(placeholder="type to filter; a path opens it", id="open-filter", compact=True)
        with Horizontal(id="open-body"):
            files = OptionList(id="open-files", markup=False)
            files.can_focus = False
            yield files
            with Vertical(id="open-side"):
                yield Lines(id="open-preview")
        yield Static(
            " enter opens   ↑ ↓ choose   backspace up a folder   escape back", id="open-foot"
        )

    def on_mount(self) -> None:
        self.set_focus(self.query_one(Input))
        self._enter(self._folder)

    # The folder.

    def _enter(self, folder: Path) -> None:
        self._folder = folder
        self.query_one(Input).value = ""
        self.query_one("#open-folder", Static).update(
            Text(f" {printable(folder)}", no_wrap=True, overflow="ellipsis")
        )
        self._list(folder)

    @work(thread=True, exclusive=True, group="list", exit_on_error=False)
    def _list(self, folder: Path) -> None:
        from tui_colorize.imagefile import is_picture
        from tui_colorize.session import is_session
        from tui_colorize.tui.film.files import is_film

        folders, pictures, problem = [], [], ""
        try:
            for path in sorted(folder.iterdir(), key=lambda path: path.name.lower()):
                if path.is_dir():
                    if not path.name.startswith("."):
                        folders.append((path, True))
                elif is_picture(path) or is_session(path) or is_film(path):
                    pictures.append((path, False))
        except OSError as error:
            problem = f"{printable(folder)}: {reason(error)}"
        if not get_current_worker().is_cancelled:
            self.app.call_from_thread(self._listed, folder, [*folders, *pictures], problem)

    def _listed(self, folder: Path, entries: list[tuple[Path, bool]], problem: str) -> None:
        if folder != self._folder:
            return
        if problem:
            self.notify(problem, severity="error", markup=False)
        self._entries = entries
        self._filter()

    def _filter(self) -> None:
        wanted = self.query_one(Input).value.strip().lower()
        found = [entry for entry in self._entries if wanted in entry[0].name.lower()]
        self._shown = found[:_MOST]
        if not wanted and self._folder.parent != self._folder:
            self._shown.insert(0, (self._folder.parent, True))
        files = self.query_one(OptionList)
        files.clear_options()
        files.add_options(Option(self._label(*entry)) for entry in self._shown)
        # The first picture rather than the way up.
        first = next((i for i, entry in enumerate(self._shown) if not entry[1]), 0)
        if self._shown:
            files.highlighted = first
        else:
            self._show_preview([Strip([Segment("nothing here", self._words)])])

    def _label(self, path: Path, is_folder: bool) -> Text:
        if path == self._folder.parent and is_folder:
            return Text(f"{_PARENT}/", style=shades(self.app).dim, no_wrap=True)
        name = printable(path.name)
        if is_folder:
            return Text(
                f"{name}/", style=shades(self.app).accent, no_wrap=True, overflow="ellipsis"
            )
        return Text(name, no_wrap=True, overflow="ellipsis")

    # Keys and choices.

    def action_cancel(self) -> None:
        self.dismiss(None)

    def action_step(self, step: int) -> None:
        files = self.query_one(OptionList)
        if files.option_count:
            at = (files.highlighted or 0) + step
            files.highlighted = max(0, min(files.option_count - 1, at))

    def on_key(self, event: Key) -> None:
        if event.key == "backspace" and not self.query_one(Input).value:
            event.stop()
            self._enter(self._folder.parent)

    def on_input_changed(self) -> None:
        self._filter()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip()
        typed = typed_path(text)
        if not typed.is_absolute():
            typed = self._folder / typed
        there = False
        with suppress(OSError):  # a name that is too long
            there = bool(text) and typed.exists()
        if there and ("/" in text or not self._shown):
            self._choose(typed, typed.is_dir())
            return
        index = self.query_one(OptionList).highlighted
        if index is not None and index < len(self._shown):
            self._choose(*self._shown[index])

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._choose(*self._shown[event.option_index])

    def _choose(self, path: Path, is_folder: bool) -> None:
        if is_folder:
            self._enter(path)
        else:
            self.dismiss(path)

    # The preview.

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if event.option_index < len(self._shown):
            self._preview(*self._shown[event.option_index])

    def on_resize(self) -> None:
        files = self.query_one(OptionList)
        if files.highlighted is not None and files.highlighted < len(self._shown):
            self._preview(*self._shown[files.highlighted])

    @work(thread=True, exclusive=True, group="preview", exit_on_error=False)
    def _preview(self, path: Path, is_folder: bool) -> None:
        size = self.query_one(Lines).size
        picture: list[Strip] = []
        if all(folder for _, folder in self._entries):
            picture = [Strip([Segment("no pictures or films here", self._words)])]
        if not is_folder and size.width > 4 and size.height > 2:
            picture = preview(path, size.width - 2, size.height - 1, self._words, self.app.console)
        if not get_current_worker().is_cancelled:
            self.app.call_from_thread(self._show_preview, picture)

    def _show_preview(self, picture: list[Strip]) -> None:
        self.query_one(Lines).show(picture)

    @property
    def _words(self) -> Style:
        """Of what is said in the place of a picture, or about it."""
        theme = shades(self.app)
        return Style(color=theme.dim, bgcolor=theme.ground)
