"""Stills do not pay for films."""

from __future__ import annotations

import subprocess
import sys

OPEN_STILL = """
import sys
from pathlib import Path
import tui_colorize.tui.app
from tui_colorize.tui.source import open_source
assert open_source(Path(sys.argv[1])).film is None
loaded = [name for name in sys.modules if name == "av" or name.startswith("tui_colorize.video.")]
assert not loaded, loaded
"""


def test_nothing_of_film_is_loaded_for_a_still(picture):
    subprocess.run([sys.executable, "-c", OPEN_STILL, str(picture)], check=True)
