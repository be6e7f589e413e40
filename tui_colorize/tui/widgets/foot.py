"""The line above the status bar: keys that are of use now, what was just done, or a question."""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widgets import Static

from tui_colorize.tui.theme import shades
from tui_colorize.tui.widgets.entry import Entry

_STAYS = 6.0  # seconds
Keys = tuple[tuple[str, str], ...]
_PICTURE: Keys = (
    ("n", "where next"),
    ("1-9", "suggestion"),
    ("enter", "hint"),
    ("c", "colour"),
    ("u", "undo"),
    ("s", "save"),
    ("?", "help"),
    ("x", "remove"),
    ("+ -", "zoom"),
    ("v", "view"),
    ("b", "brush"),
    ("o", "open"),
    ("q", "quit"),
    ("g", "go to"),
    ("w", "uncertain"),
    ("V", "hide hints"),
    ("F", "picture alone"),
)
_FILM: Keys = (
    (", .", "frame"),
    ("p", "play"),
    ("< >", "hinted frame"),
    ("G", "lost hints"),
    ("e", "export"),
)
"""Besides, on a film."""
_ELSEWHERE: dict[str, Keys] = {
    "grid": (
        ("enter", "edit"),
        ("x", "delete"),
        ("d", "on, off"),
        ("space", "select"),
        ("y", "recolour"),
        ("a", "add"),
        ("tab", "colours"),
        ("esc", "picture"),
        ("u", "undo"),
        ("shift+↑↓", "select several"),
        ("( )", "size"),
        ("A", "select all"),
    ),
    "editor": (("enter", "accept"), ("esc", "leave as it was")),
    "entry": (
        ("enter", "take #rrggbb or a name"),
        ("↓", "gamut"),
        ("tab", "picture"),
        ("esc", "back"),
    ),
    "gamut": (
        ("← →", "hue"),
        ("↑ ↓", "chroma"),
        ("shift", "faster"),
        ("enter", "take"),
        ("esc", "back"),
        ("M", "palettes"),
    ),
    "swatches": (
        ("arrows", "choose"),
        ("enter", "take"),
        ("page down", "next palette"),
        ("esc", "back"),
        ("m", "gamut"),
    ),
}
"""By the name of what has the focus."""


class Foot(Horizontal):
    """Shows the main keys of what has the focus; says things for a while; asks for a line of text.

    answer: called with the purpose of the question and the line, None if it was called off.
    """

    def __init__(self, answer: Callable[[str, str | None], object], id: str | None = None) -> None:
        super().__init__(id=id)
        self._answer = answer
        self._words = Static(markup=False, id="words")
        self._label = Static(markup=False, id="question")
        self._entry = Entry(self._accept, id="answer")
        self._purpose = ""
        self._said = ""
        self._film = False
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        yield self._words
        yield self._label
        yield self._entry

    def on_mount(self) -> None:
        self._label.display = self._entry.display = False
        self.app.theme_changed_signal.subscribe(self, lambda _: self._show())
        self.watch(self.screen, "focused", self._focus_moved, init=False)
        self._show()

    def on_resize(self) -> None:
        self._show()

    def _focus_moved(self) -> None:
        """Back on the picture what was done is still of interest, elsewhere the keys are."""
        if self._elsewhere() and self._timer is not None:
            self._timer.stop()
            self._be_quiet()
        else:
            self._show()

    @property
    def purpose(self) -> str:
        """What is being asked; "" while nothing is."""
        return self._purpose

    def say(self, text: str) -> None:
        """Show this for a while."""
        self._said = text
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_STAYS, self._be_quiet)
        self._show()

    def show_keys(self, *, film: bool) -> None:
        """Whether the keys for films are among those shown."""
        if film != self._film:
            self._film = film
            self._show()

    def ask(self, purpose: str, question: str, text: str = "") -> None:
        """Ask for a line. text: what is offered."""
        self._purpose = purpose
        self._label.update(f" {question} ")
        self._entry.value = text
        self._entry.cursor_position = len(text)
        self._words.display = False
        self._label.display = self._entry.display = True
        self.screen.set_focus(self._entry)

    def call_off(self) -> None:
        """Take the question back."""
        if self._purpose:
            self._end(None)

    def _accept(self, text: str) -> None:
        self._end(text)

    def _end(self, text: str | None) -> None:
        purpose, self._purpose = self._purpose, ""
        self._words.display = True
        self._label.display = self._entry.display = False
        self._answer(purpose, text)

    def _be_quiet(self) -> None:
        self._said = ""
        self._show()

    def _show(self) -> None:
        ink = shades(self.app)
        if self._said:
            self._words.update(Text(f" {self._said}", style=ink.accent), layout=False)
            return
        line = Text(no_wrap=True)
        for key, does in self._keys():
            item = Text.assemble((f" {key}", ink.text), (f" {does} ", ink.dim))
            if line.cell_len + item.cell_len > self.size.width:
                break
            line.append_text(item)
        self._words.update(line, layout=False)

    def _keys(self) -> Keys:
        return self._elsewhere() or (*_FILM * self._film, *_PICTURE)

    def _elsewhere(self) -> Keys:
        """Of what has the focus; none where that is the picture."""
        focused = self.screen.focused
        return _ELSEWHERE.get(focused.id or "", ()) if focused is not None else ()
