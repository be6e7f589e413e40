"""The keys and clicks that move the cursor and change the hints."""

from __future__ import annotations

from tui_colorize.tui import messages
from tui_colorize.tui.desk import Desk


class Editing(Desk):
    """The part of the app that works on the document. Does nothing while there is no picture."""

    def __init__(self) -> None:
        super().__init__()
        self._dragged: int | None = None

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
        self.go(x, y)

    def action_step_hint(self, step: int) -> None:
        if self.document is not None:
            self.say(self.document.step_hint(step) or "no hints yet")
            self.refresh_all()

    # Hints.

    def action_put(self) -> None:
        self.edit(lambda document: document.put(self.near))

    def action_remove(self) -> None:
        self.edit(lambda d: d.remove(d.nearest(self.near)) or "no hints yet")

    def action_reset(self) -> None:
        self.edit(lambda document: document.reset() or "no hints yet")

    def action_grow(self, step: int) -> None:
        self.edit(lambda document: document.grow(step, self.near))

    def action_undo(self) -> None:
        self.edit(lambda document: document.undo())

    def action_redo(self) -> None:
        self.edit(lambda document: document.redo())

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
        if self.edit(lambda document: document.take_color(text)):
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
        self.edit(lambda document: document.take_color("#{:02x}{:02x}{:02x}".format(*pixel)))

    # The view.

    def action_zoom(self, step: int) -> None:
        if self.document is not None and self.canvas.viewport is not None:
            self.canvas.look(self.canvas.viewport.zoomed(step, *self.document.cursor))
            self._show_place()

    def action_next_view(self) -> None:
        self.canvas.set_view(self.canvas.view.next)
        self._show_place()

    # The table and the mouse.

    def edit_cell(self, index: int, column: str, text: str) -> bool:
        """A cell of the table was given a new text."""
        return self.edit(lambda document: document.edit(index, column, text))

    def on_hint_selected(self, event: messages.HintSelected) -> None:
        document = self.document
        if document is None or event.index >= len(document.hints):
            return
        if event.index != document.selected:
            document.select(event.index)
            self.refresh_all()

    def on_add_row_pressed(self) -> None:
        self.edit(lambda document: document.add_row())

    def on_delete_pressed(self) -> None:
        self.edit(lambda document: document.remove(self.table.row) or "no hints yet")

    def on_reset_pressed(self) -> None:
        self.action_reset()

    def on_picture_clicked(self, event: messages.PictureClicked) -> None:
        self.go(event.x, event.y)
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
            self.edit(lambda document: document.drag(index, *event.end))
        else:
            self.go(*event.end)
        if event.done:
            document.end_stroke()
            self._dragged = None
