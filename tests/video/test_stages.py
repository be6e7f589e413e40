"""Threads joined by bounded queues."""

from __future__ import annotations

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
