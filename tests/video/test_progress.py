"""How fast a film is made: neither what was ready before nor pauses make it look otherwise."""

from __future__ import annotations

import pytest

from tui_colorize.video.progress import Meter, Progress


class Clock:
    """Frames that are finished at certain times."""

    def __init__(self, monkeypatch, total=1000, before=0):
        self.now, self.done = 50.0, before
        monkeypatch.setattr("time.monotonic", lambda: self.now)
        self.meter = Meter(total, before)

    def frames(self, count: int, step: float) -> Progress:
        """So many more, one after each step, in seconds; what is told with the last one."""
        for _ in range(count):
            self.now += step
            self.done += 1
            self.meter.tell(self.keep, self.done, "color")
        return self.told

    def keep(self, told: Progress) -> None:
        self.told = told

    def pause(self, seconds: float, step: float = 0.1) -> None:
        """While the next frame is told, which is finished after a step."""

        def wait(_):
            self.now += seconds

        self.now += step
        self.done += 1
        self.meter.tell(wait, self.done, "color")


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


def test_a_steady_film(clock):
    """The speed, and the time that is left at it."""
    clock.now += 30  # until the stages are at work
    told = clock.frames(100, 0.1)
    assert (told.done, told.total, told.slowest) == (100, 1000, "color")
    assert told.fps == pytest.approx(10)
    assert told.remaining == pytest.approx(90)


def test_no_time_left_is_told_from_the_first_frames(clock):
    """Before them the network was loaded, which says nothing about the frames to come."""
    clock.now += 30
    assert clock.frames(1, 0.1).remaining is None
    assert clock.told.fps < 0.1
    assert clock.frames(20, 0.1).remaining is None


@pytest.mark.parametrize("before", [0, 500])
def test_frames_that_were_ready_before(monkeypatch, before):
    """At the start they come at once, also behind those of an earlier run: never too fast."""
    clock = Clock(monkeypatch, before=before)
    clock.now += 2
    clock.frames(1, 0.1)
    for _ in range(30):
        assert clock.frames(1, 0.01).fps < 15
    for _ in range(50):
        assert clock.frames(1, 0.1).fps < 15
    assert clock.told.fps == pytest.approx(10)


def test_a_pause(clock):
    """The speed before it holds until frames are made anew."""
    clock.now += 2
    clock.frames(60, 0.1)
    clock.pause(600)
    for _ in range(40):
        assert clock.frames(1, 0.01).fps == pytest.approx(10)
    assert clock.frames(60, 0.1).fps == pytest.approx(10)
    assert clock.frames(200, 0.2).fps < 9


def test_a_pause_of_a_slow_film(clock):
    """Its next frame comes when a speed can be told again."""
    clock.frames(10, 5.0)
    clock.pause(600, step=5.0)
    assert clock.frames(1, 5.0).fps == pytest.approx(0.2)


def test_an_early_pause(clock):
    """Before the speed is known."""
    clock.now += 1
    clock.frames(10, 0.1)
    clock.pause(600)
    assert clock.frames(20, 0.1).fps == pytest.approx(10, rel=0.4)


def test_a_film_that_is_longer_than_it_told(monkeypatch):
    """Its length is an estimate: behind it no time is left, not less than none."""
    clock = Clock(monkeypatch, total=50)
    assert clock.frames(60, 0.1).remaining == 0


def test_a_film_that_does_not_tell_its_length(monkeypatch):
    """No time left is told."""
    clock = Clock(monkeypatch, total=None)
    assert clock.frames(60, 0.1).remaining is None
