"""What 200 results in a row leave in a terminal's memory.

Run: python benchmarks/terminal_memory.py [--results N] [--terminal "COMMAND {}"]
Without --terminal: in a pseudo-terminal that answers like kitty, where the pictures that were sent
and not deleted are counted. With it: in a real terminal that the command starts, {} being what is
to run in it (kitty -- {}); the table is of the resident memory of the command's processes.
"""

from __future__ import annotations

import argparse
import re
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pseudoterminal import SAMPLE, Terminal, gray_copy

SENT = re.compile(rb"\x1b_Ga=T,U=1,i=(\d+)")
DELETED = re.compile(rb"\x1b_Ga=d,d=I,i=(\d+)")
APP = """
import asyncio, sys
from pathlib import Path
import numpy as np
from tui_colorize.cli import main
from tui_colorize.tui.canvas.widget import Canvas
start = Canvas.start
class Noise:
    def __init__(self, number):
        self.random = np.random.default_rng(number)
    def render(self, size, region):
        return self.random.integers(0, 256, (size[1], size[0], 3), np.uint8)
async def results(canvas):
    await asyncio.sleep(8)
    for number in range({results}):
        canvas.app.coloring = Noise(number)
        before = canvas.frame
        canvas.ask()
        while canvas.frame is before or not canvas.complete:
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.05)
        Path({progress!r}).write_text(str(number + 1))
    await asyncio.sleep(3)
    canvas.app.exit()
def begin(self, source):
    start(self, source)
    self.results = asyncio.create_task(results(self))
Canvas.start = begin
sys.exit(main([{picture!r}]))
"""


def resident(pid: int) -> float:
    """MiB of a process and all that it has started."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        own = next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0) / 1024
        return own + sum(resident(int(child)) for child in children.read_text().split())
    except OSError:
        return 0.0


def done(progress: Path) -> int:
    try:
        return int(progress.read_text() or 0)
    except OSError:
        return 0


def measure(command: list[str], progress: Path, results: int) -> None:
    terminal = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    print("results   resident, MiB")
    printed = -1
    while terminal.poll() is None and printed < results:
        number = done(progress)
        if number // 20 > printed // 20 or (number == results and printed < number):
            print(f"{number:7} {resident(terminal.pid):15.1f}", flush=True)
            printed = number
        time.sleep(0.05)
    terminal.terminate()
    terminal.wait()


def count(app: str, picture: Path, folder: Path, progress: Path, results: int) -> None:
    terminal = Terminal("kitty", picture, folder, app=app)
    data = b""
    while done(progress) < results:
        data += terminal.turn(0.05)
    data += terminal.read(2)
    kept = set(SENT.findall(data)) - set(DELETED.findall(data))
    sent = len(SENT.findall(data))
    data += terminal.close()
    left = set(SENT.findall(data)) - set(DELETED.findall(data))
    print(f"{results} results: {sent} pictures sent, {len(kept)} of them there at the end,")
    print(f"{len(left)} after the app has been left")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=int, default=200)
    parser.add_argument("--terminal", help="the command that starts one, with {} in it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        picture = gray_copy(SAMPLE, folder, (1000, 800))
        progress = folder / "progress"
        app = APP.format(results=options.results, progress=str(progress), picture=str(picture))
        if options.terminal is None:
            count(app, picture, folder, progress, options.results)
            return
        script = folder / "app.py"
        script.write_text(app)
        root = Path(__file__).parent.parent
        run = f"env XDG_DATA_HOME={name} PYTHONPATH={root} {sys.executable} {script}"
        measure(
            [part.replace("{}", run) for part in shlex.split(options.terminal)],
            progress,
            options.results,
        )


if __name__ == "__main__":
    main()
