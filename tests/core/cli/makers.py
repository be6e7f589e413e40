"""Pictures in the current folder, and a name that would steer the terminal."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

GRAY = np.arange(48, dtype=np.uint8).reshape(6, 8)  # 8 wide, 6 high
ESCAPE = "\x1b]0;owned\x07\x1b[2J"


def picture(name: str, first: int = 0, **options) -> Path:
    pixels = GRAY.copy()
    pixels[0, 0] = first
    path = Path(name)
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(pixels).save(path, options.pop("format", None), **options)
    return path


def files(folder: str | Path = ".") -> set[str]:
    return {str(path.relative_to(folder)) for path in Path(folder).rglob("*") if path.is_file()}
