"""Pieces of a film: each complete by itself, together the same as one."""

from __future__ import annotations

import errno
import os
from itertools import pairwise

import av
import numpy as np
import pytest
from makers import film, lumas, vfr, video_times, with_b_frames

from tui_colorize.errors import UserError
from tui_colorize.video.assemble import assemble
from tui_colorize.video.encoding import plan
from tui_colorize.video.reader import VideoReader
from tui_colorize.video.segments import SegmentFile, entries
from tui_colorize.video.writer import SegmentWriter


def encode(source, out, folder, lengths, start=0, **settings):
    """Encode a film in segments of these lengths; the paths, with all that is needed to join."""
    folder.mkdir(exist_ok=True)
    segments = []
    with VideoReader(source, start) as reader:
        encoding = plan(reader.info, out, **settings)
        width, height = encoding.chroma_size
        middle = 1 << (encoding.samples.depth - 1)
        for number, length in enumerate(lengths):
            segments.append(folder / f"{start:04}-{number}")
            with SegmentWriter(encoding, segments[-1]) as writer:
                for _, frame in zip(range(length), reader, strict=False):
                    plane = np.full((height, width), frame.index, encoding.samples.dtype)
                    writer.write(frame, middle + plane, middle - plane)
        return reader.info, encoding, segments


def decode_times_of(path):
    with av.open(str(path)) as container:
        return [(packet.dts, packet.pts) for packet in container.demux(video=0) if packet.size]


@pytest.mark.parametrize("codec", ["x264", "x264-lossless", "x265", "ffv1", "av1", "prores"])
@pytest.mark.parametrize("make", [with_b_frames, vfr], ids=["even", "vfr"])
def test_joined(tmp_path, codec, make):
    """All frames of all segments are decoded, at their times; decoding times grow."""
    source = make(tmp_path / "a.mkv")
    out = tmp_path / f"b{'.mov' if codec == 'prores' else '.mkv' if codec == 'ffv1' else '.mp4'}"
    count = len(video_times(source))
    lengths = [3, 1, count - 6, 2]
    assemble(*encode(source, out, tmp_path / "parts", lengths, codec=codec), out)
    assert video_times(out) == video_times(source)
    packets = decode_times_of(out)
    assert len(packets) == count
    assert all(a[0] < b[0] for a, b in pairwise(packets))
    assert all(dts <= pts for dts, pts in packets)
    if codec in ("ffv1", "x264-lossless"):
        for wanted, found in zip(lumas(source), lumas(out), strict=True):
            np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("codec", ["x264", "ffv1"])
def test_resumed_is_the_same(tmp_path, codec):
    """Segments that were encoded later, after a seek, give the same film byte for byte."""
    source, out = with_b_frames(tmp_path / "a.mp4"), tmp_path / "b.mkv"
    info, encoding, whole = encode(source, out, tmp_path / "one", [10, 10, 10], codec=codec)
    _, _, first = encode(source, out, tmp_path / "two", [10], codec=codec)
    _, _, rest = encode(source, out, tmp_path / "two", [10, 10], start=10, codec=codec)
    for one, two in zip(whole, first + rest, strict=True):
        assert one.read_bytes() == two.read_bytes()
    assemble(info, encoding, whole, out)
    assemble(info, encoding, first + rest, tmp_path / "c.mkv")
    assert video_times(out) == video_times(tmp_path / "c.mkv") == video_times(source)


def test_segment_appears_complete(tmp_path):
    """Until it is finished, a segment does not have its name; after an error it is gone."""
    with VideoReader(film(tmp_path / "a.mkv")) as reader:
        encoding = plan(reader.info, tmp_path / "b.mkv", codec="ffv1")
        plane = np.full((12, 16), 128, np.uint8)
        path = tmp_path / "0"
        with SegmentWriter(encoding, path) as writer:
            writer.write(next(reader), plane, plane)
            assert not path.exists()
        assert len(list(entries(path))) == 1
        with pytest.raises(RuntimeError), SegmentWriter(encoding, tmp_path / "1") as writer:
            writer.write(next(reader), plane, plane)
            raise RuntimeError
    assert sorted(each.name for each in tmp_path.iterdir()) == ["0", "a.mkv"]


def test_damaged_segment(tmp_path):
    """A segment that was cut, is missing or is something else is refused."""
    path = tmp_path / "0"
    file = SegmentFile(path)
    file.add(0, 1, True, b"x" * 100)
    file.finish()
    whole = path.read_bytes()
    assert [(entry.pts, entry.size) for entry in entries(path)] == [(0, 100)]
    for damaged in (whole[:-1], whole[:30], b"", b"something else that is long enough"):
        path.write_bytes(damaged)
        with pytest.raises(UserError, match=r"damaged|not an encoded part"):
            list(entries(path))
    path.unlink()
    with pytest.raises(UserError, match="cannot be read"):
        list(entries(path))


def test_no_frames(tmp_path):
    """A film without frames is refused, and no file is left."""
    source, out = film(tmp_path / "a.mkv"), tmp_path / "b.mkv"
    info, encoding, _ = encode(source, out, tmp_path / "parts", [], codec="ffv1")
    with pytest.raises(UserError, match="no frames"):
        assemble(info, encoding, [], out)
    assert not out.exists()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
def test_disk_full_in_a_segment(tmp_path, monkeypatch):
    """A full disk while encoding: one sentence with the reason."""
    with VideoReader(film(tmp_path / "a.mkv", frames=20, size=(256, 256))) as reader:
        encoding = plan(reader.info, tmp_path / "b.mkv", codec="ffv1")
        plane = np.full((128, 128), 128, np.uint8)
        writer = SegmentWriter(encoding, tmp_path / "0")
        monkeypatch.setattr(writer._file, "_file", open("/dev/full", "wb"))  # noqa: PTH123, SIM115
        with pytest.raises(UserError, match="no space left"), writer:
            for frame in reader:
                writer.write(frame, plane, plane)
    assert not (tmp_path / "0").exists()


def test_disk_full_at_the_end(tmp_path, monkeypatch):
    """A full disk while joining: one sentence, the segments stay, and the next try succeeds."""
    source, out = film(tmp_path / "a.mkv"), tmp_path / "b.mkv"
    info, encoding, segments = encode(source, out, tmp_path / "parts", [8], codec="ffv1")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(UserError, match="no space left"):
            assemble(info, encoding, segments, out)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.mkv", "parts"]
    assemble(info, encoding, segments, out)
    assert len(lumas(out)) == 8


def test_settings_that_matter_are_compared(tmp_path):
    """Encodings are equal when the films would be; another wish makes another encoding."""
    with VideoReader(film(tmp_path / "a.mkv")) as reader:
        info = reader.info
    out = tmp_path / "b.mp4"
    assert plan(info, out) == plan(info, out)
    assert plan(info, out) != plan(info, out, crf=20)
    assert plan(info, out) != plan(info, out, chroma="444")


def test_the_usual_preset_has_a_lookahead(tmp_path):
    """x264's superfast has none of its own and makes larger films; other presets keep theirs."""
    with VideoReader(film(tmp_path / "a.mkv")) as reader:
        info = reader.info
    for preset, told in ((None, True), ("superfast", True), ("medium", False)):
        options = dict(plan(info, tmp_path / "b.mp4", preset=preset).options)
        assert ("rc-lookahead=10" in options.get("x264-params", "")) == told
