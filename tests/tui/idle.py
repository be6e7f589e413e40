"""Whether an app has nothing to do any more."""

from __future__ import annotations

from typing import Any

from textual.timer import Timer


def is_idle(app: Any) -> bool:
    """Whether nothing is under way, apart from messages, that could still change the screen."""
    canvas, studio, tracks, projector = app.canvas, app.studio, app._tracks, app._projector
    threads = [studio._files, studio._network, studio._view]
    threads += [projector._thread] if projector is not None else []
    timers = app._rest, app._settling, app._holding, app._retry, canvas._rest, canvas._turn
    return (
        not app.to_do
        and not any(thread.busy(slot) for thread in threads for slot in thread._slots)
        and not (tracks is not None and tracks.busy)
        and all(worker.is_finished for worker in app.workers)
        and all(map(_over, timers))
        and canvas.complete
        and (canvas.frame is None or canvas.frame.request.size == tuple(canvas.size))
        and not app.screenful.unsent
        and not app.screen._layout_required
        and not app.screen._dirty_widgets
    )


def _over(timer: Timer | None) -> bool:
    return timer is None or timer._task is None or timer._task.done()
