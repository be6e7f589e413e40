"""Work that is kept with every action: nothing is lost, whatever happens to the process or disk."""

from __future__ import annotations

import os
from itertools import pairwise

import msgspec
import pytest

from tui_colorize.errors import UserError
from tui_colorize.hints import Hint, HintSet
from tui_colorize.history import History
from tui_colorize.session import Session, Work, kept

from .makers import HINTS, ORIGIN, PLACE, kill, long_work, work


def files(folder) -> list[str]:
    return sorted(path.name.removeprefix(ORIGIN.sha256) for path in folder.iterdir())


def actions(count: int) -> list[Work]:
    """The works of one user after each action: pushes, a stroke, undo, redo, moves."""
    works = [Work(History.start(HintSet()), PLACE)]

    def then(history=None, **place):
        last = works[-1]
        works.append(Work(history or last.history, msgspec.structs.replace(last.place, **place)))

    for turn in range(count):
        history = works[-1].history
        then(history.push(history.state.add(Hint(turn, 1, "red")), f"put {turn}"), radius=turn)
        then(cursor=(turn, 5))
        before = works[-1].history
        for x in range(3):
            hints = [*before.state, *(Hint(x, 20 + turn % 9, "blue") for x in range(x + 1))]
            then(before.push(HintSet(hints), "brush stroke"), cursor=(x, 20))
        then(works[-1].history.undo())
        then(works[-1].history.undo(), color="#010203")
        then(works[-1].history.redo(), recent=("#010203",))
    return works


def test_work_is_restored_whole():
    session = Session(ORIGIN)
    assert session.restored is None
    assert session.notices == []
    for each in actions(5):
        session.record(each)
    session.close()
    again = Session(ORIGIN)
    assert again.restored == actions(5)[-1]
    assert list(again.restored.history) == list(actions(5)[-1].history)
    assert again.notices == []
    again.close()


def test_a_kill_after_any_action_loses_nothing(kept_in):
    works = actions(3)
    for done in range(1, len(works)):
        session = Session(ORIGIN)
        for each in works[:done]:
            session.record(each)
        kill(session)
        again = Session(ORIGIN)
        assert again.restored == works[done - 1]
        again.record(work(0))  # and nothing is left for the next turn
        again.close()
        for path in kept_in.iterdir():
            path.unlink()


