"""What outlives the app: the work on a source, kept with every action, and as a file."""

from tui_colorize.session.file import (
    SessionFile,
    content_digest,
    film_digest,
    is_session,
    read_session,
    read_session_hints,
    write_session,
)
from tui_colorize.session.kept import Session
from tui_colorize.session.record import Origin
from tui_colorize.session.work import Place, Work, join

__all__ = [
    "Origin",
    "Place",
    "Session",
    "SessionFile",
    "Work",
    "content_digest",
    "film_digest",
    "is_session",
    "join",
    "read_session",
    "read_session_hints",
    "write_session",
]
