"""The shape of the pixels in Matroska: written into a finished file, which stays a sound one."""

from __future__ import annotations

import zlib
from fractions import Fraction

import av
import pytest
from makers import film

from tui_colorize.video.ebml import CRC, TRACK, TRACKS, VIDEO, child, segment_of
from tui_colorize.video.pixelshape import UPSIDE_DOWN, write_shape


def with_room(path, size=(64, 48)):
    return film(path, frames=2, size=size, matrix=UPSIDE_DOWN)


def shape_of(path):
    with av.open(str(path)) as container:
        return container.streams.video[0].sample_aspect_ratio


@pytest.mark.parametrize("aspect", ["16/11", "12/11", "1/2", "40/33", "2", "8/9"])
@pytest.mark.parametrize("size", [(64, 48), (720, 576), (40, 30), (1920, 1080)])
def test_common_shapes(tmp_path, size, aspect):
    """They come back as they were, and the size of the picture is about its own."""
    path = with_room(tmp_path / "a.mkv", size)
    assert write_shape(path, *size, Fraction(aspect))
    assert shape_of(path) == Fraction(aspect)


def test_odd_shapes(tmp_path):
    """Nearly as they were, in a size that can be shown."""
    path = with_room(tmp_path / "a.mkv")
    assert write_shape(path, 64, 48, Fraction(1009, 1013))
    assert float(shape_of(path)) == pytest.approx(1009 / 1013, rel=1e-4)
    with path.open("rb") as file:
        track = child(file, child(file, segment_of(file), TRACKS), TRACK)
        shown = child(file, child(file, track, VIDEO), 0x54BA)
    assert int.from_bytes(path.read_bytes()[shown.start : shown.end], "big") <= 480


def test_shapes_that_are_too_wide(tmp_path):
    """They are left out, and so is what was in their place."""
    path = with_room(tmp_path / "a.mkv")
    assert not write_shape(path, 64, 48, Fraction(2000))
    assert shape_of(path) in (None, 1)
    with av.open(str(path)) as container:
        assert next(container.decode(video=0)).rotation == 0


def test_a_file_without_room(tmp_path):
    """It stays as it is."""
    path = film(tmp_path / "a.mkv", frames=2)
    before = path.read_bytes()
    assert not write_shape(path, 32, 24, Fraction(2))
    assert path.read_bytes() == before


def test_checksums_hold(tmp_path):
    """Of the part of the file that was changed."""
    path = with_room(tmp_path / "a.mkv")
    before = path.read_bytes()
    assert write_shape(path, 64, 48, Fraction(16, 11))
    data = path.read_bytes()
    assert len(data) == len(before)
    with path.open("rb") as file:
        tracks = child(file, segment_of(file), TRACKS)
        checksum = child(file, tracks, CRC)
    found = zlib.crc32(data[checksum.end : tracks.end])
    assert data[checksum.start : checksum.end] == found.to_bytes(4, "little")
    assert data[: tracks.start] == before[: tracks.start]
    assert data[tracks.end :] == before[tracks.end :]
