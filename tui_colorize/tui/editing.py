"""The keys and clicks that move the cursor and change the hints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_colorize.tui import messages
from tui_colorize.tui.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_colorize.tui.document import Document

_SPACING = 2.0  # dots


class Editing(Desk):
    """The part of the app that works on the document. Does nothing while there is no picture."""

    go_to_what = "Go to x,y:"

    def __init__(self) -> None:
        super().__init__()
        self._dragged: int | None = None
        self._drag_from: tuple[int, int] | None = None

    # Moving.

    def action_move(self, dx: int, dy: int) -> None:
        document, viewport = self.document, self.canvas.viewport
        if document is None or viewport is None:
            return
        place = viewport.step(*document.cursor, dx, dy)
        if document.brushing:
            document.paint(*place, self.near, self._spacing())
            self.refresh_all()
        else:
            self.go(*place)

    def go(self, x: int, y: int) -> None:
        """Move the cursor there; a line follows, hints are no longer selected together."""
        document = self.document
        if document is not None:
            document.mark(())
            document.move_to(x, y)
            if document.line_from is not None:
                self.say(document.stretch_line(self._spacing()))
            else:
                document.select_here(self.near)
            self.refresh_all()

    def stop(self) -> None:
        """Play no longer, where this is a film that plays."""

    def ask(self, purpose: str, question: str, text: str = "") -> None:
        """Ask for a line in the foot; nothing plays meanwhile, so escape leaves the question."""
        self.stop()
        self.foot.ask(purpose, question, text)

    def action_go_to(self) -> None:
        if self.document is not None:
            self.ask("go", self.go_to_what)

    def go_to(self, text: str) -> None:
        """An answer to "Go to"."""
        document = self.document
        numbers = text.replace(",", " ").split()
        if document is None:
            return
        try:
            x, y = map(int, numbers)
        except ValueError:
            self.complain("Go to needs two whole numbers, as in 120,88.")
            return
        if not (0 <= x < document.width and 0 <= y < document.height):
            self.complain(f"{x},{y} is outside the picture, {document.width} × {document.height}.")
            return
        self.go(x, y)
        self.rested()

    def action_step_hint(self, step: int) -> None:
        if self.document is not None:
            self.say(self.document.step_hint(step) or self.document.none_here)
            self.refresh_all()
            self.rested()

    # Hints.

    def action_put(self) -> None:
        if self.document is not None and self.document.line_from is not None:
            self.action_line()
        else:
            self.edit(lambda document: document.put(self.near))

    def action_remove(self) -> None:
        self.edit(lambda d: d.remove(self._meant()) or d.none_here)

    def action_reset(self) -> None:
        self.edit(lambda document: document.reset() or "no hints yet")

    def action_grow(self, step: int) -> None:
        self.edit(lambda document: document.grow(step, document.here(self.near)))

    def action_undo(self) -> None:
        if self.document is not None and self.document.line_from is not None:
            self.drop()
        else:
            self.edit(lambda document: document.undo())

    def action_redo(self) -> None:
        self.edit(lambda document: document.redo())

    def action_disable(self) -> None:
        self.edit(lambda d: d.toggle_enabled(self._meant()) or d.none_here)

    def action_gray(self) -> None:
        self.edit(lambda document: document.toggle_gray(self.near))

    def _meant(self) -> int | None:
        """The hint of the table's row, or else the one under the cursor or nearest to it."""
        if self.document is None or self.table.has_focus_within:
            return self.table.row
        return self.document.nearest(self.near)

    # Brush and line.

    def action_brush(self) -> None:
        document = self.document
        if document is None:
            return
        if document.brushing:
            self.drop()
            return
        self.drop()
        document.begin_brush()
        self.say("brush: moving or dragging paints; b or escape ends it")
        self.refresh_all()

    def action_line(self) -> None:
        """Begin a line at the cursor, or leave the one begun as it is."""
        document = self.document
        if document is None:
            return
        if document.line_from is not None:
            self.say(document.end_line(keep=True))
        else:
            self.drop()
            document.begin_line()
            self.say(document.stretch_line(self._spacing()))
        self.refresh_all()

    def edit(self, edit: Callable[[Document], str]) -> bool:
        """Do an edit; a line under way ends before it, as it is."""
        if self.document is not None and self.document.line_from is not None:
            self.document.end_line(keep=True)
        return super().edit(edit)

    def drop(self) -> None:
        """End the brush, abandon the line, select no hints together."""
        document = self.document
        if document is None:
            return
        document.mark(())
        if document.brushing:
            document.end_brush()
            self.say("brush ended")
        if document.line_from is not None:
            self.say(document.end_line(keep=False))
        self.refresh_all()

    def _spacing(self) -> float:
        """Source pixels between the dabs of a brush: two dots of the canvas."""
        viewport = self.canvas.viewport
        return _SPACING * max(1.0, viewport.scale) if viewport is not None else _SPACING

    # The colours of the network.

    @property
    def vividness(self) -> float | None:
        """How vivid what no hint speaks of is to be, 0..1; None: as the network has it."""
        return self.document.vividness if self.document is not None else None

    def action_vivid(self, step: int) -> None:
        """More or less vivid colours."""
        document, usual = self.document, self.usual_vividness
        if document is None or usual is None:
            self.say("the network is not loaded yet")
            return
        now = usual if document.vividness is None else document.vividness
        document.vividness = max(0.0, min(1.0, round(now + step / 10, 2)))
        self.say(f"vividness {document.vividness:.0%}")
        self.refresh_all()

    # The view.

    def action_zoom(self, step: int) -> None:
        if self.document is not None and self.canvas.viewport is not None:
            self.canvas.look(self.canvas.viewport.zoomed(step, *self.document.cursor))
            self._show_place()

    def action_seam(self, step: int) -> None:
        self.canvas.move_seam(step)

    def action_next_view(self) -> None:
        self.canvas.set_view(self.canvas.view.next)
        self._show_place()

    def action_marks(self) -> None:
        """Show the picture without its hints, until they change; or with them again."""
        document = self.document
        if document is None or not document.hints:
            self.say("no hints yet" if document else "")
            return
        hide = document.hints is not self.unmarked
        self.unmarked = document.hints if hide else None
        self.show_marks()
        self.say("hints hidden, until one changes; V shows them" if hide else "hints shown")

    # The table.

    def edit_cell(self, index: int, column: str, text: str) -> bool:
        """A cell of the table was given a new text."""
        return self.edit(lambda document: document.edit(index, column, text))

    def action_add_row(self) -> None:
        self.edit(lambda document: document.add_row())

    def action_recolor(self) -> None:
        self.edit(lambda d: d.recolor(d.color) or "no hint is selected")

    def action_select_all(self) -> None:
        self.edit(lambda document: document.mark_all() or "no hints yet")

    def action_mark_row(self) -> None:
        """Select the row's hint together with others, or no longer, and go on to the next."""
        row, document = self.table.row, self.document
        if row is not None and document is not None:
            document.mark(set(document.marked) ^ {row})
            document.select(min(row + 1, len(document.hints) - 1))
            self.refresh_all()

    def action_extend(self, step: int) -> None:
        """Select the next row's hint together with this one."""
        row, document = self.table.row, self.document
        if row is not None and document is not None:
            end = max(0, min(len(document.hints) - 1, row + step))
            document.mark({*document.marked, row, end})
            document.select(end)
            self.refresh_all()

    def select_hint(self, index: int, together: bool) -> None:
        """The table's cursor is on this hint; together: with those selected before."""
        document = self.document
        if document is None or index >= len(document.hints):
            return
        if together:
            document.mark({*document.marked} ^ {index})
        elif index == document.selected:
            return
        document.select(index)
        self.refresh_all()

    def on_add_row_pressed(self) -> None:
        self.action_add_row()

    def on_delete_pressed(self) -> None:
        self.edit(lambda document: document.remove(self.table.row) or "no hints yet")

    def on_reset_pressed(self) -> None:
        self.action_reset()

    # The mouse.

    def on_picture_clicked(self, event: messages.PictureClicked) -> None:
        self.go(event.x, event.y)
        if event.double:
            self.action_put()
        self.rested()

    def on_picture_scrolled(self, event: messages.PictureScrolled) -> None:
        """Over a hint the wheel changes its size, elsewhere the zoom; the cursor stays."""
        document, viewport = self.document, self.canvas.viewport
        if document is None or viewport is None:
            return
        with document.cursor_at((event.x, event.y)):
            index = document.here(self.near)
        if index is not None:
            self.edit(lambda document: document.grow(event.step, index))
        else:
            self.canvas.look(viewport.zoomed(event.step, event.x, event.y))
            self._show_place()

    def on_picture_dragged(self, event: messages.PictureDragged) -> None:
        document = self.document
        if document is None:
            return
        begins, self._drag_from = event.start != self._drag_from, event.start
        if document.line_from is not None:
            self.go(*event.end)
        elif document.brushing:
            if begins:  # each drag of the brush is a stroke of its own
                document.begin_brush()
                document.move_to(*event.start)
            document.paint(*event.end, self.near, self._spacing())
            self.refresh_all()
        else:
            if begins:
                document.move_to(*event.start)
                self._dragged = document.here(self.near)
                document.begin_stroke()
            index = self._dragged
            if index is not None:
                self.edit(lambda document: document.drag(index, *event.end))
            else:
                self.go(*event.end)
        if event.done:
            self._end_drag(document)

    def _end_drag(self, document: Document) -> None:
        self._drag_from = self._dragged = None
        if document.brushing:
            document.begin_brush()
        elif document.line_from is None:
            document.end_stroke()
