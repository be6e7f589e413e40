"""Exports as records: started once for each film, found again, steered, forgotten."""

from __future__ import annotations

import errno
import json
import os
import time
from pathlib import Path

import pytest

from tui_colorize import flock
from tui_colorize.errors import UserError
from tui_colorize.export import Export, PartsKeptError, Phase, Request, Status, all_exports, job
from tui_colorize.export.record import read, write
from tui_colorize.hints import Hint
from tui_colorize.video.assemble import partial_of
from tui_colorize.video.progress import Progress
from tui_colorize.video.resume import Workshop


@pytest.fixture(autouse=True)
def no_process(monkeypatch) -> None:
    """Processes that end at once, without a word."""
    monkeypatch.setattr(job, "_COMMAND", ("true",))


@pytest.fixture
def folder(data_home) -> Path:
    """That of the only export."""

    def find() -> Path:
        (found,) = (data_home / "tui-colorize" / "exports").iterdir()
        return found

    return find


def leave_parts(out: Path) -> Path:
    parts = Workshop(out, "").folder
    parts.mkdir()
    (parts / "state.npz").touch()
    return parts


def test_a_film_has_one_export(request_for, run, until, folder):
    """Whatever way leads to it; while it is made a second one is refused, and so is removing."""
    export = run(request_for())
    until(export, Phase.INTERRUPTED)
    (export.output.parent / "sub").mkdir()
    again = run(request_for("sub/../out.mkv"))
    assert again.id == export.id
    assert again.request.output == export.request.output
    until(again, Phase.INTERRUPTED)
    lock = flock.take(folder() / "lock")
    with pytest.raises(UserError, match="is being exported"):
        run(request_for())
    with pytest.raises(UserError, match="is being exported"):
        export.remove()
    os.close(lock)
    assert [each.export.id for each in all_exports()] == [export.id]


def test_what_cannot_be_made_is_refused(request_for, run, data_home, film):
    """Nothing is replaced unasked, never the source; codec and suffix have to fit."""
    there = Path(request_for().output)
    there.write_text("mine")
    for request, words in (
        (request_for(), "exists already"),
        (request_for("no/folder.mkv"), "there is no folder"),
        (request_for("out.webm"), "does not hold ffv1"),
        (Request(source=str(film), output=str(film), overwrite=True), "the original"),
    ):
        with pytest.raises(UserError, match=words):
            run(request)
    assert there.read_text() == "mine"
    assert all_exports() == []


def test_parts_are_only_thrown_away_when_asked(request_for, run, until):
    """The same film goes on with its parts; other hints would lose them, which is said first."""
    export = run(request_for())
    until(export, Phase.INTERRUPTED)
    parts = leave_parts(export.output)
    until(run(request_for(device="cpu")), Phase.INTERRUPTED)
    other = request_for(hints=(Hint(1, 1, "#00ff00"),))
    with pytest.raises(PartsKeptError, match="other hints or settings"):
        run(other)
    assert parts.exists()
    assert export.request.hints == request_for().hints
    until(run(other, anew=True), Phase.INTERRUPTED)
    assert not parts.exists()
    assert Export(export._folder).request.hints == other.hints


def test_parts_of_another_run_are_kept(request_for, run):
    """Those of the command line, of which there is no record, are not touched either."""
    parts = leave_parts(Path(request_for().output))
    with pytest.raises(PartsKeptError):
        run(request_for())
    assert parts.exists()


def test_removing_an_export(request_for, run, until, folder):
    """Of one that is not done the parts go, too; the film of one that is done stays."""
    export = run(request_for())
    until(export, Phase.INTERRUPTED)
    parts, partial = leave_parts(export.output), partial_of(export.output)
    partial.touch()
    export.remove()
    assert not parts.exists()
    assert not partial.exists()
    assert all_exports() == []
    done = run(request_for())
    until(done, Phase.INTERRUPTED)
    write(folder() / "status.json", Status(phase=Phase.DONE))
    done.output.write_text("a film")
    done.remove()
    assert done.output.read_text() == "a film"
    assert all_exports() == []


def test_a_run_at_work_keeps_its_parts(request_for, run, until):
    """What `tui-colorize video` is making is not thrown away by removing an export of it."""
    export = run(request_for())
    until(export, Phase.INTERRUPTED)
    parts = leave_parts(export.output)
    lock = flock.take(parts / "lock")
    with pytest.raises(UserError, match="is being made by another run"):
        export.remove()
    os.close(lock)
    assert parts.exists()
    assert len(all_exports()) == 1