def test_a_line_cut_anywhere_loses_that_action_only(kept_in):
    works = actions(2)
    session = Session(ORIGIN)
    ends = []
    for each in works:
        session.record(each)
        ends.append(session._path.stat().st_size)
    path, data = session._path, session._path.read_bytes()
    kill(session)
    for (start, end), before in zip(pairwise(ends), works, strict=False):
        for cut in {start, start + 1, (start + end) // 2, end - 2, end - 1}:
            path.write_bytes(data[:cut])
            again = Session(ORIGIN)
            assert again.restored == before
            assert again.notices == []
            kill(again)


def test_going_on_after_a_cut_line(kept_in):
    session = Session(ORIGIN)
    for each in actions(2):
        session.record(each)
    os.write(session._file, b'{"push":{"label":"')
    kill(session)
    again = Session(ORIGIN)
    assert again.restored == actions(2)[-1]
    again.record(work(2))
    kill(again)
    third = Session(ORIGIN)
    assert third.restored == work(2)
    third.close()


def test_an_action_writes_little_whatever_there_is(kept_in):
    session = Session(ORIGIN)
    many = HintSet(Hint(x, y, "red") for x in range(25) for y in range(20))
    history = History.start(many)
    for step in range(1000):
        hint = Hint(step % 25, step % 20, f"#{step:06x}")
        history = history.push(history.state.add(hint), "recolour")
    session.record(Work(history, PLACE))
    size = session._path.stat().st_size
    history = history.push(history.state.add(Hint(39, 0, "lime")), "put")
    session.record(Work(history, PLACE))
    assert 0 < session._path.stat().st_size - size < 300
    session.record(Work(history, PLACE))  # nothing new
    kill(session)
    again = Session(ORIGIN)
    assert again.restored == Work(history, PLACE)
    again.close()


def test_the_file_stays_small(kept_in, monkeypatch):
    monkeypatch.setattr(kept, "_LONG", 3000)
    session = Session(ORIGIN)
    sizes = []
    for turn in range(500):
        session.record(Work(work().history, msgspec.structs.replace(PLACE, cursor=(turn % 40, 3))))
        sizes.append(session._path.stat().st_size)
    assert max(sizes) < 6000
    kill(session)
    again = Session(ORIGIN)
    assert again.restored.place.cursor == (499 % 40, 3)
    assert again._path.stat().st_size < 2000
    again.close()


def test_works_that_no_single_change_leads_to_are_kept_too():
    session = Session(ORIGIN)
    for each in (work(2), long_work(30), work(5, undone=3), work(1)):
        session.record(each)
    kill(session)
    again = Session(ORIGIN)
    assert again.restored == work(1)
    again.close()


def test_looking_leaves_nothing_behind(kept_in):
    session = Session(ORIGIN)
    session.record(work(0))
    session.close()
    assert files(kept_in) == []
    assert Session(ORIGIN).restored is None


def test_hints_that_were_all_removed_leave_their_history():
    session = Session(ORIGIN)
    session.record(work(3))
    assert len(work(3).history.state) == 0
    session.close()
    again = Session(ORIGIN)
    assert again.restored == work(3)
    again.close()


def test_nothing_is_kept_after_the_end(kept_in):
    session = Session(ORIGIN)
    session.record(work(1))
    session.close()
    session.record(work(2))
    session.close()
    again = Session(ORIGIN)
    assert again.restored == work(1)
    again.close()


# Two windows.


def test_two_windows_do_not_disturb_each_other(kept_in):
    first = Session(ORIGIN)
    first.record(work(1))
    second = Session(ORIGIN)
    assert second.restored == work(1)
    assert ["another window" in notice for notice in second.notices] == [True]
    for turn in range(2, 6):
        first.record(work(turn))
        history = work(1).history.push(HintSet([HINTS[1]] * turn), f"other {turn}")
        second.record(Work(history, PLACE))
    kill(first)
    kill(second)
    both = Session(ORIGIN)
    # The last one's hints; undo leads on to the first one's.
    assert both.restored.history.state == history.state
    steps = list(both.restored.history)
    for step in [*work(5).history, *history]:
        assert step.state in [each.state for each in steps]
        assert step.label in [each.label for each in steps]
    assert both.notices == []
    both.close()
    assert files(kept_in) == ["-1.jsonl"]
    again = Session(ORIGIN)
    assert again.restored == both.restored
    again.close()


def test_a_second_window_that_does_nothing_adds_nothing(kept_in):
    first = Session(ORIGIN)
    first.record(work(1))
    second = Session(ORIGIN)
    second.close()
    first.record(work(2))
    first.close()
    again = Session(ORIGIN)
    assert again.restored == work(2)
    again.close()


def test_three_windows_and_one_goes_on(kept_in):
    sessions = [Session(ORIGIN) for _ in range(3)]
    for turn, session in enumerate(sessions, 1):
        session.record(work(turn))
    sessions[0].close()
    fourth = Session(ORIGIN)
    assert fourth.restored == work(1)
    assert len(fourth.notices) == 1
    for session in (*sessions[1:], fourth):
        session.close()
    last = Session(ORIGIN)
    assert {step.state for step in work(3).history} <= {s.state for s in last.restored.history}
    assert files(kept_in) == ["-1.jsonl", "-1.lock"]
    last.close()


# Damage.


@pytest.mark.parametrize(
    "damage",
    [
        lambda lines: [b"", *lines[1:]],
        lambda lines: [b"not JSON", *lines[1:]],
        lambda lines: [b"[" * 100_000, *lines[1:]],
        lambda lines: [lines[0][:-9], *lines[1:]],
        lambda lines: [lines[0].replace(b'"width":40', b'"width":50'), *lines[1:]],
        lambda lines: [lines[0].replace(ORIGIN.sha256.encode(), b"00"), *lines[1:]],
        lambda lines: [bytes(5000)],
    ],
)
def test_a_damaged_session_is_set_aside_and_said(kept_in, damage):
    session = Session(ORIGIN)
    for each in actions(1):
        session.record(each)
    kill(session)
    data = b"\n".join(damage(session._path.read_bytes().split(b"\n")))
    session._path.write_bytes(data)
    again = Session(ORIGIN)
    assert again.restored is None
    [notice] = again.notices
    assert "is damaged" in notice
    aside = kept_in / f"{ORIGIN.sha256}-1.damaged-1"
    assert str(aside) in notice
    assert aside.read_bytes() == data
    again.record(work(1))
    again.close()
    third = Session(ORIGIN)
    assert third.restored == work(1)
    assert third.notices == []
    third.close()


@pytest.mark.parametrize(
    "line",
    [
        b"not JSON",
        b"",
        b"{}}",
        b'{"move":"away"}',
        b'{"push":{"label":"x","at":99}}',
        b'{"push":{"label":"x","put":[{"x":400,"y":1,"color":"red"}]}}',
        b'{"push":{"label":"x","put":[{"x":1,"y":1,"color":"no"}]}}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_what_stands_before_a_damage_is_restored(kept_in, line):
    works = actions(1)
    session = Session(ORIGIN)
    for each in works:
        session.record(each)
    kill(session)
    lines = session._path.read_bytes().split(b"\n")
    session._path.write_bytes(b"\n".join([*lines[:4], line, *lines[5:]]))
    again = Session(ORIGIN)
    assert again.restored == works[3]
    assert len(again.notices) == 1
    assert len(list(kept_in.glob("*.damaged-*"))) == 1
    kill(again)
    third = Session(ORIGIN)
    assert third.restored == works[3]
    assert third.notices == []
    third.close()


def test_a_file_far_too_large_is_set_aside_unread(kept_in, monkeypatch):
    monkeypatch.setattr(kept, "_LARGEST", 1000)
    kept_in.mkdir(parents=True)
    path = kept_in / f"{ORIGIN.sha256}-1.jsonl"
    path.write_bytes(b" " * 1001)
    session = Session(ORIGIN)
    assert session.restored is None
    assert "is damaged" in session.notices[0]
    session.close()
    assert files(kept_in) == ["-1.damaged-1"]


# Disks.


def test_a_data_folder_that_cannot_be_made_is_said_once(tmp_path):
    (tmp_path / "data").write_text("a file")
    session = Session(ORIGIN)
    assert ["not being kept" in notice for notice in session.notices] == [True]
    for each in actions(1):
        session.record(each)
    session.close()


def test_a_read_only_folder_is_read_for_all_that(kept_in, monkeypatch):
    session = Session(ORIGIN)
    session.record(work(2))
    session.close()

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(kept.FileLock, "acquire", refuse)
    again = Session(ORIGIN)
    assert again.restored == work(2)
    assert again.notices == ["Your work on this picture is not being kept: permission denied"]
    again.record(work(3))
    again.close()
    assert files(kept_in) == ["-1.jsonl"]


def test_a_full_disk_is_said_once_and_overcome(kept_in, monkeypatch):
    works = actions(3)
    session = Session(ORIGIN)
    session.record(works[0])
    session.record(works[1])
    with monkeypatch.context() as full:
        # Half a line fits.
        full.setattr(kept.os, "write", lambda file, line: write(file, line[: len(line) // 2]))
        with pytest.raises(UserError, match="not being kept: no space left on device"):
            session.record(works[2])
        full.setattr(kept, "write_text", fail)
        full.setattr(kept, "_PATIENCE", 0)
        session.record(works[3])
        session.record(works[4])
    monkeypatch.setattr(kept, "_PATIENCE", 0)
    session.record(works[5])
    session.record(works[6])
    kill(session)
    again = Session(ORIGIN)
    assert again.restored == works[6]
    assert again.notices == []
    again.close()


write = os.write


def fail(*_, **__):
    raise UserError("no space left on device")


def test_after_a_failure_it_is_not_tried_with_every_key(kept_in, monkeypatch):
    session = Session(ORIGIN)
    monkeypatch.setattr(kept, "write_text", fail)
    with pytest.raises(UserError):
        session.record(work(1))
    tries = []
    monkeypatch.setattr(kept, "write_text", lambda *_, **__: tries.append(1))
    session.record(work(2))
    assert tries == []
    session.close()
