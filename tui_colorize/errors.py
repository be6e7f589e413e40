"""The one exception that means: the user can put this right."""

from __future__ import annotations

from tui_colorize.terminaltext import printable


class UserError(Exception):
    """Bad input or usage, said in one clear sentence.

    The command line prints it on stderr and exits with 2; the app shows it as a notification.
    """


def reason(error: BaseException) -> str:
    """What the system or a library gives as the reason of a failure, to end a sentence with."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return printable(text[:1].lower() + text[1:] if text[1:2].islower() else text)
