"""The work on a film goes on where it stopped, frame by frame."""

from __future__ import annotations

import shutil

from tui_colorize.session import film_digest, read_session
from tui_colorize.session.file import _CHUNK, _SAMPLES

SIZE = (120, 40)
EDITS = ["enter", "full_stop", "full_stop", "L", "enter", "greater_than_sign", "full_stop", "u"]


async def test_everything_is_restored_also_under_another_name(open_film, settled, film, said):
    async with open_film().run_test(size=SIZE) as pilot:
        before = await settled(pilot)
        await pilot.press(*EDITS, "plus")
        assert len(before.document.hints) == 1
        before.show_frame(17)
    moved = film.rename(film.with_name("moved.mkv"))
    async with open_film(moved).run_test(size=SIZE) as pilot:
        app = await settled(pilot)
        assert app.document.frame == app.source.frame == 17
        assert list(app.document.history) == list(before.document.history)
        assert app.document.cursor == before.document.cursor
        assert "1 hint and 2 steps of history restored" in said(app, "information")[0]
        await pilot.press("U")
        assert [hint.frame for hint in app.document.hints] == [0, 2]
        assert app.document.frame == 2


async def test_a_session_file_of_a_film(open_film, settled, until, film, tmp_path):
    async with open_film().run_test(size=SIZE) as pilot:
        app = await settled(pilot)
        await pilot.press("greater_than_sign", *EDITS, "ctrl+s", "enter")
        path = film.with_name("reel.tuic")
        await until(pilot, path.exists)
        hints, frame = app.document.hints, app.document.frame
    saved = read_session(path)
    assert (saved.source, saved.origin.frames) == (film, 60)
    assert (saved.work.history.state, saved.work.place.frame) == (hints, frame)
    shutil.rmtree(tmp_path / "data")
    async with open_film(path).run_test(size=SIZE) as pilot:
        app = await settled(pilot)
        assert (app.document.hints, app.document.frame) == (hints, frame)


async def test_two_films_have_their_own_work(open_film, settled, until, film, picture):
    async with open_film().run_test(size=SIZE) as pilot:
        app = await settled(pilot)
        await pilot.press("full_stop", "enter")
        app.open_picture(picture)
        await until(pilot, lambda: app.source.path == picture)
        await pilot.press("enter")
        app.open_picture(film)
        await until(pilot, lambda: app.source.path == film)
        assert [hint.frame for hint in app.document.hints] == [1]
        assert app.document.frame == 1
        await settled(pilot)


def test_the_digest_of_a_large_film_tells_it_from_others(tmp_path):
    size = _SAMPLES * _CHUNK + 12345
    path = tmp_path / "large.mp4"
    digests = set()
    for place in (None, 0, size - 1, size // 63 * 5):
        with path.open("wb") as file:
            file.truncate(size)  # a hole: it takes no room
            if place is not None:
                file.seek(place)
                file.write(b"x")
        digests.add(film_digest(path))
    with path.open("wb") as file:
        file.truncate(size + 1)
    digests.add(film_digest(path))
    assert len(digests) == 5
