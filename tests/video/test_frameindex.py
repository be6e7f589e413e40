"""The index of a film's frames is read once."""

from __future__ import annotations

import os

import makers

from tui_colorize.video import frameindex
from tui_colorize.video.reader import VideoReader


def test_the_packets_are_read_once(tmp_path, monkeypatch):
    """For all readers of a film, until the file is another."""
    scanned = []
    real = frameindex._scanned
    monkeypatch.setattr(frameindex, "_scanned", lambda path: [scanned.append(path), real(path)][1])
    path = makers.film(tmp_path / "film.mkv", frames=5)
    for _ in range(3):
        with VideoReader(path) as reader:
            assert reader.count() == 5
    assert len(scanned) == 1
    makers.film(path, frames=7)
    os.utime(path, ns=(1, 1))
    with VideoReader(path) as reader:
        assert reader.count() == 7
    assert len(scanned) == 2
