"""tui_colorize.history: undo, redo, labels, and no recursion on long histories."""

from __future__ import annotations

import gc
import threading
import tracemalloc

import pytest

from tui_colorize.history import History, Step

LONG = 100_000


def long_history(length: int = LONG) -> History[int]:
    history = History.start(0)
    for state in range(1, length):
        history = history.push(state, f"to {state}")
    return history


@pytest.fixture
def abc() -> History[str]:
    return History.start("a").push("b", "a to b").push("c", "b to c")


def test_start():
    history = History.start("a")
    assert history.state == "a"
    assert history.undo_label is None
    assert history.redo_label is None
    assert history.position == 0
    assert list(history) == [Step("a", "")]


def test_undo_and_redo(abc):
    assert (abc.state, abc.undo_label, abc.redo_label) == ("c", "b to c", None)
    back = abc.undo()
    assert (back.state, back.undo_label, back.redo_label) == ("b", "a to b", "b to c")
    first = back.undo()
    assert (first.state, first.undo_label, first.redo_label) == ("a", None, "a to b")
    again = first.redo().redo()
    assert again == abc
    assert (again.undo_label, again.redo_label) == ("b to c", None)


def test_undo_and_redo_at_the_ends_change_nothing(abc):
    assert abc.redo() is abc
    first = abc.undo().undo()
    assert first.undo() is first


def test_a_push_forgets_what_was_undone(abc):
    history = abc.undo().push("d", "b to d")
    assert [step.state for step in history] == ["a", "b", "d"]
    assert history.redo_label is None
    assert history.undo().redo_label == "b to d"


def test_pushing_an_equal_state_changes_nothing(abc):
    back = abc.undo()
    assert back.push("b", "again") is back
    assert back.redo_label == "b to c"


def test_histories_are_immutable(abc):
    before = list(abc)
    abc.undo()
    abc.push("z", "to z")
    assert list(abc) == before
    with pytest.raises(AttributeError):
        abc.state = "x"
    with pytest.raises(AttributeError):
        abc.other = "x"


@pytest.mark.parametrize("undone", [0, 1, 2])
def test_the_steps_do_not_depend_on_the_present(abc, undone):
    history = abc
    for _ in range(undone):
        history = history.undo()
    assert list(history) == [Step("a", ""), Step("b", "a to b"), Step("c", "b to c")]
    assert len(history) == 3
    assert history.position == 2 - undone


def test_steps_and_position_restore_a_history(abc):
    saved = abc.undo()
    first, *later = saved
    restored = History.start(first.state)
    for state, label in later:
        restored = restored.push(state, label)
    while restored.position > saved.position:
        restored = restored.undo()
    assert restored == saved


def test_equality(abc):
    same = History.start("a").push("b", "a to b").push("c", "b to c")
    assert same == abc
    assert hash(same) == hash(abc)
    assert same.undo() == abc.undo()
    assert same.undo() != abc
    assert History.start("c") != abc
    assert abc.push("d", "x") != abc.push("d", "y")
    assert History.start("z").push("b", "a to b").push("c", "b to c") != abc
    # Equal present and past, different future.
    assert abc.undo() != abc.undo().push("z", "b to c").undo()
    assert abc.undo() != abc.undo().push("c", "other").undo()
    assert abc != "c"


def test_repr(abc):
    assert repr(abc.undo()) == "<History 2 of 3: 'b'>"


def test_a_push_shares_the_past():
    """Copying the past into each of these would take 36 MB."""
    tracemalloc.start()
    try:
        histories = [History.start(0)]
        for state in range(1, 3000):
            histories.append(histories[-1].push(state, "change"))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2e6


def work_on_long_histories() -> None:
    one, other = long_history(), long_history()
    assert one == other
    assert hash(one) == hash(other)
    assert len(one) == LONG
    assert sum(1 for _ in one) == LONG
    assert repr(one) == f"<History {LONG} of {LONG}: {LONG - 1}>"
    gc.collect()
    while other.position:
        other = other.undo()
    assert other != one
    assert other.state == 0
    assert [step.state for step in other] == list(range(LONG))
    one = one.push(-1, "")  # drops nothing yet
    other = other.push(-1, "")  # drops a future of 100,000
    del one, other  # and a past
    gc.collect()


def test_long_histories_do_not_recurse():
    """On a stack of 256 KiB, where even recursion in C would crash."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            work_on_long_histories()
        except BaseException as error:
            errors.append(error)

    before = threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(target=run)
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    assert errors == []
