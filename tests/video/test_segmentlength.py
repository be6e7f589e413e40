"""Segments are short where frames take long."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from makers import film

from tui_colorize.video import segmentlength
from tui_colorize.video.codecs import CODECS
from tui_colorize.video.encoding import plan
from tui_colorize.video.reader import VideoReader
from tui_colorize.video.segmentlength import LEAST, MOST, segment_length


@pytest.fixture(scope="module")
def info(tmp_path_factory):
    path = tmp_path_factory.mktemp("films") / "film.mkv"
    film(path, frames=1, size=(64, 48))
    with VideoReader(path) as reader:
        return reader.info


def length(info, size, codec="x264", preset=None) -> int:
    width, height = size
    sized = replace(info, coded_width=width, coded_height=height)
    out = Path("out").with_suffix(CODECS[codec].suffixes[-1])
    return segment_length(plan(sized, out, codec=codec, preset=preset))


def test_larger_frames_and_slower_encoders_make_shorter_segments(info):
    """Down to the shortest; small and quick ones have the longest."""
    large = (1920, 1080)
    assert length(info, (640, 480)) == MOST
    presets = [length(info, large, "x264", each) for each in CODECS["x264"].presets]
    assert presets == sorted(presets, reverse=True)
    assert presets[-1] < presets[0]
    assert length(info, (3840, 2160)) < length(info, large)
    assert length(info, large, "x265") < length(info, large)
    assert length(info, large, "x265", "slower") == LEAST


def test_every_preset_has_its_cost():
    """None is left out, and none is known that no encoder has."""
    known = {codec.encoder: len(codec.presets) for codec in CODECS.values()}
    for encoder, costs in segmentlength._ENCODING.items():
        assert len(costs) == known[encoder]


@pytest.mark.parametrize("codec", ["ffv1", "x264-lossless", "prores", "av1"])
def test_any_codec_will_do(info, codec):
    """With presets and without."""
    assert LEAST <= length(info, (1280, 720), codec) <= MOST
