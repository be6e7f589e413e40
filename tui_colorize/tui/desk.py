"""The document on the desk: what the parts of the app share, and how it is shown."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from textual.timer import Timer

from tui_colorize.errors import UserError
from tui_colorize.tui.canvas.display import Display
from tui_colorize.tui.canvas.marks import Overlay
from tui_colorize.tui.canvas.widget import Canvas
from tui_colorize.tui.engine import Coloring, Picture
from tui_colorize.tui.studio import Studio
from tui_colorize.tui.subject import Subject
from tui_colorize.tui.widgets.color_panel import ColorPanel
from tui_colorize.tui.widgets.foot import Foot
from tui_colorize.tui.widgets.hint_table import HintTable
from tui_colorize.tui.widgets.status_bar import StatusBar
from tui_colorize.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from tui_colorize.hints import Hint, HintSet
    from tui_colorize.tui.document import Document
    from tui_colorize.tui.source import Source

# Seconds that the cursor rests before colours are suggested for its place: longer than between
# steps, because what the panels then show is several times as much as a step. After quick steps, or
# a single one, that is known sooner. Digits ask at once, and so does what goes to a chosen place.
_REST = 0.5
_SOONEST = 0.3  # of that
_PACES = 3  # times the time between two steps
_WALK = 1.5  # seconds; steps further apart than this are single ones
_LIGHTER = 8.0  # L by which a place differs before the slice of the gamut is drawn anew for it


class Question(NamedTuple):
    """A key that needs the network: so many steps to an uncertain place, or else the suggestion of
    that number for a place, None: where the cursor will be by then."""

    step: int = 0
    number: int = 0
    place: tuple[int, int] | None = None


@dataclass
class Wanted:
    """What was asked for before the network could answer, and what comes after that."""

    suggestion: tuple[int, tuple[int, int]] | None = None
    step: int = 0  # from one uncertain place to another
    later: list[Question] = field(default_factory=list)


class Desk(Display):
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
        # Source, hints, memory and vividness that the network was given last.
        self._solved: tuple[object, ...] = (None, None, None, None)
        self.usual_vividness: float | None = None
        self.wanted = Wanted()
        self.suggested: tuple[tuple[int, int], list[tuple[str, float]]] | None = None
        self.places: list[tuple[int, int]] | None = None
        self.place = 0
        self._rest: Timer | None = None
        self._stepped: tuple[float, object] = (0.0, None)  # when the cursor last did; _solved then
        self.unmarked: HintSet | None = None  # hints that are not marked as long as they stay these
        self._name_of: tuple[str, str] = ("", "")

    @property
    def subject(self) -> Subject | None:
        """What the network is to colour now."""
        if self.source is None or self.document is None:
            return None
        return Subject(self.source, self.document.present[1])

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

    def put_on_desk(self, source: Source, document: Document) -> None:
        """Work on this picture from now on."""
        self.source = source
        self.document = document
        self.coloring = None
        self.prepared = None
        self._solved = (None, None, None, None)
        self.suggested = self.places = None
        self.wanted = Wanted()
        self.status.update(hints=0)

    def remember_now(self) -> None:
        """Keep the work as it is."""
        raise NotImplementedError

    def refresh_all(self) -> None:
        """Show the document as it is, and have it coloured if its hints have changed."""
        document = self.document
        if document is None:
            return
        self.show_marks()
        if self.canvas.viewport is not None:
            self.canvas.look(self.canvas.viewport.following(*document.cursor))
        self.show_table()
        self.color_anew()
        self._show_place()
        self._show_color()
        self._suggest_later()

    def show_marks(self) -> None:
        """Show where the cursor and the hints are."""
        document = self.document
        if document is not None:
            self.canvas.mark(
                Overlay(
                    document.cursor,
                    () if document.hints is self.unmarked else document.shown,
                    document.selected,
                    document.brushing,
                    document.followed_here,
                )
            )

    def show_table(self) -> None:
        """Show the hints in the table."""
        document = self.document
        if document is not None:
            hints, selected = document.hints, document.selected
            self.table.show(hints, document.default_radius, selected, document.marked)

    def color_anew(self) -> None:
        """Have the picture coloured if that was not done with these hints."""
        document, subject = self.document, self.subject
        if document is None or subject is None or subject.source.frame != document.frame:
            return
        wanted = subject.source, subject.hints, subject.memory, document.vividness
        if all(one is other for one, other in zip(wanted, self._solved, strict=True)):
            return
        self._solved = wanted
        self.studio.vividness = document.vividness
        self.places = None
        self.status.update(hints=len(document.hints))
        if self.prepared is not None:
            self.studio.solve(subject)

    def _show_place(self) -> None:
        self.remember_now()
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
        from tui_colorize.color import color_name

        document = self.document
        if document is None or self.source is None:
            return
        changed = self._name_of[0] != document.color
        if changed:
            self._name_of = document.color, color_name(document.color)
        self.color_panel.current.show(*self._name_of)
        self.color_panel.swatches.show(document.recent)
        if changed:
            self.show_gamut()

    def show_gamut(self) -> None:
        """Show the gamut at the very lightness under the cursor, and the colour in hand there."""
        from tui_colorize.color import at_lightness

        if self.document is not None and self.source is not None:
            lightness, color = self._lightness(), self.document.color
            self.color_panel.current.show_here(at_lightness(color, lightness))
            self.color_panel.gamut.show(lightness, color)

    def on_gamut_shown(self) -> None:
        self.show_gamut()

    def rested(self) -> None:
        """The cursor rests: only now is shown what would have to be sent with every step."""
        if self._rest is not None:
            self._rest.stop()
        from tui_colorize.color import at_lightness

        if self.document is None or self.source is None:
            return
        lightness = self._lightness()
        lighter = abs(lightness - self.color_panel.gamut.lightness) >= _LIGHTER
        if lighter and not self.canvas.low_bandwidth:
            self.show_gamut()
        else:
            self.color_panel.current.show_here(at_lightness(self.document.color, lightness))
        self.suggest_now()

    def _lightness(self) -> float:
        """L under the cursor."""
        assert self.document is not None and self.source is not None
        known = self.source if self.source.film else self.prepared or self.source
        return known.lightness_at(*self.document.cursor)

    def near(self, hint: Hint) -> bool:
        """Whether a hint is on the dot of the canvas where the cursor is."""
        document, viewport = self.document, self.canvas.viewport
        if document is None or viewport is None:
            return False
        x, y = document.cursor
        reach = 2 * viewport.scale + 2  # a dot may be higher than wide
        if abs(hint.x - x) > reach or abs(hint.y - y) > reach:  # most hints, and soon told
            return False
        dot = viewport.to_canvas(x, y)
        return dot is not None and dot == viewport.to_canvas(hint.x, hint.y)

    # Changing it.

    def edit(self, edit: Callable[[Document], str]) -> bool:
        """Do an edit, say what was done, show it. False: it was refused."""
        if self.document is None:
            return False
        before = self._solved
        try:
            self.say(edit(self.document))
        except UserError as error:
            self.complain(str(error))
            return False
        finally:
            self.refresh_all()
        if self._solved is not before and self.prepared is not None:
            self.hold_back()
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
        self._rest = self.set_timer(self._until_rest(), self.rested)

    def _until_rest(self) -> float:
        """Seconds without a step after which this one was the last."""
        (before, solved), now = self._stepped, time.monotonic()
        self._stepped = now, self._solved
        if solved is not self._solved:
            return _REST  # a hint has changed: the picture comes first
        wait = 0.0 if now - before > _WALK else _PACES * (now - before)
        return min(_REST, max(_SOONEST * _REST, wait))

    def suggest_now(self) -> None:
        """Ask for the colours of the place that a digit waits for, or else of the cursor."""
        if self.document is not None and self.source is not None and self.prepared is not None:
            wanted = self.wanted.suggestion
            place = self.document.cursor if wanted is None else wanted[1]
            self.studio.suggest(*place)
