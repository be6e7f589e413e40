"""Threads that do several things side by side."""

from __future__ import annotations

from contextlib import closing
from threading import Barrier, Event, get_ident

import pytest

from tui_colorize.workers import Workers


def test_each_thread_begins_once():
    """And before anything is done in it."""
    begun = []
    with closing(Workers(3, lambda: begun.append(get_ident()))) as workers:
        assert len(set(begun)) == len(begun) == 3
        assert workers.submit(get_ident).result() in begun


def test_as_many_work_at_once_as_were_asked_for():
    """Three that wait for each other all end."""
    meeting = Barrier(3)
    with closing(Workers(3)) as workers:
        waiting = [workers.submit(lambda: meeting.wait(timeout=300)) for _ in range(3)]
        assert sorted(each.result() for each in waiting) == [0, 1, 2]


def test_an_error_comes_with_the_answer():
    """The thread goes on with the next."""
    with closing(Workers(1)) as workers:
        broken = workers.submit(lambda: {}["nothing"])
        with pytest.raises(KeyError):
            broken.result()
        assert workers.submit(lambda: 5).result() == 5


def test_closing_waits_for_what_has_begun_and_gives_the_rest_up():
    """What is at work ends; what waits for its turn never begins."""
    begun, given_up = Event(), Event()

    def work() -> str:
        begun.set()
        given_up.wait(timeout=300)
        return "done"

    with closing(Workers(1)) as workers:
        first, second = workers.submit(work), workers.submit(work)
        second.add_done_callback(lambda _: given_up.set())
        begun.wait(timeout=300)
    assert first.result(timeout=0) == "done"
    assert second.cancelled()
