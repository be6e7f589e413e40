"""The colour panel: gamut slice, palettes, and what they put in the hand."""

from __future__ import annotations

import pytest

from tui_colorize.color import fit_gamut, hex_to_lab
from tui_colorize.palette import Palette, save_palette, saved_palettes

SIZE = (100, 48)
SMALL = (80, 24)


def _chroma(color):
    _, a, b = hex_to_lab(color)
    return (a * a + b * b) ** 0.5


@pytest.mark.parametrize("size", [SIZE, SMALL, (120, 40), (60, 20)])
async def test_a_colour_from_the_gamut(make_app, ready, until, size):
    async with make_app().run_test(size=size) as pilot:
        app = await ready(pilot)
        await pilot.press("m")
        gamut = app.color_panel.gamut
        assert app.focused is gamut
        await until(pilot, lambda: gamut.region.height >= 3)
        assert gamut.lightness == app.prepared.lightness_at(20, 15)
        before = _chroma(gamut.choice)
        await pilot.press("up", "up", "up")
        assert _chroma(gamut.choice) > before + 4
        choice = gamut.choice
        await pilot.press("enter")
        assert app.document.color == choice
        assert app.document.recent[0] == choice
        assert app.focused is app.canvas
        assert app.color_panel.suggestions.display


async def test_a_gamut_that_comes_on_show_is_that_of_the_pixel(make_app, ready, until):
    async with make_app().run_test(size=(80, 24)) as pilot:
        app = await ready(pilot)
        gamut = app.color_panel.gamut
        assert not gamut.region
        await pilot.press("c", *"red", "enter", "l", "l", "j", "j")  # less than calls for another
        await pilot.resize_terminal(161, 45)
        await until(pilot, lambda: gamut.region)
        here = app.prepared.lightness_at(*app.document.cursor)
        await until(pilot, lambda: gamut.lightness == here)


async def test_the_choice_never_leaves_the_gamut(make_app, ready):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("m", *["shift+up"] * 20)
        gamut = app.color_panel.gamut
        for _ in range(12):
            await pilot.press(*["shift+right"] * 2)
            lightness = hex_to_lab(gamut.choice)[0]
            assert abs(lightness - gamut.lightness) < 0.6
            assert _chroma(gamut.choice) > 15
        await pilot.press("shift+down")
        assert gamut._inside() == gamut._chroma  # one step down is seen at once
        await pilot.press(*["shift+down"] * 20)
        assert _chroma(gamut.choice) < 1


async def test_what_was_not_taken_is_no_longer_chosen(make_app, ready, until):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("m")
        before = app.color_panel.gamut.choice
        await pilot.press("shift+left", "shift+up")
        assert app.color_panel.gamut.choice != before
        await pilot.press("escape")
        await until(pilot, lambda: app.color_panel.gamut.choice == before)


async def test_hues_go_round(make_app, ready):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("c", *"red", "enter", "m")
        start = app.color_panel.gamut._hue
        await pilot.press(*["shift+left"] * 24)
        assert app.color_panel.gamut._hue == pytest.approx(start)


async def test_a_click_in_the_gamut(make_app, ready, until):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        gamut = app.color_panel.gamut
        await pilot.click(gamut, offset=(0, gamut.size.height - 3))
        await until(pilot, lambda: app.focused is app.canvas and app.document.recent)
        _, a, b = hex_to_lab(app.document.color)
        assert a > 5
        assert abs(b) < a / 4
        assert app.document.recent == (app.document.color,)


async def test_what_is_outside_is_marked_and_the_rest_has_its_lightness(make_app, ready):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        gamut = app.color_panel.gamut
        rows = [gamut.render_line(y) for y in range(1, gamut.size.height)]
        assert "╱" in rows[0].text
        assert "╱" not in rows[-1].text
        for row in rows:
            for segment in row:
                if segment.text == "▀" and segment.style.color.name.startswith("#"):
                    lightness, a, b = hex_to_lab(segment.style.color.name)
                    assert abs(lightness - gamut.lightness) < 1
                    inside = fit_gamut(lightness, a, b)
                    assert (float(inside[0]), float(inside[1])) == pytest.approx((a, b), abs=0.01)


