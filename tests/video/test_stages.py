"""Threads joined by bounded queues."""

from __future__ import annotations

import sys

from tui_colorize.video.stages import AssemblyLine


def test_stages_never_run_far_ahead():
    """A slow end holds a fast start back: memory does not grow with the film."""
    made, taken, lead = 0, 0, []

    def numbers():
        nonlocal made
        for number in range(200):
            made += 1
            yield number

    line = AssemblyLine()
    for number in line.stage("numbers", numbers(), 4):
        taken += 1
        lead.append(made - taken)
        assert number == taken - 1
    line.stop()
    assert taken == 200
    assert max(lead) <= 6


def test_turns_are_short_while_any_line_works():
    """Python's own interval is back once the last line has stopped, whichever that is."""
    usual = sys.getswitchinterval()
    one, other = AssemblyLine(), AssemblyLine()
    assert list(one.stage("numbers", range(3), 1)) == [0, 1, 2]
    assert sys.getswitchinterval() < usual
    assert list(other.stage("numbers", range(3), 1)) == [0, 1, 2]
    one.stop()
    one.stop()
    assert sys.getswitchinterval() < usual
    other.stop()
    assert sys.getswitchinterval() == usual


def test_a_line_without_stages_changes_nothing():
    """It can be stopped all the same."""
    usual = sys.getswitchinterval()
    AssemblyLine().stop()
    assert sys.getswitchinterval() == usual
