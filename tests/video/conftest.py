"""What the tests of film share: makers of tiny films, and colour for them."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

for name in ("makers", "squares"):
    if name not in sys.modules:
        # Tests are imported by path, without packages.
        path = Path(__file__).with_name(f"{name}.py")
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)


@pytest.fixture
def network():
    """In place of the Colorizer."""
    return sys.modules["squares"].StandIn()


@pytest.fixture
def small_segments(tmp_path, monkeypatch):
    """Work in a folder of its own, where films are short, and segments and gaps, too."""
    from tui_colorize.video import segmentlength, shotcolor

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(segmentlength, "MOST", 8)
    monkeypatch.setattr(shotcolor, "_GAP", 12)


@pytest.fixture
def recolor(tmp_path_factory):
    """Writes all frames of a film with a colour; returns its encoding and what could not be kept.

    paint: gives Cb and Cr, (height, width), at a width and height; a smooth colour without it.
    """
    from tui_colorize.video.assemble import assemble
    from tui_colorize.video.encoding import plan
    from tui_colorize.video.frame import chroma_samples
    from tui_colorize.video.reader import VideoReader
    from tui_colorize.video.writer import SegmentWriter

    def smooth(width: int, height: int):
        y, x = np.mgrid[:height, :width].astype(np.float32)
        return 0.2 * x / width, 0.2 * y / height - 0.1

    def write(source: Path, out: Path, *, overwrite: bool = False, paint=smooth, **settings):
        segment = tmp_path_factory.mktemp("segments") / "0"
        with VideoReader(source) as reader:
            encoding = plan(reader.info, out, **settings)
            planes = paint(*encoding.chroma_size)
            chroma = [chroma_samples(plane, encoding.samples) for plane in planes]
            with SegmentWriter(encoding, segment) as writer:
                for frame in reader:
                    writer.write(frame, *chroma)
            notices, damage = assemble(reader.info, encoding, [segment], out, overwrite=overwrite)
            assert damage == []  # no film is taken for a damaged one
        return encoding, [*encoding.notices, *notices]

    return write
