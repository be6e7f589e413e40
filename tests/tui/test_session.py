"""Work goes on where it stopped, and can be saved to a file of the user's own."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from PIL import Image

from tui_colorize.hintfile import read_hints
from tui_colorize.hints import Hint, HintSet
from tui_colorize.session import read_session
from tui_colorize.tui.canvas.panes import View
from tui_colorize.tui.screens.open import OpenScreen

SIZE = (100, 40)
EDITS = ["enter", "L", "c", *"tomato", "enter", "enter", "J", "enter", "u"]


@pytest.fixture
def edited(make_app, ready):
    """A closed app in which two hints were put, and one that was undone."""

    async def edit(*more: str, path=None):
        app = make_app(path) if path else make_app()
        async with app.run_test(size=SIZE) as pilot:
            await ready(pilot)
            await pilot.press(*EDITS, *more)
        app.studio.close()
        return app

    return edit


def place(app) -> tuple[object, ...]:
    document = app.document
    return (
        document.cursor,
        document.color,
        document.radius,
        document.recent,
        document.selected,
        app.canvas.viewport.zoom,
        app.canvas.viewport.region,
        app.canvas.view,
    )


async def test_everything_is_restored(edited, make_app, ready, picture, said, tmp_path):
    before = await edited("L", "L", "(", "v", "plus", "plus", "K")
    assert (before.canvas.viewport.zoom, before.canvas.view) == (2, View.SPLIT)
    # By its content, not by its name.
    moved = tmp_path / "moved.png"
    picture.rename(moved)
    async with make_app(moved).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        assert list(app.document.history) == list(before.document.history)
        assert app.document.history.position == 2
        assert place(app) == place(before)
        assert said(app, "information") == [
            "2 hints and 3 steps of history restored; ctrl+n starts afresh."
        ]
        await pilot.press("U")
        assert len(app.document.hints) == 3
        await pilot.press(*"uuuu")
        assert len(app.document.hints) == 0


async def test_every_key_is_kept_at_once(make_app, ready, monkeypatch):
    """Also a stroke of the brush that is not at its end, and what changes the view alone."""
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        recorded = []
        record = app.kept.record
        monkeypatch.setattr(app.kept, "record", lambda work: [recorded.append(work), record(work)])
        for key in ["enter", "b", "l", "l", "L", "plus", "v", "u", "b", "(", "l", "x", "r"]:
            await pilot.press(key)
            assert recorded[-1].history == app.document.history, key
            assert recorded[-1].place.cursor == app.document.cursor, key
            assert recorded[-1].place.zoom == app.canvas.viewport.zoom, key
            assert recorded[-1].place.view == app.canvas.view, key


async def test_a_start_afresh_can_be_undone(edited, make_app, ready, said):
    before = await edited("plus", "(", "ctrl+n")
    document = before.document
    assert len(document.hints) == 0
    assert (document.cursor, document.radius, document.recent) == ((20, 15), None, ())
    assert before.canvas.viewport.zoom == 0
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        assert said(app, "information") == [
            "0 hints and 3 steps of history restored; ctrl+n starts afresh."
        ]
        await pilot.press("u")
        assert len(app.document.hints) == 2


async def test_given_hints_win_over_kept_ones(edited, make_app, ready, said):
    kept = (await edited()).document.hints
    given = HintSet([Hint(1, 2, "#123456")])
    async with make_app(hints=given).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        assert app.document.hints == given
        assert said(app, "information") == []
        # They are not lost for that.
        await pilot.press("u")
        assert app.document.hints == kept
        await pilot.press("u")
        assert len(app.document.hints) == 1


async def test_looking_is_nothing_to_restore(make_app, ready, said, data_home):
    for _ in range(2):
        async with make_app().run_test(size=SIZE) as pilot:
            app = await ready(pilot)
            assert said(app, "information") == []
            await pilot.press("l", "plus")
    assert list((data_home / "tui-colorize" / "sessions").iterdir()) == []


async def test_another_picture_has_its_own_work(make_app, ready, until, picture):
    second = picture.with_name("second.png")
    Image.fromarray(np.full((20, 60), 99, np.uint8)).save(second)
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("enter", "L")
        app.open_picture(second)
        await until(pilot, lambda: app.source.path == second)
        assert len(app.document.hints) == 0
        await pilot.press("enter", "L", "enter")
        app.open_picture(picture)
        await until(pilot, lambda: app.source.path == picture)
        assert len(app.document.hints) == 1
        assert app.document.cursor == (30, 15)
        app.open_picture(second)
        await until(pilot, lambda: app.source.path == second)
        assert len(app.document.hints) == 2


async def test_opening_the_same_picture_again_changes_nothing(make_app, ready, until, picture):
    copy = picture.with_name("copy.png")
    shutil.copy(picture, copy)
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("enter", "L", "enter", "u", "plus")
        history, where = app.document.history, place(app)
        app.open_picture(copy)
        await until(pilot, lambda: app.source.path == copy and app.coloring is not None)
        assert app.document.history == history
        assert place(app) == where
        await pilot.press("U")
        assert len(app.document.hints) == 2
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        assert len(app.document.hints) == 2


async def test_a_second_window_is_told(make_app, ready, said):
    first, second = make_app(), make_app()
    async with first.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await pilot.press("enter")
        async with second.run_test(size=SIZE) as other:
            await ready(other)
            assert "open in another window" in said(second, "warning")[0]
            assert len(second.document.hints) == 1
            await other.press("L", "enter")
        await pilot.press("H", "enter")
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        assert said(app, "warning") == []
        points = {(hint.x, hint.y) for step in app.document.history for hint in step.state}
        assert points == {(20, 15), (30, 15), (10, 15)}


async def test_a_data_folder_that_cannot_be_used_is_said_once(make_app, ready, data_home, said):
    data_home.write_text("a file")
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("enter", "L", "enter")
        assert len(app.document.hints) == 2
        assert ["not being kept" in text for text in said(app, "warning")] == [True]
        assert said(app, "error") == []


async def test_a_disk_that_is_full_is_said_once(make_app, ready, said, monkeypatch):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        monkeypatch.setattr("tui_colorize.session.kept.os.write", lambda *_: 0)
        await pilot.press("enter", "L", "enter")
        monkeypatch.undo()
        assert len(app.document.hints) == 2
        assert said(app, "error") == ["Your work here is not being kept: no space left on device"]


# Files.


async def test_a_session_is_saved_beside_the_picture(edited, make_app, ready, until, picture, said):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press(*EDITS, "ctrl+s", "enter")
        await until(pilot, lambda: said(app, "information"))
        session = picture.with_name("old.tuic")
        assert said(app, "information") == [f"Saved to {session}"]
        assert app.focused is app.canvas
        saved = read_session(session)
        assert saved.source == picture
        assert saved.work.history == app.document.history
        assert saved.work.place.cursor == app.document.cursor


async def test_a_session_is_not_overwritten_unasked(make_app, ready, until, picture, said):
    session = picture.with_name("old.tuic")
    session.write_text("precious")
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        for answer in (["n", "enter"], ["enter"], ["escape"]):
            await pilot.press("ctrl+s", "enter")
            assert app.foot.purpose == "overwrite session"
            await pilot.press(*answer)
            assert not app.studio.saving
            assert session.read_text() == "precious"
        await pilot.press("enter", "ctrl+s", "enter", "y", "enter")
        await until(pilot, lambda: said(app, "information"))
        assert len(read_session(session).work.history.state) == 1


async def test_under_the_name_of_a_hint_file_the_hints_are_saved(
    make_app, ready, until, picture, said
):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("enter", "L", "enter")
        for name in ("x.csv", "x.json"):
            app.action_save_session()
            app.foot.query_one("#answer").value = str(picture.with_name(name))
            await pilot.press("enter")
            await until(pilot, picture.with_name(name).exists)
            await until(pilot, lambda: not app.studio.saving)
            assert read_hints(picture.with_name(name)) == app.document.hints
        await pilot.press("u", "ctrl+s")  # the next name that is offered is a session's again
        assert app.foot.query_one("#answer").value.endswith("old.tuic")
        app.foot.query_one("#answer").value = str(picture.with_name("x.csv"))
        await pilot.press("enter", "y", "enter")
        await until(pilot, lambda: len(read_hints(picture.with_name("x.csv"))) == 1)


async def test_a_session_that_cannot_be_saved_is_said(make_app, ready, until, picture, said):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("ctrl+s")
        app.foot.query_one("#answer").value = str(picture.with_name("x.txt"))
        await pilot.press("enter")
        await until(pilot, lambda: said(app, "error"))
        assert said(app, "error")[0].endswith("the name of a session ends in .tuic")
        app.foot.call_off()
        await pilot.press("ctrl+s", "escape")
        assert sorted(path.name for path in picture.parent.iterdir()) == ["old.png"]


async def test_a_session_file_is_opened(edited, make_app, ready, until, picture, said, data_home):
    before = await edited("plus")
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("ctrl+s", "enter")
        await until(pilot, lambda: len(said(app, "information")) == 2)
    shutil.rmtree(data_home)
    session = picture.with_name("old.tuic")
    async with make_app(session).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        assert app.source.path == picture
        assert app.document.history == before.document.history
        assert place(app) == place(before)
        await pilot.press("ctrl+s")
        assert app.foot.query_one("#answer").value == str(session)


async def test_a_session_file_does_not_drive_out_what_was_kept(
    edited, make_app, ready, until, picture, said
):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("enter", "ctrl+s", "enter")
        await until(pilot, lambda: said(app, "information"))
        await pilot.press("L", "enter")
    session = picture.with_name("old.tuic")
    async with make_app(session).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        assert len(app.document.hints) == 1
        await pilot.press("u")
        assert len(app.document.hints) == 2
        # Opened once more, while the picture is on the desk.
        app.open_picture(session)
        await until(pilot, lambda: len(app.document.hints) == 1)
        await pilot.press("u")
        assert len(app.document.hints) == 2


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda folder: (folder / "old.png").unlink(), "its source is missing"),
        (lambda folder: (folder / "old.png").write_bytes(b"other"), "is not the source that"),
        (lambda folder: (folder / "old.tuic").write_text("{}"), "is not a session"),
        (lambda folder: (folder / "old.tuic").unlink(), "there is no such file"),
    ],
)
async def test_a_session_file_that_cannot_be_opened_is_a_sentence(
    make_app, ready, until, picture, said, spoil, problem
):
    async with make_app().run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await pilot.press("enter", "ctrl+s", "enter")
        await until(pilot, lambda: said(app, "information"))
        spoil(picture.parent)
        app.open_picture(picture.with_name("old.tuic"))
        await until(pilot, lambda: said(app, "error"))
        assert problem in said(app, "error")[0]
        # The work goes on.
        await pilot.press("L", "enter")
        assert len(app.document.hints) == 2


async def test_the_picker_offers_sessions(edited, make_app, until, picture, monkeypatch):
    await edited()
    async with make_app().run_test(size=SIZE) as pilot:
        app = pilot.app
        await until(pilot, lambda: app.document is not None)
        await pilot.press("ctrl+s", "enter")
        await until(pilot, picture.with_name("old.tuic").exists)
        await pilot.press("o")
        await until(pilot, lambda: isinstance(app.screen, OpenScreen))
        await until(pilot, lambda: app.screen.query_one("#open-files").option_count == 3)
        await pilot.press(*".tuic")
        await until(pilot, lambda: app.screen.query_one("#open-files").option_count == 1)
        await pilot.press("enter")
        await until(pilot, lambda: app._session_file is not None)
        assert app._session_file.name == "old.tuic"
