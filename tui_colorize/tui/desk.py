"""The document on the desk: what the parts of the app share, and how it is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.app import App
from textual.timer import Timer

from tui_colorize.errors import UserError
from tui_colorize.tui.canvas.marks import Overlay
from tui_colorize.tui.canvas.widget import Canvas
from tui_colorize.tui.engine import Coloring, Picture
from tui_colorize.tui.studio import Studio
from tui_colorize.tui.widgets.color_panel import ColorPanel
from tui_colorize.tui.widgets.foot import Foot
from tui_colorize.tui.widgets.hint_table import HintTable
from tui_colorize.tui.widgets.status_bar import StatusBar
from tui_colorize.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from tui_colorize.hints import Hint, HintSet
    from tui_colorize.tui.document import Document
    from tui_colorize.tui.source import Source

_REST = 0.15  # seconds that the cursor rests before colours are suggested for its place


@dataclass
class Wanted:
    """What was asked for before the network could answer."""

    suggestion: tuple[int, tuple[int, int]] | None = None
    places: int = 0


class Desk(App[None]):
    """The app without its keys: the picture and its document, shown by the widgets."""

    studio: Studio
    title_bar: TitleBar
    canvas: Canvas
    table: HintTable
    color_panel: ColorPanel
    foot: Foot
    status: StatusBar

    def __init__(self) -> None:
        super().__init__()
        self.source: Source | None = None
        self.document: Document | None = None
        self.coloring: Coloring | None = None
        self.to_do: list[Callable[[], object]] = []
        self.prepared: Picture | None = None
        self._solved: HintSet | None = None
        self.wanted = Wanted()
        self.suggested: tuple[tuple[int, int], list[tuple[str, float]]] | None = None
        self.places: list[tuple[int, int]] | None = None
        self.place = 0
        self._rest: Timer | None = None
        self._name_of: tuple[str, str] = ("", "")

    @property
    def suggested_place(self) -> tuple[int, int] | None:
        """The place that the suggestions on show are for."""
        return self.suggested[0] if self.suggested else None

    # Said to the user.

    def complain(self, sentence: str) -> None:
        """Something did not work."""
        self.notify(sentence, severity="error", timeout=8, markup=False)

    def say(self, text: str) -> None:
        """Something was done."""
        if text:
            self.foot.say(text)

    # The document as a whole.

    def begin_document(self, source: Source, given: HintSet | None) -> None:
        """Start on a picture. given: hints that win over those that were kept."""
        from tui_colorize.hints import HintSet
        from tui_colorize.tui.document import Document

        self.source = source
        self.coloring = None
        self.prepared = None
        self._solved = self.suggested = self.places = None
        self.wanted = Wanted()
        self.status.update(hints=0)
        count = len(source.kept)
        if given is None:
            label = f"restore {count} hints"
            self.document = Document.start(source.width, source.height, HintSet())
        else:
            label = "take the given hints"
            self.document = Document.start(source.width, source.height, source.kept or given)
        # So that undo leads to the others.
        history = self.document.history
        self.document.history = history.push(source.kept if given is None else given, label)
        if given is None and count:
            self.notify(
                f"{count} hint{'s' * (count != 1)} restored; r removes them all, u undoes.",
                markup=False,
            )

    def remember_now(self) -> None:
        """Keep the hints for the next time."""
        if self.source is not None and self.document is not None:
            self.studio.keep(self.source.digest, self.document.hints)

    def refresh_all(self) -> None:
        """Show the document as it is, and have it coloured if its hints have changed."""
        document = self.document
        if document is None:
            return
        self.canvas.mark(
            Overlay(document.cursor, tuple(document.hints), document.selected, document.brushing)
        )
        if self.canvas.viewport is not None:
            self.canvas.look(self.canvas.viewport.following(*document.cursor))
        self.table.show(document.hints, document.default_radius, document.selected)
        if document.hints is not self._solved:
            self._solved = document.hints
            self.places = None
            self.status.update(hints=len(document.hints))
            self.remember_now()
            if self.prepared is not None:
                self.studio.solve(document.hints)
        self._show_place()
        self._show_color()
        self._suggest_later()

    def _show_place(self) -> None:
        document, viewport = self.document, self.canvas.viewport
        if document is None or viewport is None or self.source is None:
            return
        x, y = document.cursor
        zoom = f"{viewport.fit_scale / viewport.scale:.0f}×" if viewport.zoom else "fit"
        doing = "brush" if document.brushing else zoom
        self.title_bar.place(
            f"{x},{y}  L {self._lightness():.0f}  r {document.new_radius}",
            f"{doing} · {self.canvas.view}",
        )

    def _show_color(self) -> None:
        from tui_colorize.color import at_lightness, color_name

        document = self.document
        if document is None or self.source is None:
            return
        if self._name_of[0] != document.color:
            self._name_of = document.color, color_name(document.color)
        here = at_lightness(document.color, self._lightness())
        self.color_panel.current.show(document.color, self._name_of[1], here)
        self.color_panel.recent.show(document.recent)

    def _lightness(self) -> float:
        """L under the cursor."""
        assert self.document is not None and self.source is not None
        return (self.prepared or self.source).lightness_at(*self.document.cursor)

    def near(self, hint: Hint) -> bool:
        """Whether a hint is on the dot of the canvas where the cursor is."""
        document, viewport = self.document, self.canvas.viewport
        if document is None or viewport is None:
            return False
        dot = viewport.to_canvas(*document.cursor)
        return dot is not None and dot == viewport.to_canvas(hint.x, hint.y)

    # Changing it.

    def edit(self, edit: Callable[[Document], str]) -> bool:
        """Do an edit, say what was done, show it. False: it was refused."""
        if self.document is None:
            return False
        try:
            self.say(edit(self.document))
        except UserError as error:
            self.complain(str(error))
            return False
        finally:
            self.refresh_all()
        return True

    def go(self, x: int, y: int) -> None:
        """Move the cursor there."""
        if self.document is not None:
            self.document.move_to(x, y)
            self.document.select_here(self.near)
            self.refresh_all()

    def focus_canvas(self) -> None:
        """Back to the picture."""
        raise NotImplementedError

    def focus_entry(self) -> None:
        """To the line where a colour is typed."""
        raise NotImplementedError

    def _suggest_later(self) -> None:
        document = self.document
        if document is None:
            return
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(_REST, self.suggest_now)

    def suggest_now(self) -> None:
        if self.document is not None and self.prepared is not None:
            self.studio.suggest(self.document.hints, *self.document.cursor)
