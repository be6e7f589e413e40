"""The app as the command line runs it: signals end it in order, and so does an exception."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.css.query import QueryError

from tui_colorize.tui.app import ColorizeApp
from tui_colorize.tui.canvas.kitty import KittyPainter
from tui_colorize.tui.driver import TerminalDriver
from tui_colorize.tui.probe import Probe
from tui_colorize.tui.restore import Watcher

if TYPE_CHECKING:
    from tui_colorize.hints import HintSet
    from tui_colorize.tui.engine import EngineFactory

_PATIENCE = 5.0  # seconds that the app may take to end in order

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class GuardedApp(ColorizeApp):
    """probe: the one that asked the terminal. watcher: gives it back if the app is killed. Both are
    None where there is no terminal (in a browser).

    crash: the exception that ended the app, if one has.
    """

    def __init__(
        self,
        path: Path | None,
        hints: HintSet | None,
        make_engine: EngineFactory,
        *,
        probe: Probe | None,
        watcher: Watcher | None,
        **options: Any,
    ) -> None:
        super().__init__(path, hints, make_engine, **options)
        self.crash: Exception | None = None
        if probe is not None and watcher is not None:
            if isinstance(self.painter, KittyPainter):
                self.painter.tell = watcher.pictures
            # Pictures belong to the screen that they are on: later they could not be deleted.
            self.driver_class = partial(  # type: ignore[assignment]
                TerminalDriver, probe=probe, watcher=watcher, farewell=self._delete_pictures
            )

    @property
    def on_screen(self) -> bool:
        """Whether the terminal is still the app's."""
        return isinstance(self._driver, TerminalDriver) and self._driver.on_screen

    def run_guarded(self) -> int:
        """Run until the user leaves, a signal comes or something fails; the exit status."""
        with suppress(asyncio.CancelledError):
            asyncio.run(self._until_left())
        return self.return_code or 0

    async def _until_left(self) -> None:
        loop = asyncio.get_running_loop()
        running = asyncio.current_task()
        assert running is not None

        def leave(number: int) -> None:
            self.exit(return_code=128 + number)
            # Whatever the app may wait for, it is not to outlive the signal.
            loop.call_later(_PATIENCE, running.cancel)

        for number in ENDING:
            # What the user had ignored from the start (nohup) stays so.
            if signal.getsignal(number) is not signal.SIG_IGN:
                loop.add_signal_handler(number, partial(leave, number))
        await self.run_async()

    def _delete_pictures(self) -> None:
        pointer = self.painter.pointer
        self.send(self.painter.close() + (pointer.close() if pointer else ""))

    def _handle_exception(self, error: Exception) -> None:
        if self._exit and isinstance(error, QueryError):
            return  # a screen that was just opening misses its parts: they are gone already
        # Textual would print the traceback.
        super()._handle_exception(error)
        self._exit_renderables.clear()
        self.crash = self.crash or error
