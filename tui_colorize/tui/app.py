"""The app: what is on the screen, which key does what, which message goes where."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.color import ColorSystem
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.command import Provider
from textual.containers import Container
from textual.events import Event, InputEvent, Key, Resize
from textual.geometry import Size
from textual.widgets import Static

from tui_colorize.terminaltext import printable
from tui_colorize.tui import messages
from tui_colorize.tui.canvas.halfcell import HalfCellPainter
from tui_colorize.tui.canvas.painters import painter_for
from tui_colorize.tui.canvas.widget import Canvas
from tui_colorize.tui.colors import Colors
from tui_colorize.tui.engine import EngineFactory
from tui_colorize.tui.exporting import Exporting
from tui_colorize.tui.film.work import FilmWork
from tui_colorize.tui.guidance import Guidance
from tui_colorize.tui.keys import bindings
from tui_colorize.tui.layout import SMALLEST, place_panels
from tui_colorize.tui.preferences import Preferences
from tui_colorize.tui.screens.palette import KeyCommands, Palette
from tui_colorize.tui.studio import Studio
from tui_colorize.tui.terminal import Terminal
from tui_colorize.tui.widgets.color_panel import ColorPanel
from tui_colorize.tui.widgets.entry import Entry
from tui_colorize.tui.widgets.foot import Foot
from tui_colorize.tui.widgets.hint_table import HintTable
from tui_colorize.tui.widgets.status_bar import StatusBar
from tui_colorize.tui.widgets.timeline import Timeline
from tui_colorize.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from tui_colorize.hints import HintSet

_ANY_TERMINAL = Terminal()
_FEW_COLORS = {"256": 256, "standard": 16}
_MIXER_ROWS, _MIXER_COLUMNS = 38, 120
"""Of the terminal, from which on there is room for the gamut and the palettes all the time."""
_REST = 20.0  # seconds without a key or the mouse after which there is time to clear up
_USUAL = (4, 3)  # the shape that the panels are placed for while there is no picture


class ColorizeApp(FilmWork, Colors, Exporting, Guidance, Preferences):
    """Colours a photograph or a film under the guidance of a few hints."""

    TITLE = "tui-colorize"
    CSS_PATH = Path(__file__).with_name("app.tcss")
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {KeyCommands}
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(on_canvas=False)]

    def __init__(
        self,
        path: Path | None,
        hints: HintSet | None,
        make_engine: EngineFactory,
        *,
        output: Path | None = None,
        terminal: Terminal = _ANY_TERMINAL,
        network: tuple[str, Path | None] = ("auto", None),
    ) -> None:
        """network: device and weights, for what runs in a process of its own."""
        super().__init__()
        self.network_options = network
        self.terminal = terminal
        if "TEXTUAL_ANIMATIONS" not in os.environ:
            self.animation_level = "none"
        # The picture is drawn in true colours or in those that Textual found the terminal to have.
        colors = self.console._color_system or ColorSystem.TRUECOLOR
        self.painter = painter_for(terminal, colors)
        self.studio = Studio(self.post_message, make_engine, self.painter)
        self._first = path
        self._given_hints = hints
        self.output = output
        self._area = 0
        self._alone = False  # whether the panels make way for the picture
        self.title_bar = TitleBar(id="title")
        self.canvas = Canvas(self.painter, id="canvas")
        self.table = HintTable(self.edit_cell, self.select_hint, id="table")
        self.color_panel = ColorPanel(self.enter_color, id="colors")
        self.timeline = Timeline(id="timeline")
        self.foot = Foot(self.answer, id="foot")
        self.status = StatusBar(id="status")
        self._panels = Container(self.table, self.color_panel, id="panels")
        self._work = Container(self.canvas, self._panels, id="work")
        columns, rows = SMALLEST
        self._too_small = Container(
            Static(f"tui-colorize needs at least {columns} columns and {rows} rows."),
            id="too-small",
        )
        self._laid_out: tuple[object, ...] = ()
        self._touched = self._untidy = self._settled = False

    def compose(self) -> ComposeResult:
        self._lay_out()
        yield self.title_bar
        yield self._work
        yield self.timeline
        yield self.foot
        yield self.status
        yield self._too_small

    def on_mount(self) -> None:
        self.title_bar.name_picture("")
        self.status.update(graphics=self.painter.name)
        self.canvas.say("" if self._first else "o opens a picture")
        self.screen.set_focus(self.canvas)
        # Nothing heavy before the first frame is on the screen.
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        gc.enable()
        self.set_interval(_REST, self._tidy)
        self._tell_of_few_colors()
        self.watch_exports()
        if self._first is None:
            self.call_later(self.action_open)
        else:
            self.open_picture(self._first)

    def _tell_of_few_colors(self) -> None:
        """Half cells are drawn in the colours that there are: do not judge hints by them."""
        few = _FEW_COLORS.get(self.console.color_system or "")
        if few and self.painter.name == HalfCellPainter.name:
            self.notify(
                f"Only {few} colours here: the picture looks rough. What is saved has them all.",
                severity="warning",
                timeout=12,
            )

    def _tidy(self) -> None:
        """Collect garbage once the user has been resting for a while: everything waits for it."""
        if self._untidy and not self._touched and not self.playing:
            self._untidy = False
            gc.collect()
            if not self._settled:  # what is there by now mostly stays: no need to look at it again
                self._settled = True
                gc.freeze()
        self._touched = False

    def on_unmount(self) -> None:
        self.remember_now()
        self.end_session()
        self.close_film()

    # Keys.

    async def on_event(self, event: Event) -> None:
        """Keys of the main screen are dealt with here and now.

        Textual sends them on to the focused widget, which does so later: of keys that come in one
        burst, those after one that moves the focus would still go to the old place.
        """
        if isinstance(event, InputEvent):
            self._touched = self._untidy = True
            self.let_go()
        if (
            isinstance(event, Key)
            and not event.is_forwarded
            and len(self.screen_stack) == 1
            and await self._key(event)
        ):
            return
        await super().on_event(event)

    async def _key(self, key: Key) -> bool:
        if key.is_printable and isinstance(self.focused, Entry):
            self.focused.feed(key)
            return True
        active = self.screen.active_bindings.get(key.key)
        if active is None or not active.enabled:
            return False
        return await self.run_action(active.binding.action, active.node)

    def action_focus_next(self) -> None:
        self._focus_area(1)

    def action_focus_previous(self) -> None:
        self._focus_area(-1)

    def action_escape(self) -> None:
        """Out of whatever it is, back to the picture."""
        if self.playing:
            self.stop()
            if self.canvas.has_focus:
                return
        self.drop()
        if self.table.editing:
            self.table.call_off()
        elif self.foot.purpose:
            self.foot.call_off()
        else:
            self.focus_canvas()

    def action_help(self) -> None:
        from tui_colorize.tui.screens.help import HelpScreen

        self.push_screen(HelpScreen())

    def action_command_palette(self) -> None:
        """Everything, by name."""
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())

    async def action_open(self) -> None:
        from tui_colorize.tui.screens.open import OpenScreen

        try:
            folder = self.source.path.parent if self.source else Path.cwd()
        except FileNotFoundError:  # the shell's folder has been removed
            folder = Path.home()
        await self.push_screen(OpenScreen(folder), self._chosen)

    def _chosen(self, path: Path | None) -> None:
        self.focus_canvas()
        if path is not None:
            self.open_picture(path)

    def action_leave(self) -> None:
        """Quit. The hints are kept, a save under way is finished."""
        self.exit()

    # Where things are.

    def on_resize(self, event: Resize) -> None:
        self._lay_out(event.size)

    def _lay_out(self, size: Size | None = None) -> None:
        columns, rows = size or self.size
        source = (self.source.width, self.source.height) if self.source else _USUAL
        film = self.source is not None and self.source.film is not None
        where, room = place_panels(source, columns, rows, film=film)
        if self._alone:  # as on a terminal that is too small for more
            where, room = "none", 0
        too_small = columns < SMALLEST[0] or rows < SMALLEST[1]
        wide = where == "below" and columns >= _MIXER_COLUMNS
        roomy = wide or (where == "right" and rows >= _MIXER_ROWS)
        wanted = (where, room, wide, roomy, rows < 34, rows < 24, rows >= 56, too_small, self._area)
        if wanted == self._laid_out:  # to set a style again is to work all styles out again
            return
        self._laid_out = wanted
        self._too_small.display = too_small
        for name in ("right", "below", "none"):
            self._work.set_class(where == name, f"-{name}")
        self._work.set_class(where == "right" and rows >= 56, "-tall")
        self._work.set_class(where == "right" and rows < 34, "-dense")
        self._work.set_class(where == "right" and rows < 24, "-denser")
        self.color_panel.set_class(wide, "-wide")
        self.color_panel.make_room(roomy=roomy)
        self._panels.styles.width = room if where == "right" else "100%"
        self._panels.styles.height = room if where == "below" else "100%"
        alone = where == "none"
        self.canvas.display = not alone or self._area == 0
        self._panels.display = not alone or self._area != 0
        self.table.display = not alone or self._area == 1
        self.color_panel.display = not alone or self._area == 2

    def action_picture_alone(self) -> None:
        """Give the picture the room of the panels, which then come on demand; or no longer."""
        self._alone = not self._alone
        self._lay_out()
        self.focus_canvas()
        self.say("picture alone: F brings the panels back, tab shows them" if self._alone else "")

    def focus_canvas(self) -> None:
        """Back to the picture."""
        self._show_area(0)

    def focus_entry(self) -> None:
        """To the line where a colour is typed. It is for the frame on show, if this is a film."""
        self.stop()
        self._show_area(2)
        self.color_panel.entry.select_all()

    def _focus_area(self, step: int) -> None:
        if self.screen is not self.canvas.screen:  # every screen has these keys, dialogues, too
            return
        if self.foot.purpose:
            self.foot.call_off()
        if self.table.editing:
            self.table.call_off()
        areas = [self.canvas, self.table, self.color_panel]
        area = next((i for i, part in enumerate(areas) if part.has_focus_within), 0)
        self._show_area((area + step) % 3)

    def _show_area(self, area: int) -> None:
        if area != self._area:
            self._area = area
            self._lay_out()
        if area != 2:  # what was typed and not taken would look like the colour in hand
            self.color_panel.entry.value = ""
        # Not of a dialogue that stands before them: no key would reach it any more.
        screen = self.canvas.screen
        screen.set_focus((self.canvas, self.table.grid, self.color_panel.entry)[area])

    # Opening.

    def open_picture(self, path: Path) -> None:
        """Show a picture as soon as it is decoded, and colour it as soon as that is possible."""
        self.status.update(activity="opening…")
        if self.source is None:
            self.canvas.say(f"opening {printable(path.name)}…")
        self.studio.open(path, self.kept.digest if self.kept else None)

    def on_source_failed(self, event: messages.SourceFailed) -> None:
        if event.serial == self.studio.serial:
            self.status.update(activity="")
            self.complain(event.sentence)
            if self.source is None:
                self.canvas.say("o opens a picture")

    def on_source_opened(self, event: messages.SourceOpened) -> None:
        source = event.source
        if event.serial != self.studio.serial or not self.screen_stack:  # too late
            if source.session is not None:
                source.session.close()
            return
        self.close_film()
        if self._first is None or source.opened_from.absolute() != self._first.absolute():
            self.output = None  # it was named for the first one
        place = self.resume(source, self._given_hints)
        self._given_hints = None
        self.load_film(source)
        self.title_bar.name_picture(source.name)
        self.status.update(
            size=(source.width, source.height),
            levels=None,
            latency=None,
            activity="loading the network…",
        )
        self._lay_out()
        self.canvas.start((source.width, source.height))
        self.show_place(place)
        if place is not None:  # of a film that was open already
            self.show_frame(place.frame)
        self.focus_canvas()
        self.refresh_all()
        # The gray picture first: loading the network would slow its painting down.
        self.to_do = [partial(self.studio.measure, source), partial(self.studio.prepare, source)]

    def on_source_measured(self, event: messages.SourceMeasured) -> None:
        if event.serial == self.studio.serial:
            self.status.update(levels=event.levels)

    # Frames.

    def on_frame_wanted(self, event: messages.FrameWanted) -> None:
        if self.source is not None:
            self.studio.show(event.request, self.source, self.coloring)

    def on_frame_ready(self, event: messages.FrameReady) -> None:
        if event.serial == self.studio.serial:
            self.let_go()
            self.canvas.show(event.frame)
            while self.to_do:
                self.call_after_refresh(self.to_do.pop(0))
