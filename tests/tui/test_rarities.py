"""What hardly anybody does: keys faster than dialogues, tiny terminals, a folder that is gone."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from tui_colorize.tui.screens.open import OpenScreen
from tui_colorize.tui.screens.palette import Palette

SIZE = (100, 40)


async def test_a_file_that_is_chosen_twice_is_opened_once(make_app, ready, until, picture):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("o")
        await until(pilot, lambda: isinstance(app.screen, OpenScreen) and app.screen.is_mounted)
        field = app.screen.query_one(Input)
        field.value = str(picture)
        await pilot.pause()
        for _ in range(3):
            field.post_message(Input.Submitted(field, field.value))
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await ready(pilot)
        await pilot.press("question_mark", "escape")
        assert len(app.screen_stack) == 1


async def test_a_command_that_is_chosen_twice_runs_once(make_app, ready, until, monkeypatch):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        done = []

        async def run(action, *_):
            done.append(action)

        monkeypatch.setattr(app, "run_action", run)
        app.push_screen(Palette())
        await until(pilot, lambda: isinstance(app.screen, Palette) and app.screen._list_visible)
        palette = app.screen
        field = palette.query_one(Input)
        for _ in range(4):
            field.post_message(Input.Submitted(field, field.value))
        field.post_message(Input.Changed(field, "zoom"))
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await until(pilot, lambda: not palette.is_attached)
        assert len(done) == 1


async def test_open_where_the_folder_is_gone(make_app, until, tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    async with make_app(None).run_test(size=SIZE) as pilot:
        await pilot.press("o")
        await until(pilot, lambda: isinstance(pilot.app.screen, OpenScreen))


@pytest.mark.parametrize("key", ["ctrl+p", "o", "question_mark", "r"])
async def test_any_size_does(make_app, ready, until, key):
    """What a dialogue cannot show there it shows again once there is room."""
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press(key)
        for size in ((20, 6), (4, 3), (1, 1), (2, 30), (7, 2), SIZE):
            await pilot.resize_terminal(*size)
            await until(pilot, lambda size=size: tuple(app.size) == size)
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert tuple(app.screen.size) == SIZE