async def test_a_move_on_the_picture_leaves_the_panel_alone(make_app, ready, monkeypatch):
    """All that the panel shows of a place would have to be sent with every step."""
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        panel = app.color_panel
        refreshed = []
        for widget in (panel.gamut, panel.swatches, panel.current, panel.suggestions, panel.entry):
            monkeypatch.setattr(
                widget, "refresh", lambda *a, _of=widget, **k: refreshed.append(_of) or _of
            )
        app.action_move(1, 0)
        assert refreshed == []


async def test_the_slice_follows_the_resting_cursor(make_app, ready, until):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("g", *"0,0", "enter")
        await until(
            pilot, lambda: app.color_panel.gamut.lightness == app.prepared.lightness_at(0, 0)
        )


async def test_recent_colours_by_keyboard(make_app, ready):
    async with make_app().run_test(size=SMALL) as pilot:
        app = await ready(pilot)
        for name in ("red", "lime", "blue"):
            await pilot.press("c", *name, "enter")
        await pilot.press("M")
        assert app.focused is app.color_panel.swatches
        await pilot.press("right", "right", "enter")
        assert app.document.color == "#ff0000"
        assert app.focused is app.canvas


async def test_saved_palettes_by_keyboard(make_app, ready, until, screen_text):
    save_palette(Palette("Sea", tuple(f"#0000{i:02x}" for i in range(60))))
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("M", "pagedown")
        await until(pilot, lambda: "Sea" in screen_text(app))
        await pilot.press(*["down"] * 5, "right", "enter")
        across = app.color_panel.swatches._across
        assert app.document.color == f"#0000{5 * across + 1:02x}"


async def test_the_swatch_that_is_clicked_is_taken(make_app, ready, until):
    save_palette(Palette("Sea", tuple(f"#0000{i:02x}" for i in range(60))))
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("M", "escape")
        await pilot.click("#swatches", offset=(2, 0))
        await until(pilot, lambda: app.color_panel.swatches.name_shown == "Sea")
        await pilot.click("#swatches", offset=(3 * 4 + 1, 1))
        await until(pilot, lambda: app.document.color == "#000004")


async def test_saving_recent_colours_by_name(make_app, ready, until, command):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("c", *"red", "enter", "c", *"blue", "enter")
        await command(pilot, "recent colours as")
        await until(pilot, lambda: app.foot.purpose)
        await pilot.press(*"mine", "enter")
        assert saved_palettes() == [Palette("mine", ("#0000ff", "#ff0000"))]
        assert app.color_panel.swatches.name_shown == "mine"
        assert app.focused is app.canvas


async def test_importing_a_palette(make_app, ready, command, tmp_path, said):
    path = tmp_path / "film.gpl"
    path.write_text("GIMP Palette\nName: Film\n1 2 3\n4 5 6\n")
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        app.action_import_palette()
        await pilot.press(*str(path), "enter")
        assert saved_palettes() == [Palette("Film", ("#010203", "#040506"))]
        await pilot.press("M", "right", "enter")
        assert app.document.color == "#040506"
        app.action_import_palette()
        await pilot.press(*"nowhere.gpl", "enter")
        assert said(app, "error") == ["nowhere.gpl: there is no such file"]
        assert app.focused is app.canvas
        await pilot.press("M", "escape")
        await command(pilot, "remove the palette")
        assert saved_palettes() == []


async def test_nothing_to_save_as_a_palette(make_app, ready):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        app.action_save_palette()
        assert app.foot.purpose == ""


async def test_a_colour_that_is_not_taken_does_not_stay_in_the_line(make_app, ready):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("c", *"red", "escape")
        assert (app.focused, app.color_panel.entry.value) == (app.canvas, "")


async def test_from_the_line_down_to_the_gamut(make_app, ready):
    async with make_app().run_test(size=SMALL) as pilot:
        app = await ready(pilot)
        await pilot.press("c", "down")
        assert app.focused is app.color_panel.gamut
        await pilot.press("tab")
        assert app.focused is app.canvas
        assert app.color_panel.suggestions.display
