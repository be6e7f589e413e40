"""What the main screens look like, as SVG pictures in __snapshots__.

`pytest tests/tui/test_snapshots.py --snapshot-update` takes them anew: look at what has changed.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual.pilot import Pilot
from textual.widgets import Input

from tui_colorize.hints import Hint, HintSet
from tui_colorize.tui.settings import Settings, save_settings

SIZES = [(80, 24), (120, 40), (200, 60)]
HINTS = HintSet(
    [Hint(6, 3, "#3a7bd5"), Hint(20, 9, "#d9a05b", 2), Hint(34, 15, "#4f8a4c", enabled=False)]
)
LATENCY = 87.0

_CUT = "|".join(
    [
        r"terminal-\d+-",  # a checksum of the whole
        r"@font-face \{.*?\}\s*",
        r'<clipPath id="terminal-\d+-line.*?</clipPath>\s*',
        r' clip-path="url\(#terminal-\d+-line-\d+\)"',
        r' (shape-rendering="crispEdges"|textLength="12.2")',
        r"<text [^>]*>\n</text>",
    ]
)
_PAPER = re.compile(r'<rect fill="(\S+)" x="(\S+)" y="(\S+)" width="(\S+)" height="24.65"/>')


@pytest.fixture(autouse=True)
def usual_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have another."""
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def photograph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Sky, snow and ground: three grays. Beside two more photographs and a folder.

    The path is relative, so no screen says where the tests run. At the lightness of the snow the
    gamut is one colour, which keeps the snapshots small.
    """
    monkeypatch.chdir(tmp_path)
    folder = Path("photographs")
    (folder / "1890s").mkdir(parents=True)
    pixels = np.repeat(np.uint8([200, 255, 54]), 6)[:, None].repeat(40, axis=1)
    Image.fromarray(pixels).save(folder / "harbour.png")
    for name in ("boats.png", "mill.png"):
        Image.new("L", (40, 18), 120).save(folder / name)
    return folder / "harbour.png"


@pytest.fixture
def settled(until: Callable[..., Any], at_rest: Callable[..., Any]) -> Callable[..., Any]:
    """Waits until all is known and shown, and nothing is under way."""

    async def wait(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        await until(
            pilot,
            lambda: (
                app.coloring is not None
                and app.canvas.frame is not None
                and app.suggested_place == app.document.cursor
                and app.status.status.levels is not None
            ),
        )
        await at_rest(pilot)

    return wait


Screenshot = Callable[..., Awaitable[str]]


@pytest.fixture(params=SIZES, ids=lambda size: "x".join(map(str, size)))
def screenshot(
    request: pytest.FixtureRequest,
    make_app: Callable[..., Any],
    engine: Any,
    photograph: Path,
    settled: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> Screenshot:
    """What the app looks like after these keys, as an SVG picture."""
    engine.device, engine.network_size = "cpu", 256
    solve = engine.solve
    engine.solve = lambda picture, hints, *more: solve(
        picture, [hint for hint in hints if hint.enabled], *more
    )

    async def take(*keys: str) -> str:
        async with make_app(photograph, HINTS).run_test(size=request.param) as pilot:
            app: Any = pilot.app
            for key in (*"]]", *keys):
                await settled(pilot)
                await pilot.press(key)
            await settled(pilot)
            for line in app.screen.query(Input):
                line.cursor_blink = False
            app.status.update(latency=LATENCY)
            await pilot.pause()
            return _small(app.export_screenshot(simplify=True))

    return take


def _small(svg: str) -> str:
    """The same picture in a quarter of the bytes, a line for each part."""
    svg = re.sub(_CUT, "", svg, flags=re.DOTALL).replace("&#160;", " ").replace("><", ">\n<")
    svg = svg.replace('class="matrix"', 'class="matrix" xml:space="preserve"')
    svg = svg.replace("<style>", "<style>\n    rect { shape-rendering: crispEdges }", 1)
    lines = []
    for paper, group in groupby(map(str.strip, svg.splitlines()), key=_paper):
        parts = list(group)
        if paper is not None:  # pieces side by side
            left, width = _PAPER.sub(r"\2", parts[0]), sum(map(_width, parts))
            parts = [f'<rect {paper} x="{left}" width="{width:.1f}" height="24.65"/>']
        lines += parts
    return "\n".join(filter(None, lines)) + "\n"


def _paper(line: str) -> str | None:
    """Colour and row of a piece of the ground; None for anything else."""
    return _PAPER.sub(r'fill="\1" y="\3"', line) if _PAPER.fullmatch(line) else None


def _width(line: str) -> float:
    return float(_PAPER.sub(r"\4", line))


class _SvgText(SingleFileSnapshotExtension):
    """As text, so that a test that fails shows the lines that differ."""

    file_extension = "svg"
    _write_mode = WriteMode.TEXT


@pytest.fixture
def pictures(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Those of the test, as they were taken before."""
    return snapshot.use_extension(_SvgText)


async def test_the_main_screen(pictures, screenshot):
    """The second hint is selected, the third is disabled."""
    assert await screenshot() == pictures


async def test_without_hints(pictures, screenshot):
    """How to begin, in the empty table and in the line of keys."""
    assert await screenshot("r", "tab", "shift+tab") == pictures


async def test_the_table(pictures, screenshot):
    """The focus is on a cell of the selected hint."""
    assert await screenshot("tab") == pictures


async def test_the_gamut(pictures, screenshot):
    """The slice at the lightness of the ground has the focus, another hue is chosen."""
    assert await screenshot("]", "m", "shift+right") == pictures


async def test_help(pictures, screenshot):
    """All keys, over the main screen."""
    assert await screenshot("question_mark") == pictures


async def test_the_open_screen(pictures, screenshot):
    """A folder, three pictures, the preview of the first."""
    assert await screenshot("o") == pictures


async def test_the_command_palette(pictures, screenshot):
    """The commands with their keys."""
    assert await screenshot("ctrl+p") == pictures


async def test_the_light_theme(pictures, screenshot):
    """The main screen on paper."""
    save_settings(Settings("light"))
    assert await screenshot() == pictures
