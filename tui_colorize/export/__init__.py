"""Exports of films, each in a process of its own that outlives the app (docs/EXPORTS.md)."""

from tui_colorize.export.job import Export, Listed, PartsKeptError, all_exports, start
from tui_colorize.export.record import Phase, Request, Status

__all__ = [
    "Export",
    "Listed",
    "PartsKeptError",
    "Phase",
    "Request",
    "Status",
    "all_exports",
    "start",
]
