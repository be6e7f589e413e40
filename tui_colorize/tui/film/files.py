"""Which files are films."""

from __future__ import annotations

from pathlib import Path

SUFFIXES = frozenset(
    f".{name}"
    for name in (
        *("3gp", "avi", "dv", "flv", "m2ts", "m4v", "mkv", "mov", "mp4", "mpeg", "mpg", "mts"),
        *("mxf", "ogv", "ts", "vob", "webm", "wmv", "y4m"),
    )
)


def is_film(path: Path) -> bool:
    """Whether the name is that of a film."""
    return path.suffix.lower() in SUFFIXES
