"""The canvas: shows finished frames with the marks on them, and reports what the mouse does."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.events import (
    Click,
    MouseDown,
    MouseMove,
    MouseScrollDown,
    MouseScrollUp,
    MouseUp,
    Resize,
)
from textual.geometry import Offset
from textual.timer import Timer

from tui_colorize.tui.canvas.frame import Frame, FrameRequest
from tui_colorize.tui.canvas.marks import (
    RULER,
    Marks,
    Overlay,
    draw_cursor,
    draw_hints,
    draw_rulers,
)
from tui_colorize.tui.canvas.painter import HALVES, Detail, Ground, Painter
from tui_colorize.tui.canvas.panes import Panes, View, arrange
from tui_colorize.tui.canvas.pointer import Spot
from tui_colorize.tui.canvas.surface import Surface
from tui_colorize.tui.canvas.viewport import Viewport
from tui_colorize.tui.keys import bindings
from tui_colorize.tui.messages import FrameWanted, PictureClicked, PictureDragged, PictureScrolled
from tui_colorize.tui.theme import shades

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BLINK = 0.8  # seconds
_FAST = 0.25  # seconds between two requests from which on they are fast
_REST = 0.3  # seconds after which the fine picture follows
_SEAM_STEP = 0.02  # of the picture's width


class Canvas(Surface, can_focus=True):
    """The gray and the coloured picture, the cursor and the hints."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(on_canvas=True)]
    DEFAULT_CSS = "Canvas { overflow: hidden; }"

    def __init__(self, painter: Painter, id: str | None = None) -> None:
        super().__init__(painter, id)
        self.view = View.SIDE_BY_SIDE
        self.viewport: Viewport | None = None
        self.overlay = Overlay()
        self._hint_marks: Marks = {}
        self._hints_of: tuple[object, ...] = ()
        self._tint: NDArray[np.float32] | None = None
        self._seam = 0.5
        self._low_bandwidth = False
        self.moving = False
        """Whether a film plays: frames are coarse then, and none comes twice."""
        self._fast = False
        self._asked = 0.0
        self._gray_phase = False
        self._blink: Timer | None = None
        self._rest: Timer | None = None
        self._grabbed: tuple[int, int] | None = None
        self._dragged_to: tuple[int, int] | None = None  # None before the mouse has moved
        self._grabbed_seam = False

    def on_mount(self) -> None:
        self._blink = self.set_interval(_BLINK, self._toggle, pause=True)
        self.app.theme_changed_signal.subscribe(self, lambda _: self._follow_theme())
        self._follow_theme()

    def _follow_theme(self) -> None:
        theme = shades(self.app)
        self.stand_on(Ground(theme.ground, theme.text, theme.quiet))
        self.ask(preview=False)

    def on_resize(self, event: Resize) -> None:
        self.painter.resize(self._host.cell_size)
        self._begin_anew()

    def measure(self) -> None:
        """The terminal's cells may have another size now, even if there are as many as before."""
        before = self.painter.cell
        self.painter.resize(self._host.cell_size)
        if self.painter.cell != before:
            self._begin_anew()

    def _begin_anew(self) -> None:
        self._clear()
        if self.viewport is not None:
            self._fit()
            self.ask()

    # What it shows.

    def start(self, source: tuple[int, int]) -> None:
        """A new picture of that size, whole."""
        self.frame = None
        self._clear()
        self.viewport = Viewport(source, (1, 1))
        self._fit()
        self.ask()

    def set_view(self, view: View) -> None:
        """Show another view of the picture."""
        self.view = view
        self._gray_phase = False
        self.keep_spare(view is View.BLINK)
        if self._blink is not None:
            (self._blink.resume if view is View.BLINK else self._blink.pause)()
        if self.viewport is not None:
            self._fit()
            self.ask()

    def look(self, viewport: Viewport) -> None:
        """Show another part of the picture."""
        if viewport != self.viewport:
            self.viewport = viewport
            self.ask()

    def move_seam(self, steps: int) -> None:
        """Move the edge of the split view: to the right, or to the left by a negative number."""
        self._put_seam(self._seam + steps * _SEAM_STEP)

    def _put_seam(self, seam: float) -> None:
        seam = max(0.0, min(1.0, seam))
        if seam != self._seam:
            self._seam = seam
            if self.view is View.SPLIT:
                self.ask(preview=False)

    def show_overlay(self, tint: NDArray[np.float32] | None) -> None:
        """Tint the coloured picture where the map, (h, w) from 0 to 1, is high; None: nowhere."""
        self._tint = tint
        self.ask()

    @property
    def low_bandwidth(self) -> bool:
        """Whether pictures take at most half the bytes, and look like it."""
        return self._low_bandwidth

    @low_bandwidth.setter
    def low_bandwidth(self, wanted: bool) -> None:
        if wanted != self._low_bandwidth:
            self._low_bandwidth = wanted
            self.ask()

    def ask(self, *, preview: bool = True) -> None:
        """Ask for a frame of what is to be seen now: a frugal one while this comes fast.

        preview: whether much will look different, so that a coarse frame is to come before it.
        """
        if self.viewport is None:
            return
        now = time.monotonic()
        self._fast = self._draws and now - self._asked < _FAST
        self._asked = now
        if self._rest is not None:
            self._rest.stop()
        waits = self._fast and not self.moving
        self._rest = self.set_timer(_REST, self._refine) if waits else None
        preview = preview and self._draws and not self._low_bandwidth and not self.moving
        self._request(preview=preview)

    @property
    def _draws(self) -> bool:
        """Whether it sends pictures: these may not keep up, cells alone do."""
        return self.painter.cell != HALVES

    def _refine(self) -> None:
        self._fast = False
        self._request()

    def _request(self, *, preview: bool = False) -> None:
        assert self.viewport is not None
        panes, size = self._panes(), (self.size.width, self.size.height)
        if min(size) <= RULER or self.viewport.pane != (panes.width, panes.height * 2):
            return  # no room for a picture, or a Resize is on its way
        detail = Detail.FRUGAL if self._low_bandwidth or self._fast else Detail.FINE
        if self.moving:  # a coarse picture in cells would be of a few dots only
            detail = Detail.COARSE if self._draws else Detail.FRUGAL
        request = FrameRequest(
            size,
            panes,
            self.view,
            self.viewport,
            self._gray_phase,
            self._seam,
            self.painter.cell,
            detail,
            preview,
            self._tint,
            self._ground,
        )
        self._host.post_message(FrameWanted(request))  # no need to go through what it stands in

    def show(self, frame: Frame) -> None:
        """Show a finished frame: only tiles that differ from those on the screen are sent, as the
        link has room for them; what has not been sent of an older frame is dropped."""
        if frame.request.size != tuple(self.size) or frame.request.cell != self.painter.cell:
            return  # another one is on its way
        if self.frame is None:
            self._clear()  # of words
        self.frame = frame
        self._remark()
        self._show_tiles(frame.tiles)
        self._host.draw_now(self)

    def mark(self, overlay: Overlay) -> None:
        """Move the cursor and the hints; only the cells they leave and enter are sent."""
        self.overlay = overlay
        if self.frame is not None:
            self._remark()

    def _remark(self) -> None:
        assert self.frame is not None
        overlay = self.overlay
        hints_of = (overlay.hints, overlay.selected, overlay.followed, self.frame.request)
        if hints_of != self._hints_of:
            self._hints_of = hints_of
            # The arms of a cursor that is a picture reach into the next cells.
            gap = 0 if self.painter.pointer is None else 1
            self._hint_marks = draw_hints(overlay, self.frame, self.painter.ring, gap)
        marks = self._hint_marks
        if self.painter.pointer is None:
            cursor = draw_cursor(self.overlay, self.frame)
            marks = draw_rulers(self.overlay, self.frame) | cursor | marks
        self._show_marks(marks)
        self.point()

    def point(self) -> None:
        if self.painter.pointer is not None:
            self._host.send(self.painter.pointer.show(self._spot()))

    def _spot(self) -> Spot | None:
        if self.frame is None or not self.display or self.app.screen is not self.screen:
            return None
        request = self.frame.request
        dot = request.viewport.to_canvas(*self.overlay.cursor)
        if dot is None:
            return None
        (x, y), *others = request.panes.corners
        place = (x + dot[0], y + dot[1] // 2)
        if not self._on_top(place):
            return None
        offset, corner = self.region.offset, request.corners[0]
        return Spot(
            corner=(offset.x + corner[0], offset.y + corner[1]),
            cell=(offset.x + place[0], offset.y + place[1]),
            half=dot[1] % 2,
            others=tuple((other_x - x, other_y - y) for other_x, other_y in others),
            size=request.cell,
            brush=self.overlay.brush,
            ruler=self._ground.ruler,
        )

    # Its panes.

    def _panes(self) -> Panes:
        source = self.viewport.source if self.viewport else (1, 1)
        width, height = self.size.width - RULER, self.size.height - RULER
        return arrange(self.view, source, width, height).moved(RULER, RULER)

    def _fit(self) -> None:
        """Let the window fit its pane."""
        assert self.viewport is not None
        panes, (width, height) = self._panes(), self.painter.cell
        pane = panes.width, panes.height * 2
        aspect = height / 2 / width
        self.viewport = self.viewport.resized(pane, aspect, *self.overlay.cursor)

    def _toggle(self) -> None:
        if self.complete:  # over a slow link a picture takes longer
            self._gray_phase = not self._gray_phase
            self._request()

    # What the mouse does.

    def _source_at(self, screen: Offset) -> tuple[int, int] | None:
        """The source pixel under a place of the screen; None beside the pictures."""
        if self.frame is None:
            return None
        request = self.frame.request
        place = screen - self.region.offset
        within = request.panes.at(place.x, place.y)
        if within is None:
            return None
        viewport = request.viewport
        return viewport.to_source(within[0], within[1] * 2) or viewport.to_source(
            within[0], within[1] * 2 + 1
        )

    def _seam_at(self, screen: Offset) -> float | None:
        """Where the seam is if it is taken there, as a part of the picture's width."""
        if self.frame is None or self.frame.request.view is not View.SPLIT:
            return None
        request = self.frame.request
        start = self.region.x + request.panes.corners[0][0] + request.viewport.offset[0]
        return (screen.x - start) / request.viewport.size[0]

    def on_mouse_down(self, event: MouseDown) -> None:
        self.focus()
        place = self._source_at(event.screen_offset)
        if event.button != 1 or place is None:
            return
        at = self._seam_at(event.screen_offset)
        if at is not None and self.frame is not None:
            request = self.frame.request
            self._grabbed_seam = abs(at * request.viewport.size[0] - request.seam_dot) < 1
        self._grabbed = place
        self.capture_mouse()

    def on_mouse_move(self, event: MouseMove) -> None:
        if self._grabbed is None:
            return
        if self._grabbed_seam:
            self._put_seam(self._seam_at(event.screen_offset) or 0.0)
            return
        place = self._source_at(event.screen_offset)
        if place is not None and place != (self._dragged_to or self._grabbed):
            self._dragged_to = place
            self.post_message(PictureDragged(self._grabbed, place, done=False))

    def on_mouse_up(self, event: MouseUp) -> None:
        grabbed, self._grabbed = self._grabbed, None
        end, self._dragged_to = self._dragged_to, None
        seam, self._grabbed_seam = self._grabbed_seam, False
        self.release_mouse()
        if not seam and grabbed is not None:
            # it may end outside the picture, or where it began
            place = self._source_at(event.screen_offset) or end or grabbed
            if end is not None or place != grabbed:
                self.post_message(PictureDragged(grabbed, place, done=True))

    def on_click(self, event: Click) -> None:
        place = self._source_at(event.screen_offset)
        if place is not None:
            self.post_message(PictureClicked(*place, double=event.chain == 2))

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self._scroll(event.screen_offset, 1)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self._scroll(event.screen_offset, -1)

    def _scroll(self, screen: Offset, step: int) -> None:
        place = self._source_at(screen)
        if place is not None:
            self.post_message(PictureScrolled(*place, step))
