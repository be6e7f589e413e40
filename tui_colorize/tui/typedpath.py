"""Names of files that the user types."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from tui_colorize.terminaltext import printable


def typed_path(text: str, offered: Path | None = None) -> Path:
    """The file; ~ is the user's home. Blanks around it do not count.

    offered: the file that it is if the text was left as printable(offered). That may not look like
    what it is: a name may hold what must not be shown.
    """
    if offered is not None and text == printable(offered):
        return offered
    path = Path(text.strip())
    with suppress(RuntimeError):  # ~ of a user that there is not
        path = path.expanduser()
    return path
