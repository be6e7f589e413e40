"""Opening and saving."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from tui_colorize.tui.screens.open import OpenScreen

SIZE = (100, 40)


async def test_saving_under_the_offered_name(make_app, ready, until, picture, engine, said):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("c", *"tomato", "enter", "enter", "s", "enter")
        out = picture.with_name("old-color.png")
        await until(pilot, lambda: said(app, "information"))
        wanted = engine.colorize(engine.prepare(app.source.still.pixels), app.document.hints)
        assert np.array_equal(np.asarray(Image.open(out).convert("RGB")), wanted)
        assert str(out) in said(app, "information")[0]
        assert app.focused is app.canvas


@pytest.mark.parametrize("name", ["m.png", "~nobody-of-that-name.png"])
async def test_saving_under_another_name(make_app, ready, until, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("s")
        app.foot.query_one("#answer").value = ""
        await pilot.press(*name, "enter")
        await until(pilot, (tmp_path / name).exists)


async def test_the_given_output_is_offered(make_app, ready, until, tmp_path):
    out = tmp_path / "given.png"
    async with make_app(output=out).run_test(size=SIZE) as pilot:
        await ready(pilot)
        await pilot.press("s", "enter")
        await until(pilot, out.exists)


async def test_the_given_output_is_that_of_the_first_picture_alone(
    make_app, ready, until, tmp_path, picture
):
    other = picture.with_name("other.png")
    Image.open(picture).save(other)
    async with make_app(output=tmp_path / "given.png").run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        app.open_picture(other)
        await until(pilot, lambda: app.source.path == other)
        await pilot.press("s")
        assert app.foot.query_one("#answer").value.endswith("other-color.png")


async def test_overwriting_is_asked_for(make_app, ready, until, picture, said):
    out = picture.with_name("old-color.png")
    out.write_bytes(b"precious")
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        for answer in (["n", "enter"], ["enter"], ["escape"]):
            await pilot.press("s", "enter")
            await until(pilot, lambda: app.foot.purpose == "overwrite")
            await pilot.press(*answer)
            assert out.read_bytes() == b"precious"
            assert not app.studio.saving
        await pilot.press("s", "enter")
        await until(pilot, lambda: app.foot.purpose == "overwrite")
        await pilot.press("y", "enter")
        await until(pilot, lambda: said(app, "information"))
        assert Image.open(out).size == (40, 30)


@pytest.mark.parametrize("name", ["nowhere/x.png", "old.png", "x.unknown"])
async def test_a_save_that_fails_loses_nothing(make_app, ready, until, picture, said, name):
    before = picture.read_bytes()
    async with make_app(output=picture.parent / name).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("enter", "s", "enter")
        await until(pilot, lambda: said(app, "error"))
        assert len(app.document.hints) == 1
        assert picture.read_bytes() == before
        assert sorted(path.name for path in picture.parent.iterdir()) == ["old.png"]


async def test_escape_saves_nothing(make_app, ready, picture):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("s", "escape")
        assert app.focused is app.canvas
        await pilot.press("l")
        assert app.document.cursor == (21, 15)
    app.studio.close()
    assert not picture.with_name("old-color.png").exists()


async def test_a_save_under_way_is_finished_before_the_end(make_app, ready, picture, engine):
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await pilot.press("s", "enter", "q")
    app.studio.close()
    assert Image.open(picture.with_name("old-color.png")).size == (40, 30)
    assert app.studio.unreported == ""


async def test_a_missing_picture_is_a_sentence(make_app, until, said, tmp_path):
    async with make_app(tmp_path / "no.png").run_test(size=SIZE) as pilot:
        await until(pilot, lambda: said(pilot.app, "error"))
        assert "no.png" in said(pilot.app, "error")[0]
        keys = ["l", "enter", "1", "n", "s", "u", "plus", "v", "b", "x", "i", "tab", "enter"]
        await pilot.press(*keys, "escape")
        assert pilot.app.document is None


async def test_opening_another_picture(make_app, ready, until, picture):
    second = picture.with_name("second.png")
    Image.fromarray(np.full((20, 60), 99, np.uint8)).save(second)
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("enter", "o")
        await until(pilot, lambda: isinstance(app.screen, OpenScreen))
        await until(pilot, lambda: app.screen.query_one("#open-files").option_count == 3)
        await pilot.press(*"seco")
        await until(pilot, lambda: app.screen.query_one("#open-files").option_count == 1)
        await pilot.press("enter")
        await until(pilot, lambda: app.source.path == second)
        assert (app.document.width, app.document.height) == (60, 20)
        assert len(app.document.hints) == 0
        await until(pilot, lambda: app.coloring is not None)
        assert app.coloring.rgb.shape == (20, 60, 3)


async def test_the_picker_goes_through_folders(make_app, until, picture, monkeypatch, screen_text):
    (picture.parent / "deeper").mkdir()
    (picture.parent / "text.txt").write_text("no picture")
    picture.rename(picture.parent / "deeper" / "old.png")
    monkeypatch.chdir(picture.parent)
    async with make_app(None).run_test(size=SIZE) as pilot:
        app = pilot.app
        await until(pilot, lambda: isinstance(app.screen, OpenScreen))
        await until(pilot, lambda: "deeper/" in screen_text(app))
        await until(pilot, lambda: "no pictures or films here" in screen_text(app))
        assert "text.txt" not in screen_text(app)
        await pilot.press("down", "enter")
        await until(pilot, lambda: "old.png" in screen_text(app))
        await until(pilot, lambda: "40 × 30" in screen_text(app))
        await pilot.press("backspace")
        await until(pilot, lambda: "deeper/" in screen_text(app))
        await pilot.press("down", "enter")
        await until(pilot, lambda: "old.png" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: app.source is not None)


async def test_names_never_reach_the_terminal_raw(
    make_app, ready, until, picture, said, screen_text
):
    evil = picture.with_name("a\x1b]0;owned\x07[red]b[bold].png")
    picture.rename(evil)
    async with make_app(evil).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        shown = r"a\x1b]0;owned\x07[red]b[bold].png"
        assert shown in screen_text(app)
        await pilot.press("s")
        await pilot.pause()
        assert "\x1b" not in screen_text(app)
        await pilot.press("enter")
        await until(pilot, lambda: said(app, "information"))
        await pilot.pause(0.2)
        assert "\x1b" not in screen_text(app)
        assert r"\x1b]0;owned\x07[red]b[bold]-color.png" in said(app, "information")[0]
        # Under the very name that was meant.
        assert evil.with_name("a\x1b]0;owned\x07[red]b[bold]-color.png").exists()
        await pilot.press("o")
        await until(pilot, lambda: isinstance(app.screen, OpenScreen))
        await until(pilot, lambda: shown in screen_text(app))
        assert "\x1b" not in screen_text(app)
