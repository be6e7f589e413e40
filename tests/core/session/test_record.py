"""A session as JSON: it comes back whole, and what is no session is refused in a sentence."""

from __future__ import annotations

import json

import msgspec
import pytest

from tui_colorize.errors import UserError
from tui_colorize.hints import Hint, HintSet
from tui_colorize.history import History
from tui_colorize.session import record
from tui_colorize.session.record import Budget, decode, difference, encode, encode_change, replay
from tui_colorize.session.work import Work

from .makers import ORIGIN, PLACE, long_work, work


@pytest.mark.parametrize(("steps", "undone"), [(0, 0), (1, 0), (1, 1), (3, 2), (7, 4), (9, 12)])
def test_a_session_comes_back_whole(steps, undone):
    before = work(steps, undone)
    origin, after = decode(encode(ORIGIN, before))
    assert origin == ORIGIN
    assert after.place == before.place
    assert list(after.history) == list(before.history)
    assert after.history.position == before.history.position


def test_a_long_history_comes_back_whole_and_is_small():
    before = long_work(300)
    text = encode(ORIGIN, before)
    assert decode(text)[1] == before
    assert len(text) < 300 * 200


def test_the_hints_are_there_to_be_read_by_anybody():
    session = json.loads(encode(ORIGIN, work(2)))
    assert session["format"] == "tui-colorize session"
    assert session["version"] == 1
    assert session["source"] == {
        "name": "old.png",
        "sha256": ORIGIN.sha256,
        "width": 40,
        "height": 30,
    }
    assert session["hints"][1] == {
        "x": 39,
        "y": 29,
        "color": "#123456",
        "radius": None,
        "frame": 0,
        "enabled": False,
    }


def changes() -> list[object]:
    cases = []
    base = work(5, undone=2)
    history = base.history
    for name, after in {
        "push": history.push(history.state.add(Hint(9, 9, "lime")), "put"),
        "push in front": history.push(HintSet([Hint(9, 9, "lime"), *history.state]), "put"),
        "clear": history.push(HintSet([]), "clear"),
        "undo": history.undo(),
        "redo": history.redo(),
        "another dab": history.undo().push(HintSet([Hint(1, 1, "red")]), "brush stroke"),
        "nothing": history,
        "equal": history.undo().redo(),
    }.items():
        cases.append(pytest.param(base, Work(after, PLACE), id=name))
    return cases


@pytest.mark.parametrize(("before", "after"), changes())
def test_a_change_leads_from_one_work_to_the_next(before, after):
    change = difference(before, after)
    assert change is not None
    line = encode_change(change)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert replay(before, line, ORIGIN, Budget()) == after


def test_a_change_of_place_alone():
    before = work(3)
    there = Work(before.history, msgspec.structs.replace(PLACE, cursor=(1, 1), radius=9))
    line = encode_change(difference(before, there))
    assert b"push" not in line
    assert replay(before, line, ORIGIN, Budget()) == there


def test_two_steps_at_once_are_no_change():
    before = work(2)
    history = before.history.push(HintSet(), "one").push(HintSet([Hint(0, 0, "red")]), "two")
    assert difference(before, Work(history, PLACE)) is None
    assert difference(before, Work(History.start(HintSet()), PLACE)) is None


def test_a_change_is_small_whatever_there_is_already():
    history = History.start(HintSet(Hint(x, y, "red") for x in range(40) for y in range(30)))
    before = Work(history, PLACE)
    after = Work(history.push(history.state.replace(600, Hint(20, 0, "blue")), "recolour"), PLACE)
    assert len(encode_change(difference(before, after))) < 300


def with_changed(**changes):
    session = json.loads(encode(ORIGIN, work(4, undone=1)))
    for path, value in changes.items():
        *parents, last = path.split("__")
        place = session
        for key in parents:
            place = place[int(key) if key.isdigit() else key]
        place[last] = value
    return json.dumps(session)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "this is not a session"),
        ("GIF89a", "this is not a session"),
        ("[]", "this is not a session"),
        ("{}", "missing required field"),
        (encode(ORIGIN, work(4))[:-1], "truncated"),
        (encode(ORIGIN, work(4))[:200], "truncated"),
        ("[" * 200_000, "this is not a session"),
        ('{"format":' + "[" * 200_000, "this is not a session"),
        ('{"x":' * 200_000, "nested too deep"),
        (b'{"format": "\xff"}', "utf-8"),
        (with_changed(format="other"), "this is not a session of tui-colorize"),
        (with_changed(version=2), "version 2; this program reads version 1"),
        (with_changed(version="1"), "expected `int`, got `str` - at `$.version`"),
        (with_changed(more=1), "unknown field `more`"),
        (with_changed(source__width=-1), ">= 0"),
        (with_changed(source__width=2), "outside the picture (2 x 30 pixels)"),
        (with_changed(hints=None), "expected `array`, got `null`"),
        (with_changed(hints=[{"x": 1, "y": 1}]), "missing required field `color`"),
        (with_changed(hints=[{"x": 1, "y": 1, "color": "reddish"}]), "not a colour"),
        (with_changed(hints=[{"x": 1, "y": 1, "color": "red", "radius": -3}]), "whole number"),
        (with_changed(hints=[{"x": 10**12, "y": 1, "color": "red"}]), "x must be a whole number"),
        (with_changed(hints=[{"x": 10**30, "y": 1, "color": "red"}]), "x must be a whole number"),
        (with_changed(hints=[{"x": 1.5, "y": 1, "color": "red"}]), "expected `int`"),
        (with_changed(hints=[{"x": 40, "y": 1, "color": "red"}]), "a hint at 40,1 lies outside"),
        (with_changed(undo=[{"label": "a", "at": 9}]), "more than the 0 hints there are"),
        (with_changed(undo=[{"label": "a", "cut": -1}]), ">= 0"),
        (with_changed(undo=[{"label": "a"}]), "a step that changes nothing"),
        (with_changed(redo=[{"at": 0}]), "missing required field `label`"),
        (with_changed(place__cursor=[40, 0]), "the cursor at 40,0 lies outside"),
        (with_changed(place__cursor=[1]), "length 2"),
        (with_changed(place__color="\x1b[2J"), r"\x1b[2J"),
        (with_changed(place__recent=["red"]), "the colour red is not written as #rrggbb"),
    ],
)
def test_what_is_no_session_is_refused_in_a_sentence(text, problem):
    with pytest.raises(UserError) as caught:
        decode(text)
    assert problem in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300


def test_a_small_file_cannot_fill_the_memory(monkeypatch):
    monkeypatch.setattr(record, "MOST_HINTS", 100)
    history = History.start(HintSet(Hint(x, 1, "red") for x in range(20)))
    for index in range(5):
        history = history.push(history.state.replace(0, Hint(0, 2 + index, "red")), "move")
    text = encode(ORIGIN, Work(history, PLACE))
    assert decode(text)
    monkeypatch.setattr(record, "MOST_HINTS", 99)
    with pytest.raises(UserError, match="more than 99 hints"):
        decode(text)


def test_a_selection_that_is_gone_is_dropped():
    for selected, restored in ((1, 1), (2, None)):
        place = msgspec.structs.replace(PLACE, selected=selected)
        text = encode(ORIGIN, Work(work(2).history, place))
        assert decode(text)[1].place.selected == restored


def test_labels_never_steer_the_terminal():
    history = work(1).history.push(HintSet(), "\x1b]0;owned\x07")
    restored = decode(encode(ORIGIN, Work(history, PLACE)))[1].history
    assert restored.undo_label == r"\x1b]0;owned\x07"
