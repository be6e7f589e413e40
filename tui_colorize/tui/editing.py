"""The keys, clicks and answers that change the document or go about in the picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.app import App
from textual.timer import Timer

from tui_colorize.errors import UserError
from tui_colorize.tui import messages
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
class _Wanted:
    """What was asked for before the network could answer."""

    suggestion: tuple[int, tuple[int, int]] | None = None
    places: int = 0


class Editing(App[None]):
    """The part of the app that works on the document. Does nothing while there is no picture."""

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
        self._to_do: list[Callable[[], object]] = []
        self._picture: Picture | None = None
        self._solved: HintSet | None = None
        self._wanted = _Wanted()
        self._suggested: tuple[tuple[int, int], list[tuple[str, float]]] | None = None
        self._places: list[tuple[int, int]] | None = None
        self._place = 0
        self._dragged: int | None = None
        self._rest: Timer | None = None
        self._name_of: tuple[str, str] = ("", "")

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
        self._picture = None
        self._solved = self._suggested = self._places = None
        self._wanted = _Wanted()
        self.document = Document.start(source.width, source.height, given or HintSet())
        self.status.update(hints=0)
        if given is None and source.kept:
            count = len(source.kept)
            document = self.document
            document.history = document.history.push(source.kept, f"restore {count} hints")
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
            self._places = None
            self.status.update(hints=len(document.hints))
            self.remember_now()
            if self._picture is not None:
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
        return (self._picture or self.source).lightness_at(*self.document.cursor)

    def near(self, hint: Hint) -> bool:
        """Whether a hint is on the dot of the canvas where the cursor is."""
        document, viewport = self.document, self.canvas.viewport
        if document is None or viewport is None:
            return False
        dot = viewport.to_canvas(*document.cursor)
        return dot is not None and dot == viewport.to_canvas(hint.x, hint.y)

    # Moving.

    def action_move(self, dx: int, dy: int) -> None:
        document, viewport = self.document, self.canvas.viewport
        if document is None or viewport is None:
            return
        if document.brushing:
            for _ in range(max(abs(dx), abs(dy))):
                step = (dx > 0) - (dx < 0), (dy > 0) - (dy < 0)
                document.move_to(*viewport.step(*document.cursor, *step))
                document.dab(self.near)
        else:
            document.move_to(*viewport.step(*document.cursor, dx, dy))
            document.select_here(self.near)
        self.refresh_all()

    def _go(self, x: int, y: int) -> None:
        if self.document is not None:
            self.document.move_to(x, y)
            self.document.select_here(self.near)
            self.refresh_all()

    def action_go_to(self) -> None:
        if self.document is not None:
            self.foot.ask("go", "Go to x,y:")

    def go_to(self, text: str) -> None:
        """An answer to "Go to"."""
        document = self.document
        numbers = text.replace(",", " ").split()
        if document is None:
            return
        if len(numbers) != 2 or not all(number.isdecimal() for number in numbers):
            self.complain("Go to needs two whole numbers, as in 120,88.")
            return
        x, y = int(numbers[0]), int(numbers[1])
        if x >= document.width or y >= document.height:
            self.complain(f"{x},{y} is outside the picture, {document.width} × {document.height}.")
            return
        self._go(x, y)

    def action_step_hint(self, step: int) -> None:
        if self.document is not None:
            self.say(self.document.step_hint(step) or "no hints yet")
            self.refresh_all()

    def action_uncertain(self, step: int) -> None:
        document = self.document
        if document is None:
            return
        if self._places is None:
            asked, self._wanted.places = self._wanted.places, self._wanted.places + step
            if not asked and self._picture is not None:
                self._find_places()
            return
        self._step_place(step)

    def _find_places(self) -> None:
        if self.document is not None:
            size = (self.document.width, self.document.height)
            self.studio.find_places(self.document.hints, size)

    def on_places_found(self, event: messages.PlacesFound) -> None:
        document = self.document
        if document is None or event.serial != self.studio.serial:
            return
        steps, self._wanted.places = self._wanted.places, 0
        if event.hints != document.hints:
            return
        self._places = event.places
        self._place = -1 if steps > 0 else 0
        self._step_place(steps)

    def _step_place(self, step: int) -> None:
        if not self._places:
            self.say("no place stands out")
            return
        self._place = (self._place + step) % len(self._places)
        self._go(*self._places[self._place])
        self.say(f"uncertain place {self._place + 1} of {len(self._places)}")

    # Hints.

    def _edit(self, edit: Callable[[Document], str]) -> bool:
        """Do an edit, say what was done, show it."""
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

    def action_put(self) -> None:
        self._edit(lambda document: document.put(self.near))

    def action_suggestion(self, number: int) -> None:
        document = self.document
        if document is None:
            return
        if self._suggested is not None and self._suggested[0] == document.cursor:
            self._put_suggestion(number, document.cursor)
        else:
            self._wanted.suggestion = number, document.cursor
            self._suggest_now()

    def _put_suggestion(self, number: int, place: tuple[int, int]) -> None:
        assert self._suggested is not None
        colors = self._suggested[1]
        if number > len(colors):
            self.say(f"there is no suggestion {number} here")
            return
        self._edit(lambda document: document.put_at(place, self.near, colors[number - 1][0]))

    def on_suggestion_clicked(self, event: messages.SuggestionClicked) -> None:
        self.action_suggestion(event.number)

    def action_remove(self) -> None:
        self._edit(lambda d: d.remove(d.nearest(self.near)) or "no hints yet")

    def action_reset(self) -> None:
        self._edit(lambda document: document.reset() or "no hints yet")

    def action_grow(self, step: int) -> None:
        self._edit(lambda document: document.grow(step, self.near))

    def action_undo(self) -> None:
        self._edit(lambda document: document.undo())

    def action_redo(self) -> None:
        self._edit(lambda document: document.redo())

    def action_brush(self) -> None:
        document = self.document
        if document is None:
            return
        if document.brushing:
            self.end_brush()
            return
        document.begin_stroke()
        document.brushing = True
        document.dab(self.near)
        self.say("brush: moving paints; b or escape ends it")
        self.refresh_all()

    def end_brush(self) -> None:
        """The stroke is one step of undo."""
        document = self.document
        if document is not None and document.brushing:
            document.brushing = False
            document.end_stroke()
            self.say("brush ended")
            self.refresh_all()

    # Colour.

    def action_type_color(self) -> None:
        if self.document is not None:
            self.focus_entry()

    def enter_color(self, text: str) -> None:
        """A colour was typed or clicked."""
        if self._edit(lambda document: document.take_color(text)):
            self.color_panel.entry.value = ""
            self.focus_canvas()

    def action_pick_color(self) -> None:
        document = self.document
        if document is None:
            return
        if self.coloring is None:
            self.say("no colours yet")
            return
        x, y = document.cursor
        pixel = self.coloring.render((1, 1), (x, y, x + 1, y + 1))[0, 0].tolist()
        self._edit(lambda document: document.take_color("#{:02x}{:02x}{:02x}".format(*pixel)))

    # The view.

    def action_zoom(self, step: int) -> None:
        if self.document is not None and self.canvas.viewport is not None:
            self.canvas.look(self.canvas.viewport.zoomed(step, *self.document.cursor))
            self._show_place()

    def action_next_view(self) -> None:
        self.canvas.set_view(self.canvas.view.next)
        self._show_place()

    def focus_canvas(self) -> None:
        """Back to the picture."""
        raise NotImplementedError

    def focus_entry(self) -> None:
        """To the line where a colour is typed."""
        raise NotImplementedError

    # The table and the mouse.

    def edit_cell(self, index: int, column: str, text: str) -> bool:
        """A cell of the table was given a new text."""
        return self._edit(lambda document: document.edit(index, column, text))

    def on_hint_selected(self, event: messages.HintSelected) -> None:
        document = self.document
        if document is None or event.index >= len(document.hints):
            return
        if event.index != document.selected:
            document.select(event.index)
            self.refresh_all()

    def on_add_row_pressed(self) -> None:
        self._edit(lambda document: document.add_row())

    def on_delete_pressed(self) -> None:
        self._edit(lambda document: document.remove(self.table.row) or "no hints yet")

    def on_reset_pressed(self) -> None:
        self.action_reset()

    def on_picture_clicked(self, event: messages.PictureClicked) -> None:
        self._go(event.x, event.y)
        if event.double:
            self.action_put()

    def on_picture_dragged(self, event: messages.PictureDragged) -> None:
        document = self.document
        if document is None:
            return
        if self._dragged is None:
            document.move_to(*event.start)
            self._dragged = document.here(self.near)
            document.begin_stroke()
        index = self._dragged
        if index is not None:
            self._edit(lambda document: document.drag(index, *event.end))
        else:
            self._go(*event.end)
        if event.done:
            document.end_stroke()
            self._dragged = None

    # Answers of the network.

    def on_engine_ready(self, event: messages.EngineReady) -> None:
        if event.serial != self.studio.serial or self.document is None:
            return
        self._picture = event.picture
        self.status.update(device=event.device, network=event.network_size, activity="")
        self.studio.solve(self.document.hints)
        if self._wanted.places:
            self._find_places()
        self._suggest_now()

    def on_colorized(self, event: messages.Colorized) -> None:
        if event.serial == self.studio.serial:
            self.coloring = event.coloring
            self.status.update(latency=event.milliseconds)
            self.canvas.ask()

    def on_render_failed(self, event: messages.RenderFailed) -> None:
        if event.serial == self.studio.serial:
            self._wanted = _Wanted()
            self.status.update(activity="")
            self.complain(event.sentence)

    def _suggest_later(self) -> None:
        document = self.document
        if document is None:
            return
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(_REST, self._suggest_now)

    def _suggest_now(self) -> None:
        if self.document is not None and self._picture is not None:
            self.studio.suggest(self.document.hints, *self.document.cursor)

    def on_suggested(self, event: messages.Suggested) -> None:
        if event.serial != self.studio.serial or self.document is None:
            return
        place = (event.x, event.y)
        self._suggested = place, event.colors
        self.color_panel.suggestions.show(event.colors)
        wanted = self._wanted.suggestion
        if wanted is not None and wanted[1] == place:
            self._wanted.suggestion = None
            self._put_suggestion(*wanted)
