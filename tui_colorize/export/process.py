"""What the process of an export does."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from tui_colorize.console import in_words
from tui_colorize.crash import record
from tui_colorize.errors import UserError
from tui_colorize.export.job import Export
from tui_colorize.export.record import Phase
from tui_colorize.export.reporter import Reporter

_NICE = 10
_ENDING = (signal.SIGTERM, signal.SIGINT)


class _EndedError(BaseException):
    """A signal has come."""


def work(folder: Path) -> bool:
    """Make the film of the export in this folder; whether it is done."""
    for number in _ENDING:
        signal.signal(number, _end)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    _step_back()
    export, reporter = Export(folder), Reporter(folder)
    phase, message = Phase.DONE, ""
    notices: tuple[str, ...] | None = None
    try:
        reporter.begin()
        notices = _color(export, reporter)
    except _EndedError:
        if notices is None and (folder / "cancel").exists():
            phase = Phase.CANCELLED
        elif notices is None:
            phase, message = Phase.INTERRUPTED, "the system has ended its process"
    except (UserError, MemoryError) as error:
        phase, message = Phase.FAILED, in_words(error)
    except Exception as error:
        phase, message = Phase.FAILED, record(error)
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)
    if phase is not Phase.DONE:
        message = (message + export.what_is_kept()).removeprefix("; ")
    reporter.end(phase, message, notices or ())
    return phase is Phase.DONE


def _color(export: Export, reporter: Reporter) -> tuple[str, ...]:
    from tui_colorize.video.pipeline import colorize_video

    request = export.request
    result = colorize_video(
        request.source,
        request.output,
        request.hints,
        device=request.device,
        weights=request.weights,
        vividness=request.vividness,
        codec=request.codec,
        crf=request.crf,
        preset=request.preset,
        every=request.every,
        overwrite=request.overwrite,
        resume=True,
        progress=reporter.saw,
    )
    return (*result.notices, *result.problems)


def _step_back() -> None:
    """Let everything that people wait for at this moment go first."""
    with suppress(OSError):
        os.nice(_NICE)
    # Where Linux shares the processor among sessions, a process counts by that of its own.
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(_NICE))


def _end(*_: object) -> NoReturn:
    # Once is enough: another would only disturb the clearing up.
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)
    raise _EndedError
