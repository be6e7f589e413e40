"""How much is on the way to the terminal, and how fast that goes."""

from __future__ import annotations

import numpy as np
import pytest

from tui_colorize.tui.canvas.link import Link


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


TURN = 0.015  # seconds between two looks whether there is room


def _carry(link, clock, total, rate, delay, late=lambda: 0.0, size=lambda: 5500):
    """Have a link of that rate and delay, there and back, carry so many bytes; late: by how much
    the program is late with each of its turns. What was waiting before the link in front of each
    piece, in seconds, and when all had gone."""
    free = now = clock.now
    turn = now
    answers, waiting = [], []
    while total > 0 or answers:
        due = [answers[0]] if answers else []
        clock.now = now = max(now, min(due + [turn] * (total > 0))) + late()
        while answers and answers[0] <= now:
            link.answered(answers.pop(0))
        if now >= turn:
            turn = now + TURN
        while total > 0 and link.room > 0:
            count = size()
            total -= count
            waiting.append(max(0.0, free - now - delay / 2))
            free = max(free, now + delay / 2) + count / rate
            if link.sent(count):
                answers.append(free + delay / 2)
    return waiting, free


def test_little_is_on_the_way_before_the_link_is_known():
    clock = Clock()
    link = Link(clock)
    assert link.sent(link.room)
    assert link.room <= 0


@pytest.mark.parametrize("delay", [0.02, 0.15, 0.3])
@pytest.mark.parametrize("rate", [200e3, 390e3, 800e3])
def test_the_link_is_filled_and_nearly_nothing_queues_up(rate, delay):
    random = np.random.default_rng(4)
    clock = Clock()
    link = Link(clock)
    _carry(link, clock, 300e3, rate, delay, size=lambda: int(random.integers(4000, 7000)))
    clock.now += 1.0  # between two pictures
    begun = clock.now
    waiting, end = _carry(
        link, clock, 500e3, rate, delay, size=lambda: int(random.integers(4000, 7000))
    )
    assert end - begun - delay / 2 < 500e3 / rate * 1.15
    assert np.quantile(waiting, 0.95) < 7000 / rate + 0.025


def test_text_does_not_tell_how_much_a_link_takes():
    clock = Clock()
    link = Link(clock)
    before = link.room
    for _ in range(20):
        link.sent(5000)
        clock.now += 0.15
        link.answered()
    assert link.room <= before


def test_a_link_that_gets_slower_is_not_filled_up():
    clock = Clock()
    link = Link(clock)
    _carry(link, clock, 500e3, 1e6, 0.15)
    _carry(link, clock, 300e3, 250e3, 0.15)
    waiting, _ = _carry(link, clock, 300e3, 250e3, 0.15)
    assert max(waiting) < 0.06


@pytest.mark.parametrize("delay", [0.001, 0.15, 0.3, 0.8])
@pytest.mark.parametrize(("rate", "slow"), [(100e3, True), (390e3, True), (2e6, False)])
def test_a_slow_link_is_told_from_one_that_is_only_long(delay, rate, slow):
    clock = Clock()
    link = Link(clock)
    assert not link.slow
    _carry(link, clock, 3e6, rate, delay)
    assert link.slow is slow
    assert link.throughput == pytest.approx(rate, rel=0.05)


@pytest.mark.parametrize("delay", [0.001, 0.15])
def test_a_busy_program_does_not_make_the_link_slow(delay):
    random = np.random.default_rng(5)
    clock = Clock()
    link = Link(clock)
    _carry(link, clock, 3e6, 5e6, delay, lambda: random.exponential(0.08))
    assert not link.slow


def test_small_writes_are_not_asked_about():
    link = Link(Clock())
    assert not any(link.sent(100) for _ in range(20))


def test_a_terminal_that_never_answers_is_served_all_the_same():
    clock = Clock()
    link = Link(clock)
    link.sent(link.room)
    clock.now = 10.0
    assert link.room > 0
    assert not link.sent(100_000)


async def test_answers_that_came_while_it_was_stopped_are_not_awaited(make_app, ready):
    async with make_app().run_test() as pilot:
        app = await ready(pilot)
        app.link.sent(100_000)
        assert app.link.room < 0
        app.app_resume_signal.publish(app)
        await pilot.pause()
        assert app.link.room > 0
