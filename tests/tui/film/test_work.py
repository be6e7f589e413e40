"""Film in the app: put hints on one frame, see them on the others, correct what goes wrong."""

from __future__ import annotations

import pytest

from tui_colorize.hints import Hint, HintSet
from tui_colorize.imagefile import read_still
from tui_colorize.tui.canvas.painter import Detail
from tui_colorize.tui.terminal import Graphics, Terminal

SIZE = (120, 40)


async def put_on_square(app, pilot, settled, frame=0):
    """Go to a frame and put a hint on the square."""
    app.show_frame(frame)
    app.go(20 + 2 * frame, 48)
    await pilot.press("enter")
    await settled(pilot)


def here(app):
    """The hints of the frame on show, without those far off the square."""
    return [(hint.x, hint.y, hint.color) for hint in app.document.present[1]]


async def test_a_hint_follows_what_it_was_put_on(open_film, settled):
    async with open_film().run_test(size=SIZE) as pilot:
        app = await settled(pilot)
        await put_on_square(app, pilot, settled, 3)
        color = app.document.color
        for key, frame in (("full_stop", 4), ("full_stop", 5), ("comma", 4), ("comma", 3)):
            await pilot.press(key)
            await settled(pilot)
            ((x, y, shown),) = here(app)
            assert (abs(x - 20 - 2 * frame), abs(y - 48), shown) <= (1, 1, color)
        app.show_frame(0)  # and backwards in time
        await settled(pilot)
        assert abs(here(app)[0][0] - 20) <= 1


async def test_no_hint_crosses_a_cut(open_film, settled):
    async with open_film().run_test(size=SIZE) as pilot:
        app = await settled(pilot)
        await put_on_square(app, pilot, settled, 20)
        app.show_frame(39)
        await settled(pilot)
        assert here(app)
        await pilot.press("full_stop")
        await settled(pilot)
        assert here(app) == []
        assert app._overview.starts == (0, 40)


async def test_the_picture_on_show_is_that_of_the_frame(open_film, settled, until, frame_of):
    async with open_film().run_test(size=SIZE) as pilot:
        app = await settled(pilot)
        for frame in (30, 7, 59, 0):
            app.show_frame(frame)
            await settled(pilot)
            gray = frame_of(frame)
            assert (app.source.gray == gray).all()
            # no hints: gray
            await until(pilot, lambda gray=gray: (app.coloring.rgb[..., 0] == gray).all())


async def test_going_to_frames(open_film, settled, said):
    async with open_film().run_test(size=SIZE) as pilot:
        app = await settled(pilot)
        for frame in (5, 25):
            await put_on_square(app, pilot, settled, frame)
        for key, frame in (
            ("less_than_sign", 5),
            ("less_than_sign", 5),
            ("greater_than_sign", 25),
            ("greater_than_sign", 25),
        ):
            await pilot.press(key)
            assert app.document.frame == frame
        await pilot.press("g", *"@12", "enter")
        assert app.document.frame == 12
        await pilot.press("g", *"@0:01.5", "enter")
        assert app.document.frame == 30
        for nowhere in ("@60", "@0:inf", "@0:nan", "@-1"):
            await pilot.press("g", *nowhere, "enter")
            assert app.document.frame == 30
        complaint = "After @ comes a frame, 0 to 59, or a time, as in 1:05.2."
        assert said(app, "error") == [complaint] * 4
        await pilot.press("g", *"3,4", "enter")
        assert app.document.cursor == (3, 4)


async def test_the_ends_of_a_film(open_film, settled):
    async with open_film().run_test(size=SIZE) as pilot:
        app = await settled(pilot)
        await pilot.press("comma")
        assert app.document.frame == 0
        app.show_frame(1000)
        await pilot.press("full_stop")
        assert app.document.frame == 59


async def test_removing_a_followed_hint_removes_it_where_it_was_put(
    open_film, settled, screen_text
):
    async with open_film().run_test(size=SIZE) as pilot:
        app = await settled(pilot)
        await put_on_square(app, pilot, settled, 2)
        app.show_frame(10)
        await settled(pilot)
        await pilot.press("x")
        assert app.document.hints == HintSet()
        assert "remove hint 1, put on frame 2" in screen_text(app)


async def test_moving_a_followed_hint_corrects_it_here(open_film, settled, until):
    async with open_film().run_test(size=SIZE) as pilot:
        app = await settled(pilot)
        await put_on_square(app, pilot, settled, 2)
        original = app.document.hints[0]
        app.show_frame(10)
        await settled(pilot)
        app.document.begin_stroke()
        for x in (45, 50, 55):
            app.edit(lambda document, x=x: document.drag(0, x, 20))
        app.document.end_stroke()
        correction = Hint(55, 20, original.color, None, 10)
        assert app.document.hints == HintSet([original, correction])
        await pilot.press("u")
        assert app.document.hints == HintSet([original])


