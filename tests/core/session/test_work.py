"""Two works become one: the newer, with undo leading on to the older."""

from __future__ import annotations

import pytest

from tui_colorize.hints import Hint, HintSet
from tui_colorize.history import History
from tui_colorize.session.work import Work, join

from .makers import PLACE


def made(*letters: str, undone: int = 0) -> Work:
    """A history in which each letter adds a hint."""
    history = History.start(HintSet())
    for letter in letters:
        history = history.push(history.state.add(Hint(ord(letter), 0, "red")), letter)
    for _ in range(undone):
        history = history.undo()
    return Work(history, PLACE)


def labels(work: Work) -> list[str]:
    return [step.label for step in work.history]


@pytest.mark.parametrize(
    ("older", "newer", "result"),
    [
        (made(), made("a"), ["", "a"]),
        (made("a"), made("a"), ["", "a"]),
        (made("a"), made("a", "b"), ["", "a", "b"]),
        (made("a", "b", undone=1), made("a", "c"), ["", "a", "c"]),
        (made("a", "x"), made("a", "y"), ["", "a", "x", "join", "y"]),
        (made("x"), made("y", "z"), ["", "x", "join", "y", "z"]),
        (made("a", "b"), made("a"), ["", "a", "b", "join"]),
        (made("a", "b"), made("a", "c", "d", undone=1), ["", "a", "b", "join", "c", "d"]),
        (made("a", "b"), made("a", "c", undone=2), ["", "a", "b", "join", "a", "c"]),
    ],
)
def test_two_works_become_one(older, newer, result):
    joined = join(older, newer, "join")
    assert labels(joined) == result
    assert joined.history.state == newer.history.state
    assert joined.place == newer.place
    # What can be redone, can still be.
    ahead = len(newer.history) - newer.history.position
    if labels(joined)[-1] != "join":
        assert len(joined.history) - joined.history.position == ahead
    states = [step.state for step in joined.history]
    for step in [*older.history][: older.history.position + 1]:
        assert step.state in states


def test_joining_again_adds_nothing():
    older, newer = made("a", "x", "z"), made("a", "y")
    joined = join(older, newer, "join")
    assert join(joined, newer, "join").history.state == newer.history.state
    assert len(join(joined, newer, "join").history) <= len(joined.history) + 1
    assert join(older, joined, "join") == joined
    assert join(newer, joined, "join").history == joined.history


def test_how_much_there_is():
    assert str(made()) == "0 hints and 0 steps of history"
    assert str(made("a")) == "1 hint and 1 step of history"
    assert str(made("a", "b", undone=1)) == "1 hint and 2 steps of history"
