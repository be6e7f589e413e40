"""The parts that know nothing of Textual."""

from __future__ import annotations

import os
import sys
import threading
import time

import pytest
from textual.geometry import Size

from tui_colorize.tui.canvas.panes import View, arrange
from tui_colorize.tui.canvas.viewport import Viewport
from tui_colorize.tui.latest import Latest
from tui_colorize.tui.layout import place_panels
from tui_colorize.tui.widgets.status_bar import FilmStatus, Status, compose_status

LEAST = 19  # no thread has a lower priority
SHAPES = [(1, 1), (1, 5000), (5000, 1), (640, 480), (6000, 4000), (37, 53)]


@pytest.mark.parametrize("source", SHAPES)
@pytest.mark.parametrize("pane", [(1, 2), (40, 30), (99, 114)])
def test_every_dot_shows_a_pixel_and_every_pixel_has_a_dot(source, pane):
    viewport = Viewport(source, pane)
    for zoom in range(viewport.deepest + 1):
        view = viewport.zoomed(zoom, source[0] - 1, source[1] // 2)
        (width, height), (left, top) = view.size, view.offset
        assert 1 <= width <= pane[0] - left
        assert 1 <= height <= pane[1] - top
        x0, y0, x1, y1 = view.region
        assert 0 <= x0 < x1 <= source[0]
        assert 0 <= y0 < y1 <= source[1]
        assert view.to_canvas(source[0] - 1, source[1] // 2) is not None
        for column in {left, left + width - 1}:
            for row in {top, top + height - 1}:
                pixel = view.to_source(column, row)
                dot = view.to_canvas(*pixel)
                assert view.to_source(*dot) == pixel
                assert dot == (column, row) or view.scale < 1
        assert view.to_source(left - 1, top) is None
        assert view.to_canvas(x1, y0) is None


def test_steps_are_seen_and_lead_back():
    viewport = Viewport((1000, 700), (90, 70))
    place = (500, 350)
    for step in [(1, 0), (0, 1), (10, 0), (0, -10)]:
        there = viewport.step(*place, *step)
        before, after = viewport.to_canvas(*place), viewport.to_canvas(*there)
        assert (after[0] - before[0], after[1] - before[1]) == step
        back = viewport.step(*there, -step[0], -step[1])
        assert viewport.to_canvas(*back) == before


def test_a_step_is_one_pixel_when_zoomed_in():
    viewport = Viewport((1000, 700), (90, 70))
    viewport = viewport.zoomed(viewport.deepest, 500, 350)
    assert viewport.step(500, 350, 1, 0) == (501, 350)


@pytest.mark.parametrize("height", range(300, 420, 10))
def test_a_shrunk_picture_ends_with_a_whole_cell(height):
    viewport = Viewport((600, height), (60, 80))
    assert viewport.size[1] % 2 == 0
    assert abs(viewport.size[1] - height / 10) <= 1


def test_panes_go_where_the_picture_is_largest():
    wide = arrange(View.SIDE_BY_SIDE, (2000, 500), 80, 40)
    assert wide.corners == ((0, 0), (0, 21))
    tall = arrange(View.SIDE_BY_SIDE, (500, 2000), 80, 40)
    assert tall.corners == ((0, 0), (41, 0))
    assert arrange(View.SPLIT, (500, 2000), 80, 40).corners == ((0, 0),)
    assert tall.at(41, 3) == (0, 3)
    assert tall.at(40, 3) is None


@pytest.mark.parametrize("source", SHAPES)
def test_panels_leave_room_for_the_picture(source):
    assert place_panels(source, 40, 12).where == "none"
    for columns, rows in [(80, 24), (120, 40), (200, 60)]:
        where, size = place_panels(source, columns, rows)
        assert where in ("right", "below")
        assert size <= (columns * 0.41 if where == "right" else rows * 0.4)


def test_a_low_and_wide_terminal_has_the_panels_beside_the_picture():
    """Half of a tmux window: below the picture they would leave it a third of the rows."""
    assert place_panels((600, 400), 140, 21).where == "right"
    assert place_panels((600, 400), 66, 19).where == "none"


def test_the_status_fits_at_every_width():
    status = Status((6000, 4000), 65536, 123, 256, "cuda:0", 1234.5, "half-cell", "saving…")
    for width in range(40, 140):
        text = compose_status(status, Size(width, 1)).plain
        assert len(text) <= width
        for part in ("6000×4000", "65536", "123", "256", "cuda:0", "ms", "half"):
            if width >= 50:
                assert part in text
    assert "saving…" in compose_status(status, Size(120, 1)).plain


@pytest.mark.parametrize(("width", "separator"), [(120, " │ "), (105, "  "), (80, "  ")])
def test_the_items_of_the_status_of_a_film_are_told_apart(width, separator):
    """Shorter words come before narrower gaps, as long as they are words."""
    film = FilmStatus(40, 150, 1.335, 29.97, None, 3, 0)
    status = Status((960, 540), 202, 3, 256, "cpu", 265.0, "kitty", film=film)
    parts = compose_status(status, Size(width, 1)).plain.strip().split(separator)
    assert parts[0] == "40/150"
    assert len(parts) == 11


def test_the_newest_job_of_a_slot_is_done():
    thread = Latest("test", ("first", "second"))
    done: list[str] = []
    started, go = threading.Event(), threading.Event()

    def hold() -> None:
        started.set()
        go.wait(60)

    thread.submit("first", hold)
    assert started.wait(60)
    for number in range(5):
        thread.submit("second", lambda number=number: done.append(f"second {number}"))
        thread.submit("first", lambda number=number: done.append(f"first {number}"))
    assert thread.busy("second")
    go.set()
    thread.close(essential=("first", "second"))
    assert done == ["first 4", "second 4"]


def test_a_running_job_knows_whether_a_newer_one_waits():
    begun, seen = threading.Event(), []
    thread = Latest("test", ("one",))

    def job():
        seen.append(thread.waits("one"))
        begun.set()
        while not thread.waits("one"):
            time.sleep(0.001)
        seen.append(True)

    thread.submit("one", job)
    assert begun.wait(60)
    thread.submit("one", lambda: seen.append(thread.waits("one")))
    deadline = time.monotonic() + 60
    while len(seen) < 3 and time.monotonic() < deadline:
        time.sleep(0.001)
    thread.close()
    assert seen == [False, True, False]


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no priority of their own")
def test_the_thread_lets_the_event_loop_go_before_it():
    thread = Latest("test", ("one",))
    nice: list[int] = []
    thread.submit("one", lambda: nice.append(os.getpriority(os.PRIO_PROCESS, 0)))
    thread.close(essential=("one",))
    mine = os.getpriority(os.PRIO_PROCESS, 0)
    assert nice[0] > mine or mine == LEAST


def test_closing_drops_what_is_not_essential():
    thread = Latest("test", ("essential", "other"))
    done: list[str] = []
    started, go = threading.Event(), threading.Event()

    def hold() -> None:
        started.set()
        go.wait(60)

    thread.submit("other", hold)
    assert started.wait(60)
    thread.submit("other", lambda: done.append("other"))
    thread.submit("essential", lambda: done.append("essential"))

    def let_go() -> None:
        while not thread._closed:
            time.sleep(0.001)
        go.set()

    threading.Thread(target=let_go).start()
    thread.close(essential=("essential",))
    thread.submit("essential", lambda: done.append("too late"))
    assert done == ["essential"]