async def test_undo_goes_to_the_frame_of_what_it_undoes(open_film, settled):
    async with open_film().run_test(size=SIZE) as pilot:
        app = await settled(pilot)
        for frame in (4, 30):
            await put_on_square(app, pilot, settled, frame)
        app.show_frame(50)
        await pilot.press("u")
        assert (app.document.frame, len(app.document.hints)) == (30, 1)
        await pilot.press("u")
        assert (app.document.frame, len(app.document.hints)) == (4, 0)
        await pilot.press("U", "U")
        assert (app.document.frame, len(app.document.hints)) == (30, 2)


async def test_the_table_tells_what_hints_are_like_on_the_frame(open_film, settled):
    async with open_film().run_test(size=SIZE) as pilot:
        app = await settled(pilot)
        await put_on_square(app, pilot, settled, 5)
        assert app.table.grid.texts()[0][-2:] == ["5", "here"]
        app.show_frame(9)
        await settled(pilot)
        row = app.table.grid.texts()[0]
        assert row[-2] == "5" and row[-1].endswith("%")
        assert abs(int(row[1]) - 38) <= 1
        app.show_frame(50)
        await settled(pilot)
        assert app.table.grid.texts()[0][-2:] == ["5", ""]
        app.edit_cell(0, "frame", "")
        assert app.document.frame == 5


async def test_the_status_tells_of_the_frame(open_film, settled, screen_text):
    async with open_film().run_test(size=(160, 40)) as pilot:
        app = await settled(pilot)
        await put_on_square(app, pilot, settled)
        app.show_frame(30)
        await settled(pilot)
        line = screen_text(app).splitlines()[-1]
        for part in ("frame 30/60", "0:01.5", "20 fps", "1 tracked", "0 lost", "128×96"):
            assert part in line


async def test_a_click_on_the_timeline_goes_there(open_film, settled, until):
    async with open_film().run_test(size=(62, 40)) as pilot:
        app = await settled(pilot)
        await pilot.click("#timeline", offset=(31, 0))
        await until(pilot, lambda: app.document.frame == 30)
        await pilot.mouse_down("#timeline", offset=(31, 1))
        await pilot.hover("#timeline", offset=(46, 1))
        await until(pilot, lambda: app.document.frame == 45)
        await pilot.mouse_up("#timeline", offset=(46, 1))


async def test_playing_goes_on_to_the_end_and_keys_stop_it(open_film, settled, until, clock):
    async with open_film().run_test(size=SIZE) as pilot:
        app = await settled(pilot)
        app.show_frame(45)
        await settled(pilot)
        await pilot.press("p")
        assert app.playing
        clock.now += 0.32
        await until(pilot, lambda: app.document.frame == 51)
        clock.now += 60
        await until(pilot, lambda: app.document.frame == 59 and not app.playing)
        await settled(pilot)
        await pilot.press("p")  # from the beginning again
        assert app.playing
        clock.now += 0.52
        await until(pilot, lambda: app.document.frame == 10)
        await pilot.press("escape")
        assert not app.playing
        assert app.document.frame == 10
        await pilot.press("p", "enter")
        assert not app.playing
        assert len(app.document.hints) == 1
        await settled(pilot)


@pytest.mark.parametrize("key", ["c", "m", "M", "g", "s"])
async def test_escape_leaves_a_question_that_was_asked_while_it_played(open_film, settled, key):
    async with open_film().run_test(size=SIZE) as pilot:
        app = await settled(pilot)
        await pilot.press("p", key)
        assert not app.playing
        assert app.focused is not app.canvas
        await pilot.press("escape")
        assert app.focused is app.canvas


@pytest.mark.usefixtures("clock")
async def test_escape_leaves_the_table_while_it_plays(open_film, settled):
    async with open_film().run_test(size=SIZE) as pilot:
        app = await settled(pilot)
        await pilot.press("p", "tab")
        assert app.playing
        await pilot.press("escape")
        assert not app.playing
        assert app.focused is app.canvas


async def test_leaving_while_it_plays(open_film, settled):
    app = open_film()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("p", "q")
    assert app.return_code == 0
    assert not app.playing


async def test_opening_the_open_film_again_changes_nothing(open_film, settled, until, film):
    async with open_film().run_test(size=SIZE) as pilot:
        app = await settled(pilot)
        await put_on_square(app, pilot, settled, 7)
        source = app.source
        app.open_picture(film)
        await until(pilot, lambda: app.source.film is not source.film)
        await settled(pilot)
        assert (app.document.frame, len(app.document.hints)) == (7, 1)


