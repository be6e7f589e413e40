"""How much is on the way to the terminal, and how fast that goes."""

from __future__ import annotations

import numpy as np
import pytest

from tui_colorize.tui.canvas.link import Link


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_no_more_is_on_the_way_than_the_link_takes():
    clock = Clock()
    link = Link(clock)
    room = link.room
    assert link.sent(room)
    assert link.room <= 0
    clock.now = 0.15
    link.answered()
    assert link.room > room  # nothing had to wait: more the next time
    before = link.room
    assert link.sent(before)
    clock.now = 0.15 + 0.5
    link.answered()
    assert link.room < before  # it queued up somewhere


def _carry(link, clock, pieces, rate, delay, late=lambda: 0.0):
    """Have a link of that rate and delay, there and back, carry so many pieces; late: by how much
    the program is late with each of its turns."""
    free = now = 0.0
    answers = []
    while pieces or answers:
        clock.now = now = max(now, answers[0] if answers else now) + late()
        while answers and answers[0] <= now:
            link.answered(answers.pop(0))
        while pieces and link.room > 0:
            assert link.sent(9000)
            pieces -= 1
            free = max(free, now + delay / 2) + 9000 / rate
            answers.append(free + delay / 2)


@pytest.mark.parametrize("delay", [0.001, 0.15, 0.3, 0.8])
@pytest.mark.parametrize(("rate", "slow"), [(100e3, True), (390e3, True), (2e6, False)])
def test_a_slow_link_is_told_from_one_that_is_only_long(delay, rate, slow):
    clock = Clock()
    link = Link(clock)
    assert not link.slow
    _carry(link, clock, 300, rate, delay)
    assert link.slow is slow
    assert link.throughput == pytest.approx(rate, rel=0.05)


@pytest.mark.parametrize("delay", [0.001, 0.15])
def test_a_busy_program_does_not_make_the_link_slow(delay):
    random = np.random.default_rng(5)
    clock = Clock()
    link = Link(clock)
    _carry(link, clock, 300, 5e6, delay, lambda: random.exponential(0.08))
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
