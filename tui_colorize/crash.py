"""What is kept of a failure that nobody foresaw."""

from __future__ import annotations

import os
import platform
import traceback
from datetime import datetime

from tui_colorize.console import NAME, version
from tui_colorize.errors import reason
from tui_colorize.terminaltext import printable


def record(error: BaseException) -> str:
    """Write the traceback into a new file in the folder for logs.

    The answer is the sentence for the user, with the name of the file.
    """
    from platformdirs import user_log_path

    what = f"something went wrong that should not ({type(error).__name__})"
    now = datetime.now()
    try:
        folder = user_log_path(NAME, appauthor=False, ensure_exists=True)
        log = folder / f"crash-{now:%Y%m%d-%H%M%S}-{os.getpid()}.txt"
        lines = [
            f"{NAME} {version()}, Python {platform.python_version()}, "
            f"{platform.platform()}, {now:%Y-%m-%d %H:%M:%S}\n\n",
            *traceback.format_exception(error),
        ]
        log.write_text("".join(lines), encoding="utf-8", errors="backslashreplace")
    except OSError as problem:
        return f"{what}; what exactly could not be written into a log: {reason(problem)}"
    return f"{what}; please report it with {printable(log)}"
