"""What the tests of film share: makers of tiny films, and colour for them."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

if "makers" not in sys.modules:
    # Tests are imported by path, without packages.
    spec = importlib.util.spec_from_file_location("makers", Path(__file__).with_name("makers.py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules["makers"] = module
    spec.loader.exec_module(module)


@pytest.fixture
def recolor():
    """Writes all frames of a film with a smooth colour; returns the writer."""
    from tui_colorize.video.reader import VideoReader
    from tui_colorize.video.writer import VideoWriter

    def write(source: Path, out: Path, **settings):
        with VideoReader(source) as reader, VideoWriter(reader.info, out, **settings) as writer:
            width, height = writer.chroma_size
            y, x = np.mgrid[:height, :width].astype(np.float32)
            cb, cr = 0.2 * x / width, 0.2 * y / height - 0.1
            for frame in reader:
                writer.write(frame, cb, cr)
        return writer

    return write
