"""Hints outlive the app: kept in the user's data folder under the hash of the picture's content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_colorize.errors import UserError

if TYPE_CHECKING:
    from pathlib import Path

    from tui_colorize.hints import HintSet


def remember(digest: str, hints: HintSet) -> None:
    """Keep the hints of a picture; none: forget what was kept. Raises UserError."""
    from tui_colorize.hintfile import write_hints

    path = _path(digest)
    try:
        if not hints:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"The hints cannot be kept: {(error.strerror or '').lower()}.") from error
    write_hints(path, hints)


def recall(digest: str, size: tuple[int, int]) -> HintSet:
    """The hints kept for a picture; none if there are none, or none that can be read."""
    from tui_colorize.hintfile import read_hints
    from tui_colorize.hints import HintSet

    path = _path(digest)
    try:
        return read_hints(path, size) if path.is_file() else HintSet()
    except (UserError, OSError):
        return HintSet()


def _path(digest: str) -> Path:
    from platformdirs import user_data_path

    return user_data_path("tui-colorize") / "sessions" / f"{digest}.csv"
