"""Reading: every frame, its samples, its time and its meaning, whatever the film."""

from __future__ import annotations

import sys
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from makers import (
    SIZE,
    film,
    frame_of,
    late,
    luma_samples,
    picture,
    plane_of,
    rich,
    vfr,
    video_times,
    with_b_frames,
)

from tui_colorize.video.reader import VideoReader


def read(path):
    with VideoReader(path) as reader:
        return reader.info, list(reader), reader.problems


def test_plain_film(tmp_path):
    """Frames come in order, with their samples and times."""
    info, frames, problems = read(film(tmp_path / "a.mkv"))
    assert (info.width, info.height, info.bit_depth, info.chroma) == (32, 24, 8, (2, 2))
    assert (info.rate, info.frames, info.codec, info.rotation) == (25, 8, "ffv1", 0)
    assert [frame.index for frame in frames] == list(range(8))
    assert [frame.time for frame in frames] == pytest.approx([n / 25 for n in range(8)])
    for number, frame in enumerate(frames):
        np.testing.assert_array_equal(frame.luma, luma_samples(number))
    assert problems == []


@pytest.mark.parametrize(
    ("pixel_format", "depth", "chroma"),
    [
        ("yuv420p", 8, (2, 2)),
        ("yuv422p", 8, (2, 1)),
        ("yuv444p", 8, (1, 1)),
        ("yuv411p", 8, (4, 1)),
        ("yuv420p10le", 10, (2, 2)),
        ("yuv422p12le", 12, (2, 1)),
        ("yuv444p16le", 16, (1, 1)),
    ],
)
def test_depths_and_chroma(tmp_path, pixel_format, depth, chroma):
    """The luma of each format is what was encoded, in its own depth."""
    info, frames, _ = read(film(tmp_path / "a.mkv", pixel_format=pixel_format))
    assert (info.bit_depth, info.chroma, info.pixel_format) == (depth, chroma, pixel_format)
    for number, frame in enumerate(frames):
        assert frame.luma.dtype == (np.uint8 if depth == 8 else np.uint16)
        np.testing.assert_array_equal(frame.luma, luma_samples(number, depth=depth))


@pytest.mark.parametrize(("pixel_format", "top"), [("gray", 255), ("gray16le", 65535)])
def test_gray(tmp_path, pixel_format, top):
    """Gray counts as full range and has no chroma."""
    info, frames, _ = read(film(tmp_path / "a.mkv", pixel_format=pixel_format))
    assert info.chroma is None
    assert info.full_range
    np.testing.assert_array_equal(frames[3].luma, picture(3, *SIZE, top))
    np.testing.assert_array_equal(frames[3].gray(), frames[3].luma)


def test_rgb(tmp_path):
    """The luma of RGB is computed; where R = G = B it is that value."""
    path = film(tmp_path / "a.mkv", codec="libx264rgb", pixel_format="rgb24", options={"qp": "0"})
    info, frames, _ = read(path)
    assert (info.chroma, info.full_range, info.bit_depth) == (None, True, 8)
    for number, frame in enumerate(frames):
        np.testing.assert_array_equal(frame.luma, picture(number, *SIZE))


@pytest.mark.parametrize("pixel_format", ["nv12", "yuyv422", "uyvy422"])
def test_packed_formats(tmp_path, pixel_format):
    """Formats without a plane for the luma give the same samples."""
    path = tmp_path / "a.nut"
    film(path, codec="rawvideo", pixel_format="yuv420p", options={}, frames=1)
    from av import open as av_open

    frame = frame_of(2, *SIZE, "yuv420p").reformat(format=pixel_format)
    with av_open(str(path), "w") as container:
        stream = container.add_stream("rawvideo", rate=25)
        stream.width, stream.height = SIZE
        stream.pix_fmt = pixel_format
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    info, frames, _ = read(path)
    assert info.pixel_format == pixel_format
    np.testing.assert_array_equal(frames[0].luma, luma_samples(2))


def test_gray_levels_limited_range(tmp_path):
    """Limited range is spread: 16 is black, 235 white, what lies beyond is cut off."""
    _, frames, _ = read(film(tmp_path / "a.mkv"))
    gray = frames[0].gray()
    wanted = np.rint((frames[0].luma.astype(float) - 16).clip(0, 219) * 255 / 219)
    np.testing.assert_array_equal(gray, wanted)


