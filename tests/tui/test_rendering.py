"""What is drawn, when, and what happens while the network is busy."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from rich.cells import cell_len
from textual.geometry import Offset

from tui_colorize.errors import UserError
from tui_colorize.hints import Hint, HintSet
from tui_colorize.tui.messages import FrameWanted
from tui_colorize.tui.studio import Studio

SIZE = (100, 40)


def test_heavy_packages_wait_for_the_first_frame():
    """Importing the app must not load what takes long to load."""
    code = (
        "import sys, tui_colorize.tui.app; "
        "print([m for m in ('torch', 'cv2', 'av', 'PIL', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ}
    )
    assert done.stdout.strip() == "[]"


async def test_the_gray_picture_comes_before_the_network(
    make_app, until, engine, ready, screen_text
):
    engine.loaded.clear()
    async with make_app().run_test(size=SIZE) as pilot:
        app = pilot.app
        await until(pilot, lambda: app.canvas.frame is not None)
        await until(pilot, lambda: "69 grays" in screen_text(app))
        assert "loading the network" in screen_text(app)
        # What is asked for meanwhile is done afterwards.
        await pilot.press("l", "2")
        assert app.document.cursor == (21, 15)
        assert len(app.document.hints) == 0
        engine.loaded.set()
        await ready(pilot)
        await until(pilot, lambda: len(app.document.hints) == 1)
        assert "loading the network" not in screen_text(app)


async def test_the_colours_follow_the_hints(make_app, ready, until):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("c", *"red", "enter", "enter")

        def shown():
            frame = app.canvas.frame
            x, y = frame.request.viewport.to_canvas(5, 5)
            corners = frame.request.panes.corners
            return [frame.pixels[top * 2 + y, left + x].tolist() for left, top in corners]

        await until(pilot, lambda: shown()[1][0] > shown()[1][1] + 50)
        gray = shown()[0]
        assert gray == [70, 70, 70]
        # And on the screen, where no mark is.
        request = app.canvas.frame.request
        x, y = request.viewport.to_canvas(5, 5)
        left, top = request.panes.corners[1]
        place = app.canvas.region.offset + Offset(left + x, top + y // 2)
        color = app.screen.get_style_at(place.x, place.y).color.triplet
        assert color.red > color.green + 50


@pytest.fixture
def unforeseen(monkeypatch):
    """No hint is expected."""
    monkeypatch.setattr(Studio, "expect", lambda *_: None)


@pytest.mark.usefixtures("unforeseen")
async def test_requests_that_came_too_late_are_dropped(make_app, ready, until, engine):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        before = len(engine.solved)
        engine.gate.clear()
        waiting = engine.waiting
        await pilot.press("enter")
        await until(pilot, lambda: engine.waiting == waiting + 1)
        for _ in range(5):
            await pilot.press("l", "l", "l", "enter")
        # Keys were answered although the network is busy.
        assert len(app.document.hints) == 6
        engine.gate.set()
        await until(pilot, lambda: engine.solved[-1] == app.document.hints)
        assert len(engine.solved) == before + 2


@pytest.mark.usefixtures("unforeseen")
@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        (UserError("Out of paint."), "Out of paint."),
        (RuntimeError("boom"), "boom"),
        (MemoryError(), "memory"),
    ],
)
async def test_a_failed_render_is_a_notification(
    make_app, ready, until, engine, said, problem, sentence
):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        old = app.coloring
        engine.problem = problem
        await pilot.press("enter")
        await until(pilot, lambda: said(app, "error"))
        assert sentence in said(app, "error")[0]
        assert app.coloring is old
        await pilot.press("l", "l", "l", "enter")
        await until(pilot, lambda: app.coloring is not old)


async def test_the_hint_that_is_likely_to_come_is_coloured_before(
    make_app, ready, until, engine, said
):
    """With the colour in hand; where n went, with the best one suggested. Its failure is silent."""
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        likely = HintSet([Hint(*app.document.cursor, app.document.color)])
        await until(pilot, lambda: likely in engine.solved)
        count = len(engine.solved)
        await pilot.press("enter")
        await until(pilot, lambda: app.coloring.hints == app.document.hints)
        assert len(engine.solved) == count
        engine.problem = RuntimeError("boom")
        await pilot.press("n")
        await until(pilot, lambda: len(engine.solved) > count)
        best = Hint(*app.document.cursor, app.suggested[1][0][0])
        assert engine.solved[count:] == [app.document.hints.add(best)]
        await pilot.pause()
        assert said(app, "error") == []


async def test_a_network_that_cannot_be_loaded_is_a_notification(make_app, until, said, engine):
    app = make_app()

    def fail():
        raise UserError("These are no weights.")

    app.studio._make_engine = fail
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: said(app, "error"))
        assert said(app, "error") == ["These are no weights."]
        await until(pilot, lambda: app.canvas.frame is not None)
        await pilot.press("enter", "s", "enter")
        await until(pilot, lambda: len(said(app, "error")) == 2)


async def test_a_step_of_the_cursor_redraws_a_few_cells(
    make_app, ready, at_rest, until, monkeypatch
):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await at_rest(pilot)
        monkeypatch.setattr("tui_colorize.tui.desk._REST", 3600)
        sent = []
        monkeypatch.setattr(app, "send", sent.append)
        app.action_move(1, 0)
        await until(pilot, lambda: sent)
        await pilot.pause(0.05)
        assert len("".join(sent).encode()) < 400


async def test_panels_are_drawn_with_the_colours_or_soon(
    make_app, ready, at_rest, until, monkeypatch
):
    """The mark of a hint is drawn at once."""
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await at_rest(pilot)
        sent: list[str] = []
        monkeypatch.setattr(app, "send", sent.append)
        with monkeypatch.context() as patch:
            patch.setattr(app.studio, "solve", lambda _: None)  # no colours come
            app.action_put()
            assert "◉" in "".join(sent)
            assert app.document.color not in "".join(sent)
            await until(pilot, lambda: app.document.color in "".join(sent))
        monkeypatch.setattr("tui_colorize.tui.canvas.display._HELD", 3600)
        await at_rest(pilot)
        sent.clear()
        app.action_undo()  # the colours come
        await until(pilot, lambda: "undid" in "".join(sent))
        monkeypatch.setattr(app.studio, "solve", lambda _: None)
        sent.clear()
        app.action_redo()
        await pilot.press("shift")  # a key is answered
        await until(pilot, lambda: app.document.color in "".join(sent))


async def test_the_status_bar_says_it_all(make_app, ready, until, screen_text):
    async with make_app().run_test(size=(80, 24)) as pilot:
        app = await ready(pilot)
        await pilot.press("enter")
        for part in ("40×30", "69 grays", "1 hint", "network 64", "fake", " ms", "half-cell"):
            await until(pilot, lambda part=part: part in screen_text(app).splitlines()[-1])


@pytest.mark.parametrize("shape", [(1, 1), (5000, 1), (1, 5000), (3, 4000), (17, 13)])
async def test_pictures_of_odd_shapes(make_app, ready, until, tmp_path, shape):
    path = tmp_path / "odd.png"
    Image.fromarray(np.full(shape, 120, np.uint8)).save(path)
    async with make_app(path).run_test(size=(60, 20)) as pilot:
        app = await ready(pilot)
        await pilot.press("L", "J", "enter", "plus", "plus", "minus", "v", "v", "n", "0")
        height, width = shape
        assert app.document.cursor[0] < width
        assert app.document.cursor[1] < height
        assert len(app.document.hints) == 1


async def test_sixteen_bits_and_colour(make_app, ready, until, tmp_path, screen_text):
    path = tmp_path / "deep.png"
    Image.fromarray((np.arange(1200, dtype=np.uint16) * 50).reshape(30, 40)).save(path)
    async with make_app(path).run_test(size=SIZE) as pilot:
        await ready(pilot)
        await until(pilot, lambda: "1200 grays" in screen_text(pilot.app))
    path = tmp_path / "color.png"
    Image.fromarray(np.full((30, 40, 3), (200, 10, 10), np.uint8)).save(path)
    async with make_app(path).run_test(size=SIZE) as pilot:
        await ready(pilot)
        await until(pilot, lambda: "1 grays" in screen_text(pilot.app))


async def test_terminals_of_many_sizes(make_app, ready, until, screen_text):
    async with make_app().run_test(size=(80, 24)) as pilot:
        app = await ready(pilot)
        await pilot.press("enter")

        def drawn(columns, rows):
            lines = screen_text(app).splitlines()
            return (
                len(lines) == rows
                and all(cell_len(line) == columns for line in lines)
                and lines[-1].strip().startswith("40×30")
                and app.canvas.frame.request.size == tuple(app.canvas.size)
                and app.canvas.region.right <= columns
                and any("▀" in line for line in lines)
            )

        for size in [(40, 12), (300, 80), (120, 40), (60, 60), (200, 20), (41, 13)]:
            await pilot.resize_terminal(*size)
            await until(pilot, lambda size=size: drawn(*size))
        await pilot.resize_terminal(30, 8)
        await until(pilot, lambda: "40 columns and 12" in " ".join(screen_text(app).split()))
        await pilot.resize_terminal(100, 40)
        await until(pilot, lambda: drawn(100, 40))
        assert "needs at least" not in screen_text(app)


async def test_a_window_that_does_not_fit_its_pane_is_not_asked_for(make_app, ready, monkeypatch):
    """The canvas has a new size, and has not been told yet."""
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        canvas, wanted = app.canvas, []
        monkeypatch.setattr(app, "post_message", wanted.append)
        canvas.ask()
        assert any(isinstance(message, FrameWanted) for message in wanted)
        wanted.clear()
        width, height = canvas.viewport.pane
        canvas.viewport = replace(canvas.viewport, pane=(width - 2, height))
        canvas.ask()
        assert not any(isinstance(message, FrameWanted) for message in wanted)
        monkeypatch.undo()


async def test_a_small_terminal_shows_one_area_at_a_time(make_app, ready, until, screen_text):
    async with make_app().run_test(size=(40, 12)) as pilot:
        app = await ready(pilot)
        assert not app.table.region
        await pilot.press("enter", "tab")
        await until(pilot, lambda: "#c98f5e" in screen_text(app))
        await pilot.press("right", "right", "enter", "backspace", *"red", "enter", "escape")
        assert app.document.hints[0].color == "#ff0000"
        await pilot.press("c", *"lime", "enter", "enter")
        assert app.document.hints[0].color == "#00ff00"
        await until(pilot, lambda: app.canvas.region.width == 40)


async def test_how_vivid_colours_are_is_kept(make_app, ready, until, engine):
    """And only what the user chose: another network may have another usual value."""
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("enter")
        assert (engine.vividness, app.vividness) == (0.4, None)
        for step, wanted in ((1, 0.5), (-2, 0.3), (-1, 0.2)):
            await app.run_action(f"vivid({step})")
            assert app.vividness == wanted
            await until(pilot, lambda wanted=wanted: app.coloring.vividness == wanted)
        for _ in range(9):
            await app.run_action("vivid(-1)")
        assert app.vividness == 0
        await app.run_action("vivid(1)")
    engine.vividness = 0.4
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        assert app.coloring.vividness == app.vividness == 0.1
        await pilot.press("ctrl+n")
        await until(pilot, lambda: app.coloring.vividness == 0.4)
