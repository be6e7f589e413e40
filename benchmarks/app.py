"""How soon the app paints its first frame, and how soon it answers keys while the network runs.

Run: python benchmarks/app.py [PICTURE] [--repeat N]
Both are taken from outside, in a pseudo-terminal. The start is compared with a bare Textual app in
the same run, since absolute times drift with the machine. A key's answer is the first output after
it; hints are put all the while, so that a render is nearly always going on.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from statistics import median, quantiles

import pexpect

HELLO = """
from textual.app import App
from textual.widgets import Static

class Hello(App):
    def compose(self):
        yield Static("hello-world")

Hello().run()
"""
SAMPLE = Path(__file__).parent.parent / "samples" / "astronaut.jpg"
STATUS = "half-cell"  # at the end of the status bar, the last thing on the screen
# What every terminal answers at once; the app begins when it knows what the terminal can do.
QUESTION, ANSWER = "\x1b[c", "\x1b[?62;22c"
ARROWS = {"left": "\x1b[D", "right": "\x1b[C"}


def start(arguments: list[str], marker: str, folder: Path) -> tuple[pexpect.spawn, float]:
    """Start a program and wait until `marker` is on the screen: it, and the seconds it took."""
    environment = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    environment["XDG_DATA_HOME"] = str(folder)  # nothing kept from an earlier run
    began = time.perf_counter()
    child = pexpect.spawn(
        sys.executable, arguments, env=environment, dimensions=(40, 120), timeout=60
    )
    child.delaybeforesend = None
    if child.expect_exact([marker, QUESTION]):
        child.send(ANSWER)
        child.expect_exact(marker)
    return child, time.perf_counter() - began


def loaded(child: pexpect.spawn, library: str) -> bool:
    return library in Path(f"/proc/{child.pid}/maps").read_text()


def drain(child: pexpect.spawn, quiet: float) -> int:
    """Read until nothing comes for so many seconds; how many bytes came."""
    count = 0
    while True:
        try:
            count += len(child.read_nonblocking(1 << 20, timeout=quiet))
        except pexpect.TIMEOUT:
            return count


def key_times(child: pexpect.spawn, keys: int) -> list[float]:
    times = []
    for turn in range(keys):
        if turn % 5 == 0:
            child.send("\r")  # a hint, and with it a render
            drain(child, 0.02)
        arrow = "left" if turn // 20 % 2 else "right"
        began = time.perf_counter()
        child.send(ARROWS[arrow])
        child.read_nonblocking(1 << 20, timeout=5)
        times.append(time.perf_counter() - began)
        drain(child, 0.02)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("picture", type=Path, nargs="?", default=SAMPLE)
    parser.add_argument("--repeat", type=int, default=7)
    options = parser.parse_args()
    folder = Path(os.environ.get("TMPDIR", "/tmp")) / f"tui-colorize-bench-{os.getpid()}"
    app = ["-m", "tui_colorize", str(options.picture)]
    bare, ours = [], []
    for turn in range(options.repeat + 1):
        child, seconds = start(["-c", HELLO], "hello-world", folder)
        child.close(force=True)
        other, other_seconds = start(app, STATUS, folder)
        torch_loaded = loaded(other, "libtorch")
        other.close(force=True)
        if turn:  # the first round fills the file cache
            bare.append(seconds)
            ours.append(other_seconds)
    print(f"bare Textual app, first frame: {median(bare) * 1e3:.0f} ms")
    print(
        f"tui-colorize, first frame:     {median(ours) * 1e3:.0f} ms, "
        f"ratio {median(ours) / median(bare):.2f}, torch loaded by then: {torch_loaded}"
    )
    child, _ = start(app, STATUS, folder)
    child.expect_exact("cpu", timeout=60)
    drain(child, 3)  # the network is loaded, and the first result painted
    times = [seconds * 1e3 for seconds in key_times(child, 100)]
    child.send("q")
    child.expect(pexpect.EOF)
    print(
        f"key to answer while rendering: median {median(times):.1f} ms, "
        f"95th percentile {quantiles(times, n=20)[-1]:.1f} ms, worst {max(times):.1f} ms"
    )


if __name__ == "__main__":
    main()