def test_gray_levels_of_ten_bits(tmp_path):
    """Deeper luma fills 16 bits."""
    _, frames, _ = read(film(tmp_path / "a.mkv", pixel_format="yuv420p10le"))
    gray = frames[0].gray()
    wanted = np.rint((frames[0].luma.astype(float) - 64).clip(0, 876) * 65535 / 876)
    assert gray.dtype == np.uint16
    np.testing.assert_array_equal(gray, wanted)


def test_full_range(tmp_path):
    """Tagged full range: the samples are the gray levels."""
    info, frames, _ = read(film(tmp_path / "a.mkv", tags=(1, 1, 1, 2)))
    assert info.full_range
    assert info.matrix == "bt709"
    np.testing.assert_array_equal(frames[0].gray(), frames[0].luma)


@pytest.mark.parametrize(
    ("tags", "size", "matrix"),
    [
        ((1, 1, 1, 1), (32, 24), "bt709"),
        ((6, 6, 6, 1), (32, 24), "bt601"),
        ((5, 5, 6, 1), (1280, 8), "bt601"),
        ((9, 9, 14, 1), (32, 24), "bt2020"),
        (None, (32, 24), "bt601"),
        (None, (1280, 8), "bt709"),
        (None, (32, 720), "bt709"),
    ],
)
def test_matrix(tmp_path, tags, size, matrix):
    """The matrix is the tag's, or goes by the size as players have it."""
    info, _, _ = read(film(tmp_path / "a.mkv", tags=tags, size=size, frames=1))
    assert info.matrix == matrix


