"""Themes and what else is chosen once and for all."""

from __future__ import annotations

import pytest

from tui_colorize.hints import Hint, HintSet
from tui_colorize.tui.settings import Settings, load_settings, save_settings
from tui_colorize.tui.theme import SHADES, THEMES

SIZE = (100, 40)


def test_settings_come_back():
    assert load_settings() == Settings()
    save_settings(Settings("light", True))
    assert load_settings() == Settings("light", True)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"theme": 3}', '{"other": 1, "low_bandwidth": "yes"}', "\0"]
)
def test_damaged_settings_are_the_usual_ones(text, tmp_path):
    save_settings(Settings("light", True))
    path = tmp_path / "config" / "tui-colorize" / "settings.json"
    path.write_text(text)
    assert load_settings() == Settings()


def _contrast(one, other):
    def luminance(color):
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("name", "least"), [("dark", 4.5), ("light", 4.5), ("contrast", 7.0)])
def test_inks_can_be_read_on_their_papers(name, least):
    """WCAG 2: 4.5 for text, 7 for high contrast."""
    ink = SHADES[name]
    for paper in (ink.ground, ink.panel):
        for color in (ink.text, ink.quiet, ink.dim, ink.accent):
            assert _contrast(color, paper) >= least, (color, paper)
    assert _contrast(ink.on_accent, ink.accent) >= 4.5
    for paper in (ink.chosen, ink.edited, ink.raised):
        assert _contrast(ink.text, paper) >= 4.5


async def test_a_theme_is_chosen_by_name_and_kept(make_app, ready, until):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        for name in THEMES:
            app.action_theme(name)
            place, panel = app.status.region.offset, SHADES[name].panel
            await until(  # styles follow a theme some time later
                pilot,
                lambda place=place, panel=panel: (
                    app.screen.get_style_at(*place).bgcolor.triplet.hex == panel
                ),
            )
            words = app.foot.region.offset
            assert app.screen.get_style_at(words.x + 2, words.y).color is not None
        assert load_settings().theme == "contrast"
    async with make_app().run_test(size=SIZE) as pilot:
        await until(pilot, lambda: pilot.app.theme == "contrast")


@pytest.mark.parametrize("name", list(THEMES))
async def test_the_rows_of_the_table_have_the_inks_of_the_theme(make_app, ready, until, name):
    """Those that were there before it was chosen; what is off is dim as a whole."""
    hints = HintSet([Hint(5, 6, "#ff0000"), Hint(20, 10, "#00ff00", 2, enabled=False)])
    async with make_app(hints=hints).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        app.action_theme(name)
        grid, ink = app.table.grid, SHADES[name]
        left, top = grid.region.offset
        for row, inks in [(0, (ink.dim, ink.text)), (1, (ink.dim, ink.dim))]:
            grid.move_to(row, 3)
            places = left, left + grid.cell_region().x + len("█ ")  # the number, the colour's code
            grid.move_to(row, 1)

            def shown(row=row, places=places):
                styles = [app.screen.get_style_at(x, top + 1 + row) for x in places]
                return tuple(style.color.triplet.hex for style in styles)

            await until(pilot, lambda shown=shown, inks=inks: shown() == inks)


async def test_settings_that_cannot_be_kept_are_said(make_app, ready, tmp_path, said):
    (tmp_path / "config").write_text("a file")
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        app.action_theme("light")
        await pilot.pause()
        assert app.theme == "light"
        assert "cannot be written" in said(app, "error")[0]


async def test_low_bandwidth_is_kept(make_app, ready):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        assert not app.canvas.low_bandwidth
        app.action_low_bandwidth()
        assert app.canvas.low_bandwidth
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        assert app.canvas.low_bandwidth
        app.action_low_bandwidth()
        assert not load_settings().low_bandwidth


async def test_low_bandwidth_is_proposed_once_and_for_all(make_app, ready, said):
    for proposals in (1, 0):
        async with make_app().run_test(size=SIZE, notifications=True) as pilot:
            app = await ready(pilot)
            app.slow_link()
            app.slow_link()
            await pilot.pause()
            assert sum("ctrl+p" in words for words in said(app, "information")) == proposals
            assert not app.canvas.low_bandwidth


async def test_low_bandwidth_that_was_tried_is_not_proposed(make_app, ready, said):
    async with make_app().run_test(size=SIZE, notifications=True) as pilot:
        app = await ready(pilot)
        for _ in range(2):
            app.action_low_bandwidth()
            app.slow_link()
            await pilot.pause()
            assert not any("ctrl+p" in words for words in said(app, "information"))
