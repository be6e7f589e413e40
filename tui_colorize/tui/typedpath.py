"""Names of files that the user types."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


def typed_path(text: str) -> Path:
    """The file; ~ is the user's home. Blanks around it do not count."""
    path = Path(text.strip())
    with suppress(RuntimeError):  # ~ of a user that there is not
        path = path.expanduser()
    return path