@pytest.mark.parametrize(("degrees", "clockwise"), [(90, 270), (-90, 90), (180, 180), (0, 0)])
def test_rotation(tmp_path, degrees, clockwise):
    """Frames are shown turned as the display matrix has it; the samples stay as coded."""
    info, frames, _ = read(film(tmp_path / "a.mp4", codec="libx264", rotation=degrees))
    assert info.rotation == clockwise
    turned = clockwise % 180 != 0
    assert (info.width, info.height) == ((24, 32) if turned else (32, 24))
    assert (info.coded_width, info.coded_height) == (32, 24)
    straight = np.rint((frames[0].luma.astype(float) - 16).clip(0, 219) * 255 / 219)
    np.testing.assert_array_equal(frames[0].gray(), np.rot90(straight, -clockwise // 90))


def test_mirrored(tmp_path):
    """A mirroring display matrix is followed, too."""
    one = 1 << 16
    matrix = (-one, 0, 0, 0, one, 0, 0, 0, 1 << 30)
    _, frames, _ = read(film(tmp_path / "a.mp4", codec="libx264", matrix=matrix))
    straight = np.rint((frames[0].luma.astype(float) - 16).clip(0, 219) * 255 / 219)
    np.testing.assert_array_equal(frames[0].gray(), straight[:, ::-1])


def test_uneven_times(tmp_path):
    """Variable frame rates keep every time."""
    path = vfr(tmp_path / "a.mkv")
    _, frames, _ = read(path)
    assert [frame.pts * frame.time_base for frame in frames] == video_times(path)
    assert [frame.pts for frame in frames] == [0, 40, 45, 120, 400, 401, 480, 1000]


def test_late_start(tmp_path):
    """A film that does not start at 0 is whole and not called damaged."""
    info, frames, problems = read(late(tmp_path / "a.mkv"))
    assert frames[0].time == 2.0
    assert info.first_pts * info.time_base == 2
    assert problems == []


def test_b_frames(tmp_path):
    """Reordered frames come out as they are shown."""
    _, frames, _ = read(with_b_frames(tmp_path / "a.mp4"))
    assert len(frames) == 30
    for number, frame in enumerate(frames):
        assert frame.index == number
        np.testing.assert_array_equal(frame.luma, luma_samples(number))


@pytest.mark.parametrize("suffix", ["avi", "h264"])
def test_missing_times(tmp_path, suffix):
    """Without PTS in the file times are made up: one frame after the other."""
    _, frames, problems = read(with_b_frames(tmp_path / f"a.{suffix}"))
    times = [frame.pts * frame.time_base for frame in frames]
    assert {b - a for a, b in pairwise(times)} == {Fraction(1, 25)}
    assert len(frames) == 30
    assert problems == []


@pytest.mark.parametrize("size", [(1, 1), (17, 33), (257, 19)])
def test_odd_sizes(tmp_path, size):
    """Odd sizes are read as they are."""
    info, frames, _ = read(film(tmp_path / "a.mkv", size=size, frames=2))
    assert (info.width, info.height) == size
    np.testing.assert_array_equal(frames[1].luma, luma_samples(1, size))
    across, down = -(-size[0] // 2), -(-size[1] // 2)
    assert frames[1].luma_at((2, 2)).shape == (down, across)


def test_one_frame(tmp_path):
    """A film of one frame is a film."""
    _, frames, problems = read(film(tmp_path / "a.mkv", frames=1))
    assert (len(frames), problems) == (1, [])


def test_interlaced(tmp_path):
    """Fields are known of."""
    path = film(tmp_path / "a.mkv", codec="libx264", field_order=2, size=(64, 64))
    info, frames, _ = read(path)
    assert info.interlaced
    assert info.field_order == 2
    assert frames[0].decoded.interlaced_frame


def test_what_else_is_there(tmp_path):
    """The other streams and the chapters are counted."""
    info, _, _ = read(rich(tmp_path / "a.mkv"))
    assert info.streams == "2 audio, 1 subtitle, 1 attachment, 2 chapter"


def test_size_changes(tmp_path):
    """Frames of another size than the first are scaled to it, and that is said."""
    parts = [
        film(tmp_path / f"{n}.h264", codec="libx264", size=s)
        for n, s in enumerate([(32, 24), (64, 48)])
    ]
    path = tmp_path / "a.h264"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    info, frames, problems = read(path)
    assert len(frames) == 16
    assert {frame.luma.shape for frame in frames} == {(info.height, info.width)} == {(24, 32)}
    assert len(problems) == 1
    assert "changes its size" in problems[0]


def test_frames_survive_the_reader(tmp_path):
    """A frame stays what it was when the reader is long gone."""
    with VideoReader(film(tmp_path / "a.mkv", codec="libx264", options={"qp": "0"})) as reader:
        frames = list(reader)
    np.testing.assert_array_equal(plane_of(frames[2].decoded), frames[2].luma)
    np.testing.assert_array_equal(frames[2].luma, luma_samples(2))


def test_luma_at_chroma_sites(tmp_path):
    """Halved luma: 1-2-1 around even columns, pairs of rows, as 0..1."""
    _, frames, _ = read(film(tmp_path / "a.mkv"))
    luma = (frames[0].luma.astype(float) - 16) / 219
    rows = (luma[0::2] + luma[1::2]) / 2
    padded = np.pad(rows, ((0, 0), (1, 1)), "edge")
    wanted = (padded[:, 0:-2:2] + 2 * padded[:, 1:-1:2] + padded[:, 2::2]) / 4
    np.testing.assert_allclose(frames[0].luma_at((2, 2)), wanted.clip(0, 1), atol=1e-6)
    np.testing.assert_allclose(frames[0].luma_at((1, 1)), luma.clip(0, 1), atol=1e-6)


def test_luma_at_chroma_sites_of_fields(tmp_path):
    """A chroma row of interlaced film lies between two rows of its own field."""
    options = {"qp": "0"}
    path = film(tmp_path / "a.mkv", codec="libx264", options=options, field_order=2, size=(64, 64))
    _, frames, _ = read(path)
    luma = ((frames[0].luma.astype(float) - 16) / 219).clip(0, 1)
    wanted = np.empty((32, 64))
    wanted[0::2] = (luma[0::4] + luma[2::4]) / 2
    wanted[1::2] = (luma[1::4] + luma[3::4]) / 2
    np.testing.assert_allclose(frames[0].luma_at((1, 2)), wanted, atol=1e-6)


def test_luma_at_chroma_sites_turned(tmp_path):
    """The sites are those of the coded picture, shown turned."""
    exact = {"codec": "libx264", "options": {"qp": "0"}}
    _, straight, _ = read(film(tmp_path / "a.mp4", **exact))
    _, turned, _ = read(film(tmp_path / "b.mp4", rotation=-90, **exact))
    np.testing.assert_array_equal(
        turned[0].luma_at((2, 1)), np.rot90(straight[0].luma_at((2, 1)), -1)
    )


def test_import_is_light():
    """The package does not drag PyAV in before a film is opened."""
    import subprocess

    code = "import sys, tui_colorize.video.reader; sys.exit('av' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
