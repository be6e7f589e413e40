"""Lengths of time as people read them on a clock."""

from __future__ import annotations


def clock(seconds: float) -> str:
    """As on a clock: 0:07, 12:30, 1:00:00."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def clock_with_tenths(seconds: float) -> str:
    """Minutes and seconds: 0:07.3, 75:00.0."""
    minutes, rest = divmod(round(seconds, 1), 60)
    return f"{minutes:.0f}:{rest:04.1f}"
