"""The hints as a table whose cells can be edited in place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Static

from tui_colorize.tui.messages import AddRowPressed, DeletePressed, ResetPressed
from tui_colorize.tui.theme import shades
from tui_colorize.tui.widgets.entry import Entry
from tui_colorize.tui.widgets.grid import Grid, Row

if TYPE_CHECKING:
    from tui_colorize.hints import Hint

Edit = Callable[[int, str, str], bool]
"""(index of the hint, column, text) -> whether it was taken."""

Select = Callable[[int, bool], object]
"""(index of the hint, whether together with those selected before)"""

OnFrame = tuple[int, str]
"""Of a hint of a film: the frame that it was put on, and what it is like on the one on show."""

_NAMES = ("number", "x", "y", "colour", "radius", "on", "frame", "here")
_NARROW = (("#", 4), ("x", 5), ("y", 5), ("colour", 10), ("rad", 4), ("on", 2))
"""Heading and columns on the screen; together what the panel has at its narrowest."""
_WIDE = (("#", 5), ("x", 6), ("y", 6), ("colour", 10), ("radius", 7), ("on", 2))
_FILM_NARROW = (
    *(("#", 3), ("x", 5), ("y", 5), ("", 2), ("r", 3), ("", 2)),
    *(("frame", 6), ("here", 5)),
)
_FILM_WIDE = (*_WIDE[:-1], ("on", 4), ("frame", 7), ("here", 5))
"""The same for a film."""
_SWITCH = _NAMES.index("on")
_ON, _OFF = "●", "○"


class _Press(Static):
    """A button for the mouse; the keys have their own ways. (Textual's has styles for a hundred
    looks, which the first frame would wait for.)"""

    def __init__(self, label: str, message: type[Message], id: str) -> None:
        super().__init__(f" {label} ", id=id, markup=False)
        self._message = message

    def on_click(self) -> None:
        self.post_message(self._message())


class _HintGrid(Grid):
    """The rows, with keys for adding and for selecting several."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a,insert", "app.add_row", show=False),
        Binding("space", "app.mark_row", show=False),
        Binding("shift+up", "app.extend(-1)", show=False),
        Binding("shift+down", "app.extend(1)", show=False),
    ]

    def empty(self) -> Text:
        ink = shades(self.app)
        return Text.assemble(
            ("n", ink.text),
            (" goes where a hint helps most, ", ink.dim),
            ("1-9", ink.text),
            (" puts a suggested colour there; then ", ink.dim),
            ("n", ink.text),
            (" again.", ink.dim),
        )

    # At once, not with messages: the next key may be meant for what they lead to already.

    def action_choose(self) -> None:
        assert isinstance(self.parent, HintTable)
        self.parent.edit()

    def moved(self) -> None:
        assert isinstance(self.parent, HintTable)
        self.parent.select()


