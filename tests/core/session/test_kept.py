"""Work that is kept with every action: nothing is lost, whatever happens to the process or disk."""

from __future__ import annotations

import os
from itertools import pairwise

import msgspec

from tui_colorize.hints import Hint, HintSet
from tui_colorize.history import History
from tui_colorize.session import Session, Work, kept

from .makers import HINTS, ORIGIN, PLACE, actions, files, kill, long_work, work


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
