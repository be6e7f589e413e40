"""The start and the end of the app: the terminal is asked, used, and left as it was.

Textual is imported while the terminal answers, so neither waits for the other.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_colorize.allocator import keep_freed_memory
from tui_colorize.tui.probe import Probe
from tui_colorize.tui.restore import FORMER_SCREEN, MODES_OFF, Watcher
from tui_colorize.tui.terminal import Graphics, Terminal
from tui_colorize.tui.torchlibrary import load_torch_library

if TYPE_CHECKING:
    from tui_colorize.hints import HintSet
    from tui_colorize.tui.engine import Engine
    from tui_colorize.tui.guarded import GuardedApp

_SWITCH = 0.0002  # seconds
_SPINS = "30000"  # about half a millisecond
_SLOW_LINK_FPS = "30"
_NEVER = 1 << 30  # collections of younger objects before one of all


def in_browser() -> bool:
    """Whether `tui-colorize serve` shows the app in a browser: there is no terminal then."""
    return "WebDriver" in os.environ.get("TEXTUAL_DRIVER", "")


def run(
    path: Path | None,
    hints: HintSet | None,
    *,
    device: str,
    weights: Path | None,
    output: Path | None,
    graphics: Graphics | None,
) -> int:
    """Run the app until the user leaves. The answer is the exit status.

    graphics: None for the best that the terminal can do. Raises whatever has ended the app, once
    the terminal is as it was.
    """

    def make_engine() -> Engine:
        load_torch_library()
        from tui_colorize.colorizer import Colorizer

        return Colorizer(device=device, weights=weights)

    options: dict[str, Any] = {"output": output, "network": (device, weights)}
    _suit_slow_links()
    # The network's threads wait for more work by spinning, for milliseconds after its end, on the
    # very processors that the picture is now to be painted on.
    os.environ.setdefault("GOMP_SPINCOUNT", _SPINS)
    # A worker that paints in pure Python gives the event loop its turn after this long, and a key
    # takes several turns.
    sys.setswitchinterval(_SWITCH)
    keep_freed_memory()
    # Nothing that the first frame needs is garbage.
    gc.disable()
    # To go through every cell of a picture takes longer than keys may wait: that is for a rest.
    gc.set_threshold(*gc.get_threshold()[:2], _NEVER)
    if in_browser():
        from tui_colorize.tui.guarded import GuardedApp

        terminal = Terminal(true_color=True, name="browser")
        options |= {"probe": None, "watcher": None, "terminal": terminal}
        app = GuardedApp(path, hints, make_engine, **options)
        return _finish(app, app.run_guarded())
    with _ended_by_signals(), Watcher() as watcher, Probe() as probe:
        from tui_colorize.tui.guarded import GuardedApp

        terminal = probe.terminal().drawing_with(graphics)
        _say_colors(terminal)
        options |= {"probe": probe, "watcher": watcher, "terminal": terminal}
        app = GuardedApp(path, hints, make_engine, **options)
        try:
            status = app.run_guarded()
        finally:
            if app.on_screen:  # the driver itself has failed
                with suppress(OSError):
                    os.write(2, (FORMER_SCREEN + MODES_OFF).encode())
    return _finish(app, status)


def _suit_slow_links() -> None:
    """What Textual reads when it is imported; what the user has set stays."""
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    # It makes terminals report the mouse in pixels: many more reports.
    os.environ.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")
    if os.environ.get("SSH_CONNECTION"):
        os.environ.setdefault("TEXTUAL_FPS", _SLOW_LINK_FPS)


def _say_colors(terminal: Terminal) -> None:
    """Let Textual and Rich know; ssh does not pass COLORTERM on, and multiplexers outlive it."""
    if terminal.true_color:
        os.environ["COLORTERM"] = "truecolor"
    elif terminal.multiplexer:
        os.environ.pop("COLORTERM", None)
    elif terminal.palette:
        os.environ["TERM"] = "xterm-256color"


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Signals leave by way of an exception, until the app deals with them.

    One is enough: those that follow would only disturb the clearing up.
    """

    def leave(number: int, _: object) -> None:
        for each in before:
            signal.signal(each, signal.SIG_IGN)
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        raise SystemExit(128 + number)

    before = {
        number: signal.getsignal(number)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    for number in before:
        signal.signal(number, leave)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _finish(app: GuardedApp, status: int) -> int:
    with suppress(OSError):
        if app.studio.saving:
            print("Finishing the picture that is being saved...", file=sys.stderr)
    app.studio.close()
    if app.crash is not None:
        raise app.crash
    with suppress(OSError):
        if app.exports_at_work:
            print("The export goes on; tui-colorize exports tells how far it is.", file=sys.stderr)
        if app.studio.unreported:
            print(app.studio.unreported, file=sys.stderr)
            return status or 2
    return status