class HintTable(Vertical):
    """The grid, its buttons, and the line that is laid over a cell while it is edited."""

    def __init__(self, edit: Edit, select: Select, id: str | None = None) -> None:
        super().__init__(id=id)
        self.border_title = "Hints"
        self._edit, self._select = edit, select
        self.grid = _HintGrid(_NARROW, _SWITCH, id="grid")
        self.editor = Entry(self._accept, id="editor")
        self._hints: Sequence[Hint] = ()
        self._rows: list[Row] = []
        self._made_with: tuple[object, ...] = ()
        self._film = False
        self._editing: tuple[int, str] | None = None

    def compose(self) -> ComposeResult:
        yield self.grid
        with Horizontal(id="buttons"):
            yield _Press("Add row", AddRowPressed, id="add")
            yield _Press("Delete", DeletePressed, id="delete")
            yield _Press("Reset all", ResetPressed, id="reset")
        yield self.editor

    def on_mount(self) -> None:
        self.editor.display = False

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        narrow, wide = (_FILM_NARROW, _FILM_WIDE) if self._film else (_NARROW, _WIDE)
        fits = self.size.width > sum(width for _, width in wide)  # a scroll bar besides
        self.grid.set_columns(wide if fits else narrow)

    # What it shows.

    def show(
        self,
        hints: Sequence[Hint],
        default_radius: int,
        selected: int | None,
        together: Sequence[int] = (),
        film: Sequence[OnFrame] | None = None,
    ) -> None:
        """Show these hints with the cursor on the selected one.

        together: the indices of those that are selected with each other. film: what there is to
        say of each hint besides; None on a still.
        """
        ink = shades(self.app)
        if (film is not None) != self._film:
            self._film = film is not None
            self._fit()
        made_with = default_radius, ink, film
        if hints is not self._hints or made_with != self._made_with:
            self._hints, self._made_with = hints, made_with
            self._rows = [
                self._cells(
                    index, hint, default_radius, ink.text, ink.dim, film[index] if film else None
                )
                for index, hint in enumerate(hints)
            ]
        self.grid.show(self._rows, selected, frozenset(together))
        title = f"Hints  {len(hints)}" if hints else "Hints"
        if together:
            title += f"  {len(together)} selected"
        if title != self.border_title:  # Textual draws the whole panel anew for every assignment
            self.border_title = title

    @staticmethod
    @lru_cache(maxsize=4096)
    def _cells(
        index: int, hint: Hint, default_radius: int, ink: str, dim: str, film: OnFrame | None
    ) -> Row:
        used = ink if hint.enabled else dim
        color = Text.assemble(("█", hint.color), f" {'gray' if hint.gray else hint.color}")
        color.style = used
        radius = default_radius if hint.radius is None else hint.radius
        on_film = [Text(str(film[0]), used), Text(film[1], used)] if film else []
        return [
            Text(str(index + 1), dim),
            Text(str(hint.x), used),
            Text(str(hint.y), used),
            color,
            Text(str(radius), dim if hint.radius is None else used),
            Text(_ON if hint.enabled else _OFF, used),
            *on_film,
        ]

    # Editing.

    @property
    def row(self) -> int | None:
        """The index of the hint under the table's cursor."""
        return self.grid.row if self._hints else None

    @property
    def editing(self) -> bool:
        return self._editing is not None

    def edit(self) -> None:
        """Lay the editor over the cell under the cursor; a switch is only turned."""
        if not self._hints:
            return
        index, name = self.grid.row, _NAMES[self.grid.column]
        hint = self._hints[index]
        if name in ("on", "frame", "here"):
            self._edit(index, name, "")
            return
        self._editing = index, name
        value = {
            "x": str(hint.x),
            "y": str(hint.y),
            "colour": hint.color,
            "radius": "" if hint.radius is None else str(hint.radius),
        }[name]
        cell = self.grid.cell_region()
        # Wide enough for the longest colour name would cover the table: it scrolls instead. But it
        # ends with a column, or the end of the next cell would look like that of what is edited.
        least = len("#rrggbb ") if name == "colour" else len("1234 ")
        self.editor.styles.width = self.grid.width_from(self.grid.column, least)
        self.editor.styles.offset = (cell.x, cell.y)
        self.editor.display = True
        self.editor.value = value
        self.editor.select_all()
        self.screen.set_focus(self.editor)

    def call_off(self) -> None:
        """Leave the cell as it was."""
        if self._editing is not None:
            self._editing = None
            self.editor.display = False
            self.screen.set_focus(self.grid)

    def _accept(self, text: str) -> None:
        at = self._editing
        if at is not None:
            self.call_off()
            self._edit(*at, text)

    # What the mouse and the keys do.

    def select(self, *, together: bool = False) -> None:
        """Select the hint under the cursor. together: with those selected before."""
        if self._hints:
            self._select(self.grid.row, together)

    def on_grid_chosen(self, event: Grid.Chosen) -> None:
        event.stop()
        self.edit()

    def on_grid_picked(self, event: Grid.Picked) -> None:
        event.stop()
        self.select(together=True)
