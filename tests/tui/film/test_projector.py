"""The frame on show is the one asked for last, whatever is still being read."""

from __future__ import annotations

import threading
import time

import pytest

from tui_colorize.tui.film.projector import Projector
from tui_colorize.tui.film.reel import Reel


@pytest.fixture
def projected(film):
    """A projector and the list of the frames it has shown."""
    shown = []
    projector = Projector(film, lambda index, gray: shown.append(index), pytest.fail)
    yield projector, shown
    projector.close()


def wait(happened):
    deadline = time.monotonic() + 300
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_what_is_in_memory_does_not_wait_for_what_is_being_read(projected, monkeypatch):
    projector, shown = projected
    projector.ask(3)
    wait(lambda: shown == [3] and not projector._thread.busy("ahead"))
    gate, read = threading.Event(), Reel.at
    monkeypatch.setattr(Reel, "at", lambda reel, index: [gate.wait(300), read(reel, index)][1])
    projector.ask(50)
    wait(lambda: projector._thread.busy("frame"))
    projector.ask(4)
    assert shown == [3, 4]
    gate.set()
    wait(lambda: not projector._thread.busy("frame"))
    assert shown == [3, 4]  # the other one came too late


def test_of_many_asked_for_in_a_row_the_last_is_shown(projected):
    projector, shown = projected
    for index in (10, 50, 20, 59, 30):
        projector.ask(index)
    wait(lambda: shown and shown[-1] == 30)
    assert len(shown) < 5 or shown == [10, 50, 20, 59, 30]
