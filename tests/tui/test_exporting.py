"""The screen of exports, and what the app tells of them."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import av
import numpy as np
import pytest
from textual.widgets import Input, Static

from tui_colorize import flock
from tui_colorize.export import Export, Phase, Request, Status, all_exports, job
from tui_colorize.export.job import Listed
from tui_colorize.export.record import write
from tui_colorize.hints import Hint, HintSet
from tui_colorize.tui.app import ColorizeApp
from tui_colorize.tui.screens.export import ExportScreen
from tui_colorize.tui.screens.question import Question
from tui_colorize.tui.widgets.choice import Choice
from tui_colorize.tui.widgets.export_list import ExportList
from tui_colorize.video import codecs
from tui_colorize.video.progress import Progress

SIZE = (100, 30)
HINTS = HintSet([Hint(8, 8, "#c83232"), Hint(9, 9, "#32c832", enabled=False)])
STAND_IN = Path(__file__).parents[1] / "export" / "stand_in.py"


@pytest.fixture(autouse=True)
def working_codecs(monkeypatch) -> None:
    """As on a machine with these encoders."""
    there = ("x264", "av1", "ffv1")
    found = {name: None if name in there else "no" for name in codecs.CODECS}
    monkeypatch.setattr(codecs, "available", lambda: found)
    monkeypatch.setattr(job, "_COMMAND", ("true",))
    monkeypatch.setattr("tui_colorize.tui.exporting._LOOK", 0.05)


@pytest.fixture
def film(tmp_path, monkeypatch) -> Path:
    """The film that is open."""
    path = tmp_path / "film.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=24)
        stream.width, stream.height, stream.pix_fmt = 48, 32, "yuv420p"
        for number in range(40):
            gray = np.full((32, 48, 3), 60 + number, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(gray, format="rgb24")))
        container.mux(stream.encode(None))
    monkeypatch.setattr(ColorizeApp, "film_on_desk", lambda self: (path, HINTS))
    return path


@pytest.fixture
def record(data_home, tmp_path):
    """Makes the record of an export that is at work, as long as its lock is not closed."""
    locks = {}

    def make(name: str, status: Status) -> Export:
        folder = data_home / "tui-colorize" / "exports" / f"{len(locks):08}"
        write(folder / "request.json", Request(source="film", output=str(tmp_path / name)))
        write(folder / "status.json", status)
        export = Export(folder)
        locks[export.id] = flock.take(folder / "lock")
        return export

    make.end = lambda export: os.close(locks[export.id])
    return make


@pytest.fixture
def exporting(until):
    """Opens the screen; it knows the codecs then."""

    async def begin(pilot) -> ExportScreen:
        await until(pilot, lambda: pilot.app.canvas.frame is not None)
        await pilot.press("e")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExportScreen))
        screen = pilot.app.screen
        if screen.query("#export-form"):
            await until(pilot, lambda: len(screen.query_one("#export-codec", Choice)._values) > 1)
        return screen

    return begin


def running(done: int) -> Status:
    return Status(phase=Phase.RUNNING, progress=Progress(done, 200, 12.5, 8.0, "encode"))


@pytest.mark.parametrize(
    ("status", "keys"),
    [
        (running(7), ["p pause", "c cancel"]),
        (Status(phase=Phase.PAUSED), ["p go on", "c cancel"]),
        (Status(phase=Phase.DONE), ["x remove from the list"]),
        (Status(phase=Phase.CANCELLED), ["p go on", "x remove"]),
    ],
)
async def test_the_keys_that_are_told_suit_the_export(
    make_app, exporting, film, record, until, status, keys
):
    export = record("a.mkv", status)
    if not status.phase.active:
        record.end(export)
    async with make_app().run_test(size=SIZE) as pilot:
        screen = await exporting(pilot)
        foot = screen.query_one("#export-foot", Static)
        assert foot.content.strip().startswith("enter starts")
        await until(pilot, lambda: screen.query_one(ExportList).chosen)
        await pilot.press("tab")
        back = "escape back; exports run on" if status.phase.active else "escape back"
        wanted = [*keys, "tab new export", back]
        await until(pilot, lambda: foot.content.strip().split("   ") == wanted)


async def test_without_a_film(make_app, until, monkeypatch):
    """There is nothing to export, which is said."""
    monkeypatch.setattr(ColorizeApp, "film_on_desk", lambda self: None)
    async with make_app().run_test(size=SIZE) as pilot:
        await until(pilot, lambda: pilot.app.canvas.frame is not None)
        await pilot.press("e")
        assert not isinstance(pilot.app.screen, ExportScreen)


async def test_only_what_this_machine_can_do_is_offered(make_app, exporting, film):
    """Codecs that work, their own quality and presets, and a name that holds them."""
    async with make_app().run_test(size=SIZE) as pilot:
        screen = await exporting(pilot)
        codec, quality = (
            screen.query_one(f"#export-{name}", Choice) for name in ("codec", "quality")
        )
        name = screen.query_one(Input)
        assert name.value == str(film.with_name("film-color.mkv"))
        await pilot.press("down")
        seen = []
        for _ in range(4):
            seen.append((codec.value, quality.value))
            await pilot.press("right")
        usual = [str(codecs.CODECS[name].crf[0]) for name in ("x264", "av1")]
        assert seen == [("x264", usual[0]), ("av1", usual[1]), ("ffv1", "–"), ("ffv1", "–")]
        name.value = "elsewhere.mp4"
        await pilot.press("left")
        await pilot.press("right")
        assert name.value == "elsewhere.mkv"


async def test_keys_of_the_picture_do_nothing_here(make_app, exporting, film):
    """Neither in the form nor in the list; escape leads back."""
    async with make_app().run_test(size=SIZE) as pilot:
        app, screen = pilot.app, await exporting(pilot)
        hints = app.document.hints
        await pilot.press("down", "1", "b", "q", "tab", "space", "r", "q", "question_mark")
        assert app.screen is screen
        assert not app._exit
        await pilot.press("escape")
        assert app.document.hints is hints
        assert not app.document.brushing
        assert app.focused is app.canvas


async def test_the_given_output_is_offered(make_app, exporting, film, tmp_path):
    """With a codec that it can hold; the name of a picture is not for films."""
    for name, offered, codec in (("a.webm", "a.webm", "av1"), ("a.png", "film-color.mkv", "x264")):
        async with make_app(output=tmp_path / name).run_test(size=SIZE) as pilot:
            screen = await exporting(pilot)
            assert screen.query_one(Input).value == str(tmp_path / offered)
            assert screen.query_one("#export-codec", Choice).value == codec


async def test_an_export_from_beginning_to_end(
    make_app, exporting, film, until, said, screen_text, monkeypatch
):
    """Started with the chosen settings, paused, gone on with while the screen is closed; told."""
    monkeypatch.setattr(job, "_COMMAND", (sys.executable, str(STAND_IN)))
    monkeypatch.setenv("EXPORT_TEST", "slow")
    monkeypatch.setattr(ColorizeApp, "vividness", 0.25)
    async with make_app(network=("cpu", None)).run_test(size=SIZE) as pilot:
        app = pilot.app
        screen = await exporting(pilot)
        await pilot.press("down", "right", "right", "down", "down", "down", "right", "enter")
        await until(pilot, lambda: "of 40 frames" in screen_text(app))
        (listed,) = all_exports()
        request = listed.export.request
        assert (request.hints, request.device, request.vividness) == (tuple(HINTS), "cpu", 0.25)
        assert (request.codec, request.crf, request.every) == ("ffv1", None, 1)
        assert isinstance(app.focused, ExportList)
        await pilot.press("p")
        await until(pilot, lambda: "paused: " in screen_text(app))
        assert app.status.status.export == "export paused"
        await pilot.press("p")
        await until(pilot, lambda: "fps" in screen_text(app))
        await pilot.press("escape")
        assert screen not in app.screen_stack
        assert app.status.status.export.startswith("export ")
        (listed.export._folder / "hurry").touch()
        out = film.with_name("film-color.mkv")
        await until(pilot, lambda: f"Exported to {out}" in said(app, "information"))
        assert out.exists()
        assert app.status.status.export == ""


async def test_an_export_starts_though_the_screen_is_left_at_once(
    make_app, exporting, film, until, said, monkeypatch
):
    """What comes last counts, however slow the machine is."""
    gate = threading.Event()
    started = []

    def start(request, *, anew=False):
        assert gate.wait(300)
        started.append(request)
        raise RuntimeError("no paper left")

    monkeypatch.setattr("tui_colorize.tui.screens.export.start", start)
    async with make_app().run_test(size=SIZE) as pilot:
        await exporting(pilot)
        await pilot.press("enter", "escape")
        gate.set()
        await until(pilot, lambda: started)
        await until(pilot, lambda: said(pilot.app, "error"))
        assert "no paper left" in said(pilot.app, "error")[0]


async def test_keys_are_for_the_export_that_was_just_started(
    make_app, exporting, film, until, record, monkeypatch
):
    """Also where others are listed."""
    monkeypatch.setattr(job, "_COMMAND", (sys.executable, str(STAND_IN)))
    monkeypatch.setenv("EXPORT_TEST", "slow")
    record("old.mkv", running(60))
    async with make_app().run_test(size=SIZE) as pilot:
        screen = await exporting(pilot)
        exports = screen.query_one(ExportList)
        await until(pilot, lambda: exports.option_count == 1)
        await pilot.press("enter")
        await until(pilot, lambda: exports.option_count == 2)
        new = film.with_name("film-color.mkv")
        await until(pilot, lambda: exports.chosen and exports.chosen.output == new)
        exports.chosen.export.cancel()


async def test_an_export_is_chosen_before_or_after_it_is_listed(make_app, exporting, record):
    first, second = record("1.mkv", running(60)), record("2.mkv", running(60))
    async with make_app().run_test(size=SIZE) as pilot:
        exports = (await exporting(pilot)).query_one(ExportList)
        listed = [Listed(each, Path("film.mkv"), running(60)) for each in (first, second)]
        exports.show(listed)
        exports.choose(first.id)
        assert exports.chosen.export.id == first.id
        exports.show(listed[:1])
        exports.choose(second.id)
        exports.show(listed)
        assert exports.chosen.export.id == second.id


async def test_cancelling_and_removing(make_app, until, said, screen_text, record, tmp_path):
    """What is finished stays until it is thrown away, which is asked."""
    export = record("out.mkv", running(60))
    parts = tmp_path / ".out.mkv.parts"
    parts.mkdir()
    (parts / "state.npz").touch()
    async with make_app().run_test(size=SIZE) as pilot:
        app = pilot.app
        await until(pilot, lambda: app._exports)
        await pilot.press("e", "x")
        await until(pilot, lambda: said(app, "error"))
        assert "cancel that first" in said(app, "error")[0]
        await pilot.press("c")
        await until(pilot, lambda: "cancelling" in screen_text(app))
        record.end(export)
        await until(pilot, lambda: "what is finished is kept" in screen_text(app))
        for answer, stays in (("n", True), ("y", False)):
            await pilot.press("x")
            await until(pilot, lambda: isinstance(app.screen, Question))
            await pilot.press(answer)
            await until(pilot, lambda stays=stays: parts.exists() is stays)
        await until(pilot, lambda: not app._exports)


async def test_nothing_is_replaced_unasked(make_app, exporting, film, until):
    """No leaves everything as it is; yes is what the export is told."""
    out = film.with_name("film-color.mkv")
    out.write_text("mine")
    async with make_app().run_test(size=SIZE) as pilot:
        await exporting(pilot)
        for answer in ("n", "y"):
            assert not all_exports()
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(pilot.app.screen, Question))
            await pilot.press(answer)
            await pilot.pause()
        await until(pilot, all_exports)
        assert all_exports()[0].export.request.overwrite
    assert out.read_text() == "mine"


async def test_parts_with_other_hints_are_asked_about(make_app, exporting, film, until):
    """They are only thrown away with a yes."""
    parts = film.with_name(".film-color.mkv.parts")
    parts.mkdir()
    (parts / "state.npz").touch()
    async with make_app().run_test(size=SIZE) as pilot:
        await exporting(pilot)
        for answer, stays in (("escape", True), ("y", False)):
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(pilot.app.screen, Question))
            await pilot.press(answer)
            await until(pilot, lambda stays=stays: parts.exists() is stays)
        await until(pilot, all_exports)


async def test_what_cannot_be_is_said(make_app, exporting, film, until, said):
    """A notification in place of an export."""
    async with make_app().run_test(size=SIZE) as pilot:
        screen = await exporting(pilot)
        screen.query_one(Input).value = str(film.parent / "none" / "out.mkv")
        await pilot.press("enter")
        await until(pilot, lambda: said(pilot.app, "error"))
        assert "there is no folder" in said(pilot.app, "error")[0]
        for name in (" ", "~nobody-of-that-name/x", "notes.txt"):
            screen.query_one(Input).value = name
            await pilot.press("down", "right", "left", "tab", "tab", "enter")
            assert screen.query_one(Input).value == name
        await until(pilot, lambda: len(said(pilot.app, "error")) == 3)
        assert not all_exports()


async def test_running_exports_are_found_again(make_app, until, said, screen_text, record):
    """After a start of the app, also when other films or none are open; ends are told once."""
    one, two = record("one.mkv", running(50)), record("two.mkv", running(100))
    async with make_app().run_test(size=SIZE) as pilot:
        app = pilot.app
        await until(pilot, lambda: app.status.status.export == "2 exports")
        record.end(two)
        await until(pilot, lambda: said(app, "error"))
        assert "Export interrupted" in said(app, "error")[0]
        assert app.status.status.export == "export 25 %"
        await pilot.press("e")
        await until(pilot, lambda: "50 of 200 frames, 12.5 fps, 0:08 left" in screen_text(app))
        write(one._folder / "status.json", running(60))
        await until(pilot, lambda: "60 of 200 frames" in screen_text(app))
        assert "limited by encoding" in screen_text(app)
        write(one._folder / "status.json", Status(phase=Phase.DONE, notices=("a notice",)))
        await until(pilot, lambda: said(app, "warning"))
        assert said(app, "warning") == ["a notice"]
        assert app.status.status.export == ""
    record.end(one)
    async with make_app().run_test(size=SIZE) as pilot:
        app = pilot.app
        await pilot.press("e")
        await until(pilot, lambda: app._exports)
        assert not said(app, "information") + said(app, "error")


async def test_the_cursor_stays_on_its_export(make_app, until, record, screen_text):
    """Also when another one begins; a name cannot steer the terminal or hold markup."""
    record("[b]old\x1b.mkv", running(1))
    async with make_app().run_test(size=SIZE) as pilot:
        await until(pilot, lambda: pilot.app._exports)
        await pilot.press("e")
        exports = pilot.app.screen.query_one(ExportList)
        await until(pilot, lambda: exports.chosen)
        assert r"[b]old\x1b.mkv" in screen_text(pilot.app)
        new = record("new.mkv", Status(phase=Phase.RUNNING, began=5.0))
        await until(pilot, lambda: exports.option_count == 2)
        assert exports.highlighted == 1
        await pilot.press("up", "c")
        await until(pilot, lambda: new.status().phase is Phase.CANCELLING)
