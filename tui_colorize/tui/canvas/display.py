"""The app's way to the terminal: only what changes is sent, and never much at a time."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._compositor import CompositorUpdate
from textual.app import App
from textual.events import CursorPosition, Resize
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

from tui_colorize.tui.canvas.link import PIECE, QUESTION, Link
from tui_colorize.tui.probe import terminal_window
from tui_colorize.tui.screenful import Screenful, Span
from tui_colorize.tui.terminal import Window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from tui_colorize.tui.canvas.widget import Canvas

_QUEUED = 15  # writes that wait for the terminal; Textual blocks at 30
_RETRY = 0.05  # seconds
_SOON = 0.005  # until the rest of what is too much for one turn
_SETTLED = 0.25  # seconds without a change of size
_HELD = 0.3  # seconds
_SMALL = 2000  # bytes that the terminal shows at once anyway


class Display(App[None]):
    """Takes over what Textual writes to the terminal."""

    canvas: Canvas

    def __init__(self) -> None:
        super().__init__()
        self.screenful = Screenful()
        self.link = Link()
        self._retry: Timer | None = None
        self._left_out = False
        """Whether the screen has changed in a way that was not drawn."""
        self._settling: Timer | None = None
        self._held = ExitStack()
        self._holding: Timer | None = None

    def on_mount(self) -> None:
        self.app_resume_signal.subscribe(self, self._resumed)

    def on_exit_app(self) -> None:
        self.canvas.free()

    def send(self, text: str) -> None:
        """Write something, and ask for a sign of its arrival if that is due."""
        if text and self._driver is not None and not self._closed:
            self._driver.write(text if self.is_headless else "".join(self._asking(text)))

    def _asking(self, text: str) -> Iterator[str]:
        """The text, with a question after each piece that the link wants to know about."""
        start = 0
        while start < len(text):
            end = text.find("\x1b[", start + PIECE)  # not within a sequence or a picture
            part = text[start:end] if end > 0 else text[start:]
            start += len(part)
            yield part
            if self.link.sent(len(part.encode())):
                yield QUESTION

    @property
    def backlog(self) -> bool:
        """Whether the terminal does not take what is written."""
        thread = getattr(self._driver, "_writer_thread", None)
        return thread is not None and thread._queue.qsize() > _QUEUED

    def cell_size(self) -> tuple[int, int] | None:
        """Width and height of a cell in pixels; None where the terminal's kernel does not know."""
        fileno = getattr(self._driver, "fileno", None)
        window = terminal_window(fileno) if isinstance(fileno, int) else Window()
        if not (window.columns and window.rows and window.width and window.height):
            return None
        return window.width // window.columns, window.height // window.rows

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        driver = self._driver
        if not isinstance(renderable, CompositorUpdate) or driver is None or driver.is_inline:
            super()._display(screen, renderable)
            return
        if self._batch_count or not self._running or self._closed:
            return
        if self.backlog or self.screenful.unsent:
            # Textual would wait, and everything with it. What is left out now is drawn later, with
            # whatever has changed until then.
            self._left_out = True
            self._try_later(_RETRY)
            return
        self._draw(*self.screenful.update(renderable, self.console))
        self.post_display_hook()

    def _draw(self, text: str, drawn: list[Span]) -> None:
        if text and self.focused is not self.canvas:  # an input, maybe, whose cursor is elsewhere
            text += f"\x1b[{self.cursor_position.y + 1};{self.cursor_position.x + 1}H"
        if self._sync_available and len(text) > _SMALL:
            text = SYNC_START + text + SYNC_END
        self.send(text)
        self.canvas.drawn_over(drawn)
        if self.screenful.unsent:
            self._try_later(_SOON)

    def _try_later(self, seconds: float) -> None:
        if self._retry is None:
            self._retry = self.set_timer(seconds, self._try_again)

    def _try_again(self) -> None:
        self._retry = None
        if self.backlog:
            self._try_later(_RETRY)
        elif self.screenful.unsent and self._screen_stack:
            self._draw(*self.screenful.rest())
        if self._left_out and self._retry is None:
            self._left_out = False
            self._refresh()

    def draw_now(self, widget: Widget) -> None:
        """Draw what has changed of a widget, without waiting for the next of Textual's turns."""
        screen = widget.screen
        if screen.is_current and not screen._layout_required:
            waiting = screen._dirty_widgets - {widget}
            screen._compositor.update_widgets({widget})
            screen._compositor_refresh()
            screen._dirty_widgets |= waiting  # forgotten with it otherwise, and never drawn

    def hold_back(self) -> None:
        """Draw the canvas now, all else with what it shows next, or a little later: colours come
        sooner if nothing else is done while they are made."""
        if self.screen._layout_required:
            return
        self.draw_now(self.canvas)
        if self._holding is None:
            self._held.enter_context(self.batch_update())
        else:
            self._holding.stop()
        self._holding = self.set_timer(_HELD, self.let_go)

    def let_go(self) -> None:
        """Draw what was held back, at Textual's next turn."""
        if self._holding is not None:
            self._holding.stop()
            self._holding = None
            self._held.close()
            if self._screen_stack:
                self.screen.check_idle()

    def _refresh(self) -> None:
        """Draw the screen, unless the app, at its end, has none any more."""
        if self._screen_stack:
            self.screen.refresh()

    def on_cursor_position(self, event: CursorPosition) -> None:
        self.link.answered(event.time)
        self.canvas.go_on()
        if self.link.slow:
            self.slow_link()

    def slow_link(self) -> None:
        """The link has been found to be slow."""
        raise NotImplementedError

    def on_resize(self, event: Resize) -> None:
        self.screenful.forget()
        self.canvas.measure()
        # Terminals move what they show while they are resized, before or after they tell.
        if self._settling is not None:
            self._settling.stop()
        self._settling = self.set_timer(_SETTLED, self._draw_all)

    def _draw_all(self) -> None:
        self.screenful.forget()
        self._refresh()

    def _resumed(self, _: App[object]) -> None:
        """The terminal was somebody else's meanwhile, and may be another one, elsewhere, now."""
        self.link = Link()
        self.canvas.send_anew()
        self._draw_all()