def test_a_film_that_another_run_makes_is_not_exported(request_for, run, tmp_path):
    """Whether or not that has any parts to go on with yet."""
    parts = leave_parts(tmp_path / "out.mkv")
    lock = flock.take(parts / "lock")
    with pytest.raises(UserError, match="is being made by another run"):
        run(request_for())
    (parts / "state.npz").rename(parts / "later")
    with pytest.raises(UserError, match="is being made by another run"):
        run(request_for())
    (parts / "later").rename(parts / "state.npz")
    os.close(lock)
    with pytest.raises(PartsKeptError):
        run(request_for())


def test_what_is_done_is_forgotten_a_day_after_it_was_seen(request_for, run, until, folder):
    """Not before, and never what can be gone on with."""
    export = run(request_for())
    until(export, Phase.INTERRUPTED)
    long_ago = time.time() - 25 * 3600
    export.mark_seen()
    os.utime(folder() / "seen", (long_ago, long_ago))
    assert len(all_exports()) == 1
    write(folder() / "status.json", Status(phase=Phase.DONE))
    export.mark_seen()
    assert len(all_exports()) == 1
    os.utime(folder() / "seen", (long_ago, long_ago))
    assert all_exports() == []


def test_what_would_do_nothing_is_refused(request_for, run, until, folder, monkeypatch):
    """A pause, or going on, while it is cancelled; going on when it is done."""
    export = run(request_for())
    until(export, Phase.INTERRUPTED)
    lock = flock.take(folder() / "lock")
    try:
        write(folder() / "status.json", Status(phase=Phase.RUNNING))
        export.pause()
        with monkeypatch.context() as patched:
            patched.setattr(Path, "unlink", refused)
            with pytest.raises(UserError, match="cannot be written: permission denied"):
                export.go_on()
        export.cancel()
        for wish in (export.pause, export.go_on):
            with pytest.raises(UserError, match=r"out.mkv is cancelling"):
                wish()
        assert (folder() / "pause").exists()
    finally:
        os.close(lock)
    write(folder() / "status.json", Status(phase=Phase.DONE))
    with pytest.raises(UserError, match=r"out.mkv is done"):
        export.go_on()


def refused(*_, **__):
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def test_exports_are_listed_in_the_order_of_their_beginning(request_for, run):
    """The latest at the end; what is damaged, or no export, is left out."""
    names = ["b.mkv", "a.mkv", "c.mkv"]
    exports = [run(request_for(name)) for name in names]
    base = exports[0]._folder.parent
    (base / "other").mkdir()
    (base / "other" / "request.json").write_text('{"source": 1}')
    (base / "stray").write_text("")
    assert [each.output.name for each in all_exports()] == names
    (exports[0]._folder / "status.json").write_text("{")
    assert len(all_exports()) == 3


def test_records_keep_every_name(tmp_path):
    """Names that are not UTF-8 come back as they were."""
    request = Request(source="/films/\udcff.mkv", output="/films/ö\n.mkv")
    write(tmp_path / "request.json", request)
    assert read(tmp_path / "request.json", Request) == request
    json.loads((tmp_path / "request.json").read_text())


def test_what_is_told_of_an_export():
    """Numbers while it runs, how far it came afterwards."""
    progress = Progress(30, 240, 12.34, 17.0, "encode")
    told = {
        Phase.STARTING: "starting: 30 of 240 frames",
        Phase.RUNNING: "running: 30 of 240 frames, 12.3 fps, 0:17 left, limited by encoding",
        Phase.DONE: "done: 30 of 240 frames",
    }
    for phase, words in told.items():
        assert str(Status(phase=phase, progress=progress)) == words
    failed = Status(phase=Phase.FAILED, progress=Progress(30, None, 1, None, ""), message="no room")
    assert str(failed) == "failed: 30 frames, no room"
    assert failed.percent is None
    assert str(Status(phase=Phase.STARTING)) == "starting"


def test_a_lock_lasts_as_long_as_its_holder(tmp_path):
    """It can be looked at without being taken."""
    path = tmp_path / "lock"
    assert not flock.is_taken(path)
    lock = flock.take(path)
    assert flock.is_taken(path)
    assert flock.take(path) is None
    os.close(lock)
    assert not flock.is_taken(path)
    again = flock.take(path)
    assert again is not None
    os.close(again)
