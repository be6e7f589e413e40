"""Textual's driver of the terminal, and what it lacks: late replies, hang-ups, sudden stops."""

from __future__ import annotations

import os
import select
import time
from codecs import getincrementaldecoder
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from signal import SIGHUP
from typing import IO, Any, cast

from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

from tui_colorize.tui.probe import LAST, Probe
from tui_colorize.tui.replies import Replies
from tui_colorize.tui.restore import MODES_OFF, Watcher

_TURN = 0.03  # seconds; how long a wait for input takes: at the end everything waits for one
_REST_OF_KEY = 0.05  # seconds; the rest of a key comes sooner, a pressed escape has none
_REST_OF_REPLY = 1.0  # seconds; a slow link may cut a reply in two
_LAST_REPLIES = 1.0  # seconds; how long the end waits for replies that are on their way


class TerminalDriver(LinuxDriver):
    """probe: the one that ran before the app, which has the terminal's settings until now.

    farewell: writes what has to be written before the app's screen is left. watcher: gives the
    terminal back if the app is killed.
    """

    def __init__(
        self,
        app: App[Any],
        *,
        probe: Probe,
        watcher: Watcher,
        farewell: Callable[[], None],
        **options: Any,
    ) -> None:
        super().__init__(app, **options)
        self._probe = probe
        self._watcher = watcher
        self._farewell = farewell
        # The thread that writes must go on when the terminal is gone: others wait for it.
        self._file = cast(Any, _Forgiving(cast(IO[str], self._file)))
        self.on_screen = False  # until the terminal is as it was

    def start_application_mode(self) -> None:
        self._probe.restore()
        self.on_screen = True
        self._watcher.on_screen(True)
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def disable_input(self) -> None:
        super().disable_input()
        if self.on_screen and self._probe.replies.complete:
            self._drain()

    def stop_application_mode(self) -> None:
        # Whatever may go wrong there, the terminal is given back.
        with suppress(Exception):
            self._farewell()
        super().stop_application_mode()
        self.write(MODES_OFF)
        self.on_screen = False
        self._watcher.on_screen(False)

    def resume_application_mode(self) -> None:
        """Go on after a stop.

        SIGSTOP comes unannounced: what the shell has done to the terminal since then is not known.
        """
        if self.on_screen:
            self.suspend_application_mode()
            self._must_signal_resume = True
        super().resume_application_mode()

    def run_input_thread(self) -> None:
        """Keys from the terminal, without replies to the probe that come now."""
        parser = XTermParser(self._debug)
        # Bytes that are no UTF-8 are no reason to fail.
        decode = getincrementaldecoder("utf-8")("replace").decode
        data, self._probe.typed = self._probe.typed, b""
        while not self.exit_event.is_set():
            if text := decode(data):
                for event in parser.feed(text):
                    self.process_message(event)
            for event in parser.tick():
                self.process_message(event)
            try:
                data = self._read()
            except OSError:
                self._hang_up()
                return

    def _read(self) -> bytes:
        """What the user types within a short while. Raises OSError when the terminal is gone."""
        replies = self._probe.replies
        wait = _REST_OF_KEY if replies.begun else _TURN
        if replies.surely_begun:
            wait = _REST_OF_REPLY
        if not select.select([self.fileno], [], [], wait)[0]:
            return replies.give_up()
        data = os.read(self.fileno, 4096)
        if not data:
            raise OSError("end of input")
        return replies.feed(data) if self._probe.may_be_late else replies.give_up() + data

    def _drain(self) -> None:
        """Swallow replies that are still on their way: the shell would take them for commands."""
        self.write(LAST)
        replies = self._probe.replies = Replies()  # which one that comes later yet belongs to
        deadline = time.monotonic() + _LAST_REPLIES
        while not replies.complete and (left := deadline - time.monotonic()) > 0:
            if select.select([self.fileno], [], [], left)[0]:
                try:
                    data = os.read(self.fileno, 4096)
                except OSError:
                    return
                if not data:
                    return
                replies.feed(data)

    def _hang_up(self) -> None:
        loop = self._app._loop
        if loop is not None:
            loop.call_soon_threadsafe(partial(self._app.exit, return_code=128 + SIGHUP))


class _Forgiving:
    """A terminal to write to; when it is gone, what is written goes nowhere."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()

    def fileno(self) -> int:
        return self._file.fileno()
