"""What is said where: the line of keys, the help, the colour panel, the picture alone."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from textual import constants
from textual.geometry import Size
from textual.screen import Screen
from textual.widgets import Input

from tui_colorize.hints import Hint, HintSet
from tui_colorize.palette import Palette, save_palette
from tui_colorize.tui import desk
from tui_colorize.tui.keys import KEYS
from tui_colorize.tui.screens.help import HelpScreen
from tui_colorize.tui.terminal import Graphics, Terminal
from tui_colorize.tui.theme import SHADES, ink_on
from tui_colorize.tui.widgets.color_panel import CurrentColor
from tui_colorize.tui.widgets.foot import _FILM, _PICTURE

HARD_TO_SEE = [("#050505", 0.7), ("#060402", 0.2), ("#020208", 0.001)]


def _foot(app):
    return app.foot._words.visual.plain


async def test_the_foot_has_the_keys_of_what_has_the_focus(make_app, ready):
    async with make_app().run_test(size=(120, 40)) as pilot:
        app = await ready(pilot)
        assert "1-9 suggestion" in _foot(app)
        await pilot.press("tab")
        assert "delete" in _foot(app) and "1-9" not in _foot(app)
        await pilot.press("tab")
        assert "#rrggbb" in _foot(app)
        await pilot.press("down")
        assert "chroma" in _foot(app)
        await pilot.press("M")
        assert "next palette" in _foot(app)
        await pilot.press("escape")
        assert "1-9 suggestion" in _foot(app)


async def test_what_was_done_is_said_until_another_part_has_the_focus(make_app, ready):
    async with make_app().run_test(size=(120, 40)) as pilot:
        app = await ready(pilot)
        await pilot.press("c", *"peru", "enter")
        assert app.canvas.has_focus
        assert "peru" in _foot(app) or "#cd853f" in _foot(app)
        await pilot.press("tab")
        assert "delete" in _foot(app)


def test_the_foot_names_keys_that_there_are():
    shown = {part for key in KEYS for part in key.shown.replace(", ", " , ").split()}
    named = [key.replace("1-9", "1 9").split() for key, _ in (*_PICTURE, *_FILM)]
    assert {part for parts in named for part in parts} <= shown


async def test_the_foot_of_a_film(make_app, ready):
    async with make_app().run_test(size=(120, 40)) as pilot:
        app = await ready(pilot)
        assert "play" not in _foot(app)
        app.foot.show_keys(film=True)
        assert "play" in _foot(app)


def _titles(text):
    """How many sections of the help begin in its first line."""
    line = next((line for line in text.splitlines() if "│  Move" in line), "")
    return sum(f"  {title} " in line for title, _ in HelpScreen()._sections)


def _help_lines():
    return sum(len(lines) + 2 for _, lines in HelpScreen()._sections)


@pytest.mark.parametrize(("width", "columns"), [(80, 1), (120, 2), (200, 3)])
async def test_help_has_as_many_columns_as_fit(make_app, ready, until, screen_text, width, columns):
    async with make_app().run_test(size=(width, 60)) as pilot:
        app = await ready(pilot)
        await pilot.press("question_mark")
        await until(pilot, lambda: _titles(screen_text(app)) == columns)
        page = app.screen.query_one("#help Lines")
        assert page.size.height <= 1.4 * _help_lines() / columns
        await pilot.resize_terminal(100, 40)
        await until(pilot, lambda: _titles(screen_text(app)) == 1)


@pytest.mark.parametrize(
    ("first", "then"), [((120, 34), (119, 34)), ((119, 34), (120, 34)), ((96, 40), (96, 36))]
)
async def test_a_terminal_that_changes_is_laid_out_as_one_of_its_size(
    make_app, ready, until, first, then
):
    """Also where the panels stay where they are, as large as they are."""

    def regions(app):
        widgets = app.screen.query("#panels *")
        return {widget.id: widget.region for widget in widgets if widget.display}

    async with make_app().run_test(size=then) as pilot:
        wanted = regions(await ready(pilot))
    async with make_app().run_test(size=first) as pilot:
        app = await ready(pilot)
        before = regions(app)
        await pilot.resize_terminal(*then)
        await until(pilot, lambda: regions(app) == wanted)
        assert before != wanted


@pytest.mark.parametrize("key", ["question_mark", "o", "ctrl+p"])
async def test_dialogues_are_laid_out_once_when_they_open(
    make_app, ready, at_rest, until, monkeypatch, key
):
    laid_out, refresh = [], Screen._refresh_layout

    def counted(screen, size=None, **options):
        if size is not None:
            laid_out.append(screen)
        refresh(screen, size, **options)

    monkeypatch.setattr(Screen, "_refresh_layout", counted)
    async with make_app().run_test(size=(120, 40)) as pilot:
        app = await ready(pilot)
        await pilot.press(key)
        await until(pilot, lambda: laid_out.count(app.screen) > 0)
        await at_rest(pilot)
        assert laid_out.count(app.screen) == 1
        await pilot.resize_terminal(100, 30)
        await until(pilot, lambda: laid_out.count(app.screen) > 1)
        assert app.screen.size == (100, 30)


@pytest.mark.parametrize("width", [32, 34, 40, 60])
@pytest.mark.parametrize("name", ["peru", "chocolate", "mediumaquamarine"])
def test_the_name_of_the_colour_is_whole(monkeypatch, width, name):
    """In one row, what is said of the colour here makes way for it."""
    monkeypatch.setattr(CurrentColor, "app", type("App", (), {"theme": "dark"})())
    monkeypatch.setattr(CurrentColor, "size", Size(width, 1))
    monkeypatch.setattr(CurrentColor, "refresh", lambda *_: None)
    current = CurrentColor()
    current.show("#c98f5e", name)
    current.show_here("#532b00")
    text = current.render()
    assert text.cell_len <= width
    assert f"#c98f5e {name} " in text.plain
    assert any("#532b00" in str(span.style) for span in text.spans)  # its swatch


async def test_suggestions_are_seen_however_dark(make_app, ready):
    """The key stands on the swatch and the bars have the ink of the theme."""
    async with make_app().run_test(size=(120, 40)) as pilot:
        app = await ready(pilot)
        app.color_panel.suggestions.show(HARD_TO_SEE)
        text = app.color_panel.suggestions.render()
        line = text.plain.splitlines()[0]
        styles = {text.plain[span.start : span.end]: str(span.style) for span in text.spans}
        assert line.split()[:2] == ["1", "#050505"] and line.rstrip().endswith("70%")
        assert styles["  1  "] == "#ffffff on #050505"
        bars = [style for part, style in styles.items() if "━" in part]
        assert bars and set(bars) == {SHADES["dark"].quiet}


def test_ink_is_black_on_light_colours_and_white_on_dark_ones():
    assert [ink_on(color) for color in ("#ffffff", "#ffff00", "#0000ff", "#000000")] == [
        "#000000",
        "#000000",
        "#ffffff",
        "#ffffff",
    ]


async def test_a_disabled_hint_has_another_shape_on_its_colour(make_app, ready):
    async with make_app(hints=HintSet([Hint(3, 4, "#3a7bd5")])).run_test() as pilot:
        app = await ready(pilot)

        def marks():
            styles = [(mark.text, mark.style.bgcolor.name) for mark in app.canvas._marks.values()]
            return {text for text, ground in styles if ground == "#3a7bd5"}

        assert marks() == {"○"}
        await pilot.press("right_square_bracket", "d")
        assert marks() == {"×"}


@pytest.mark.parametrize("name, ring", [("kitty", "◯"), ("ghostty", "○")])
async def test_kitty_has_a_ring_of_the_font(make_app, ready, name, ring):
    """Its own is too thin; other terminals would cut off the large one."""
    hints = HintSet([Hint(10, 12, "#00ff00"), Hint(30, 20, "#00ff00")])
    terminal = Terminal(graphics=Graphics.KITTY, name=name)
    async with make_app(hints=hints, terminal=terminal).run_test(size=(60, 40)) as pilot:
        app = await ready(pilot)
        glyphs = {mark.text for mark in app.canvas._marks.values()}
        assert glyphs & {"◯", "○"} == {ring}


async def test_a_palette_of_a_long_name_is_on_show(make_app, ready):
    """The name does not push the swatches away."""
    save_palette(Palette("w" * 60, ("#ff0000", "#00ff00")))
    async with make_app().run_test(size=(120, 40)) as pilot:
        app = await ready(pilot)
        await pilot.press("M", "pagedown", "right")
        swatches = app.color_panel.swatches
        name, colors = swatches.render().split("\n")
        assert name.plain.endswith("2/2  #00ff00") and name.cell_len <= swatches.size.width
        assert colors.plain.startswith("   ▸  ◂")


@pytest.mark.parametrize("graphics", list(Graphics))
@pytest.mark.parametrize("system, few", [("256", "256"), ("standard", "16"), ("truecolor", "")])
async def test_few_colours_are_told(make_app, ready, said, monkeypatch, graphics, system, few):
    """Where the picture is drawn in them: not with the Kitty protocol or Sixel."""
    monkeypatch.setattr(constants, "COLOR_SYSTEM", system)
    async with make_app(terminal=Terminal(graphics=graphics)).run_test(size=(90, 30)) as pilot:
        app = await ready(pilot)
        if few and graphics is Graphics.HALFCELL:
            assert f"Only {few} colours" in said(app, "warning")[0]
        else:
            assert not said(app, "warning")


async def test_the_picture_alone(make_app, ready, until):
    """F gives it the room of the panels, which come where they are asked for."""
    async with make_app().run_test(size=(100, 30)) as pilot:
        app = await ready(pilot)
        before = app.canvas.size
        await pilot.press("F")
        await until(pilot, lambda: app.canvas.size.width * app.canvas.size.height > 100 * 25)
        assert not app.table.region.overlaps(app.screen.region)
        await pilot.press("tab")
        await until(pilot, lambda: app.table.grid.has_focus and app.table.size.width >= 98)
        await pilot.press("escape", "F")
        await until(pilot, lambda: app.canvas.size == before)


async def test_the_next_uncertain_place_is_known_before_it_is_asked_for(make_app, ready, until):
    async with make_app().run_test() as pilot:
        app = await ready(pilot)
        await pilot.press("n")
        await until(pilot, lambda: app.places is not None)
        await pilot.press("1")
        await until(pilot, lambda: len(app.document.hints) == 1 and app.places is not None)
        assert app.document.cursor not in app.places


async def test_no_places_are_looked_for_where_nobody_asked(make_app, ready, until, monkeypatch):
    async with make_app().run_test() as pilot:
        app = await ready(pilot)
        asked = []
        monkeypatch.setattr(app.studio, "find_places", lambda *_: asked.append(1))
        solved = app.coloring
        await pilot.press("enter")
        await until(pilot, lambda: app.coloring is not solved)
        assert not asked


@pytest.mark.parametrize(
    ("least", "most", "strongest"), [(2.0, 40.0, 1.0), (18.0, 24.0, 1.0), (9.0, 10.0, 0.2)]
)
async def test_the_tint_tells_places_apart(make_app, ready, until, engine, least, most, strongest):
    """However uncertain the picture is as a whole, but not where there is no difference."""
    plane = np.full((30, 40), least, np.float32)
    plane[:, 30:] = most
    engine.uncertainty = lambda *_: plane
    async with make_app().run_test() as pilot:
        app = await ready(pilot)
        await pilot.press("w")
        await until(pilot, lambda: app.canvas._tint is not None)
        assert app.canvas._tint[:, :29].max() == 0
        assert strongest - 0.1 < app.canvas._tint[0, 35] <= strongest


@pytest.mark.parametrize(
    "jump", [["]"], ["g", *"30,20", "enter"], ["n"]], ids=["a hint", "coordinates", "a place"]
)
async def test_a_place_that_was_chosen_has_its_suggestions_at_once(
    make_app, ready, until, monkeypatch, jump
):
    """After a step they wait until the cursor rests, so that steps are light."""
    async with make_app(hints=HintSet([Hint(3, 4, "#ff0000")])).run_test() as pilot:
        app = await ready(pilot)
        monkeypatch.setattr(desk, "_REST", 60.0)
        await pilot.press("right")
        await until(pilot, lambda: app.canvas.frame is not None)
        assert app.suggested_place != app.document.cursor
        keys = ["right_square_bracket" if key == "]" else key for key in jump]
        await pilot.press(*keys)
        await until(pilot, lambda: app.suggested_place == app.document.cursor)


async def test_the_end_of_quick_steps_is_known_sooner(make_app, ready, monkeypatch):
    """But suggestions never come between steps that are evenly apart."""
    async with make_app().run_test() as pilot:
        app = await ready(pilot)
        clock = [1000.0]
        monkeypatch.setattr(desk, "_REST", 0.5)
        monkeypatch.setattr(desk, "time", SimpleNamespace(monotonic=lambda: clock[0]))
        rests = []
        for pause in (5, 0.03, 0.03, 0.1, 0.1, 0.4, 0.4, 5):
            clock[0] += pause
            rests.append(app._until_rest())
        assert rests == pytest.approx([0.15, 0.15, 0.15, 0.3, 0.3, 0.5, 0.5, 0.15])


@pytest.mark.parametrize("typed", ["~nobody-of-that-name/x.png", "x" * 300, "/" + "y" * 5000, " "])
async def test_names_that_lead_nowhere(make_app, ready, typed):
    """The picker stays as it is."""
    async with make_app().run_test(size=(100, 30)) as pilot:
        app = await ready(pilot)
        await pilot.press("o")
        field = app.screen.query_one(Input)
        field.value = typed
        await pilot.press("enter")
        await pilot.pause()
        assert app.is_running


@pytest.mark.parametrize("typed", ["~nobody-of-that-name/p.gpl", "x" * 300])
async def test_palettes_that_are_not_there(make_app, ready, said, typed):
    async with make_app().run_test(size=(100, 30)) as pilot:
        app = await ready(pilot)
        app.action_import_palette()
        app.foot._entry.value = typed
        await pilot.press("enter")
        await pilot.pause()
        assert len(said(app, "error")) == 1


async def test_hints_are_hidden_until_one_changes(make_app, ready):
    async with make_app().run_test(size=(120, 40)) as pilot:
        app = await ready(pilot)
        await pilot.press("V")
        assert "no hints yet" in _foot(app)
        await pilot.press("enter", "L", "V")
        assert not app.canvas.overlay.hints
        assert "hidden" in _foot(app)
        await pilot.press("l", "bracketleft", "plus")  # to look around is no change
        assert not app.canvas.overlay.hints
        await pilot.press("H", "H", "enter")
        assert len(app.canvas.overlay.hints) == 2
        await pilot.press("V", "V")
        assert len(app.canvas.overlay.hints) == 2
        assert "shown" in _foot(app)