async def test_frames_that_come_too_late_are_dropped(open_film, settled, until, engine, clock):
    async with open_film().run_test(size=SIZE) as pilot:
        app = await settled(pilot)
        engine.gate.clear()
        before = engine.waiting
        await pilot.press("p")
        clock.now += 0.12
        await until(pilot, lambda: engine.waiting > before)
        frame = app.document.frame
        clock.now += 0.3
        await pilot.pause(0.3)
        assert app.document.frame == frame  # the network is still busy with it
        engine.gate.set()
        await until(pilot, lambda: app.document.frame > frame + 4)
        await pilot.press("p")
        assert not app.playing


async def test_saving_saves_the_frame_that_was_on_show(open_film, settled, until, film, frame_of):
    async with open_film().run_test(size=SIZE) as pilot:
        app = await settled(pilot)
        app.show_frame(12)
        await settled(pilot)
        await pilot.press("s")
        app.show_frame(30)  # the timeline is clicked meanwhile
        await settled(pilot)
        await pilot.press("enter")
        saved = film.with_name("reel-12-color.png")
        await until(pilot, saved.exists)
        await until(pilot, lambda: not app.studio.saving)
        assert (read_still(saved).pixels == frame_of(12)[..., None]).all()  # no hints: gray


async def test_saving_stops_the_film(open_film, settled, until, film):
    async with open_film().run_test(size=SIZE) as pilot:
        app = await settled(pilot)
        await pilot.press("p")
        await until(pilot, lambda: app.document.frame > 3)
        await pilot.press("s")
        assert not app.playing
        app.foot.call_off()
        await settled(pilot)
        await pilot.press("s")
        assert f"reel-{app.document.frame}-color.png" in app.foot.query_one("#answer").value


async def test_a_still_after_a_film(open_film, settled, picture, ready, until, engine):
    async with open_film().run_test(size=SIZE) as pilot:
        app = await settled(pilot)
        assert app.timeline.display
        app.open_picture(picture)
        await until(pilot, lambda: app.source.path == picture and app.coloring is not None)
        assert not app.timeline.display
        assert app.status.status.film is None
        await pilot.press("full_stop", "p", "enter")
        assert app.document.hints[0].frame == 0
        assert not app.playing


async def test_what_is_no_film_is_refused_in_a_sentence(open_film, until, film, said):
    bad = film.with_name("bad.mp4")
    bad.write_bytes(b"not a film at all")
    async with open_film(bad).run_test(size=SIZE) as pilot:
        await until(pilot, lambda: said(pilot.app, "error"))
        (message,) = said(pilot.app, "error")
        assert "bad.mp4 cannot be read as a film" in message


async def test_the_timeline_shows_hinted_frames_cuts_and_what_is_lost(
    open_film, settled, screen_text
):
    async with open_film().run_test(size=(62, 40)) as pilot:
        app = await settled(pilot)
        app.go(70, 40)  # what the square will cover
        await pilot.press("enter")
        app.show_frame(45)
        await settled(pilot)
        shots, tracks = screen_text(app).splitlines()[-4:-2]
        assert (shots[1], shots[46]) == ("◆", "┃")
        lost = [column - 1 for column, glyph in enumerate(tracks) if glyph == "╍"]
        stretches = app._overview.stretches
        assert lost
        assert set(lost) >= {f for each in stretches for f in range(each.first, each.last + 1)}
        assert "━" in tracks[:15]
        assert tracks[41:].strip() == ""  # beyond the cut
        papers = [app.timeline.render_line(0)]
        before, after = (
            next(iter(strip.crop(column, column + 1))).style.bgcolor
            for strip in papers
            for column in (40, 41)
        )
        assert before != after


async def test_while_it_plays_frames_are_coarse_and_drawn_whole(
    open_film, settled, at_rest, until, clock, monkeypatch
):
    """Each is asked for once, and the next one only when it is on the canvas."""
    async with open_film(terminal=Terminal(graphics=Graphics.KITTY)).run_test(size=SIZE) as pilot:
        app = await settled(pilot)
        await at_rest(pilot)
        wanted, waiting = [], []
        show, show_frame = app.canvas.show, app.show_frame

        def shown(frame):
            wanted.append(frame.request.detail)
            show(frame)

        def next_frame(frame):
            waiting.append((len(wanted), app.canvas.complete))
            show_frame(frame)

        monkeypatch.setattr(app.canvas, "show", shown)
        monkeypatch.setattr(app, "show_frame", next_frame)
        await pilot.press("p")
        for count in range(1, 6):
            clock.now += 0.1
            await until(pilot, lambda count=count: len(waiting) == count)
        played = waiting[-1][0]
        assert set(wanted[:played]) == {Detail.COARSE}
        counts = [count for count, _ in waiting]
        assert counts == sorted(set(counts))  # a frame on the canvas between any two
        assert all(complete for _, complete in waiting)
        await pilot.press("p")
        await until(pilot, lambda: wanted[-1] is Detail.FINE)
