"""Writing: every luma sample and every time as in the source, whatever it is and becomes."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from makers import film, late, lumas, picture, plane_of, vfr, video_times, with_b_frames

from tui_colorize.errors import UserError
from tui_colorize.video.codecs import CODECS, available
from tui_colorize.video.encoding import plan
from tui_colorize.video.frame import Samples, chroma_samples
from tui_colorize.video.orientation import Orientation
from tui_colorize.video.reader import VideoReader
from tui_colorize.video.writer import SegmentWriter, rescaled

SOURCES = {
    "8 bit": film,
    "4:2:2": lambda path: film(path, pixel_format="yuv422p"),
    "4:4:4": lambda path: film(path, pixel_format="yuv444p"),
    "10 bit": lambda path: film(path, pixel_format="yuv420p10le"),
    "10 bit 4:2:2": lambda path: film(path, pixel_format="yuv422p10le"),
    "gray": lambda path: film(path, pixel_format="gray"),
    "full range": lambda path: film(path, tags=(1, 1, 1, 2)),
    "vfr": vfr,
    "late": late,
    "b-frames": with_b_frames,
    "odd": lambda path: film(path, size=(17, 33)),
    "1x1": lambda path: film(path, size=(1, 1)),
    "one frame": lambda path: film(path, frames=1),
    "interlaced": lambda path: film(path, codec="libx264", field_order=2, size=(64, 64)),
    "rotated": lambda path: film(path, codec="libx264", rotation=90),
}
DEEP = {
    "12 bit": lambda path: film(path, pixel_format="yuv422p12le"),
    "16 bit gray": lambda path: film(path, pixel_format="gray16le"),
    "16 bit": lambda path: film(path, pixel_format="yuv444p16le"),
}


def info_of(path):
    with VideoReader(path) as reader:
        return reader.info


@pytest.mark.parametrize(
    ("name", "make", "codec", "suffix"),
    [(name, make, "ffv1", ".mkv") for name, make in {**SOURCES, **DEEP}.items()]
    + [(name, make, "x264-lossless", ".mp4") for name, make in SOURCES.items()],
)
def test_lossless(tmp_path, recolor, name, make, codec, suffix):
    """Every Y sample and every time of the source is in the film."""
    source, out = make(tmp_path / "a.mkv"), tmp_path / f"b{suffix}"
    encoding, _ = recolor(source, out, codec=codec)
    assert video_times(out) == video_times(source)
    for wanted, found in zip(lumas(source), lumas(out), strict=True):
        np.testing.assert_array_equal(found, wanted)
    with VideoReader(out) as reader:
        assert reader.problems == []
        assert reader.info.chroma == encoding.subsampling
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_chroma_arrives(tmp_path, recolor):
    """Cb and Cr are in their planes, where they were meant to be."""
    source, out = film(tmp_path / "a.mkv"), tmp_path / "b.mkv"
    recolor(source, out, codec="ffv1")
    y, x = np.mgrid[:12, :16].astype(np.float32)
    with av.open(str(out)) as container:
        frame = next(container.decode(video=0))
        np.testing.assert_array_equal(plane_of(frame, 1), np.rint(0.2 * x / 16 * 224 + 128))
        np.testing.assert_array_equal(plane_of(frame, 2), np.rint((0.2 * y / 12 - 0.1) * 224 + 128))


@pytest.mark.parametrize("degrees", [90, -90, 180])
def test_chroma_of_turned_films(tmp_path, recolor, degrees):
    """Chroma is given as shown and lies, turned back, under the coded luma."""
    source = film(tmp_path / "a.mp4", codec="libx264", pixel_format="yuv422p", rotation=degrees)
    out = tmp_path / "b.mkv"

    def paint(width, height):
        cb = np.zeros((height, width), np.float32)
        cb[0, 0] = 0.25  # the upper left corner of the shown picture
        return cb, np.zeros_like(cb)

    encoding, _ = recolor(source, out, codec="ffv1", paint=paint)
    with VideoReader(source) as reader:
        luma = next(reader).luma_at(encoding.subsampling)
    assert luma.shape[::-1] == encoding.chroma_size
    info = info_of(out)
    assert info.rotation == info_of(source).rotation
    with av.open(str(out)) as container:
        coded = plane_of(next(container.decode(video=0)), 1)
    shown = np.rot90(coded, degrees // 90)
    assert shown[0, 0] == 128 + 56
    assert (coded != 128).sum() == 1


def test_color_tags_of_the_container(tmp_path, recolor):
    """FFmpeg's decoder of HEVC forgets them where its stream has none."""
    silent = {"x265-params": "log-level=none:colorprim=undef:transfer=undef:colormatrix=undef"}
    source = film(tmp_path / "a.mp4", codec="libx265", options=silent, tags=(9, 9, 16, 1))
    with av.open(str(source)) as container:
        assert next(container.decode(video=0)).color_primaries == 2
    recolor(source, tmp_path / "b.mkv", codec="ffv1")
    tags = info_of(tmp_path / "b.mkv").tags
    assert (tags.matrix, tags.primaries, tags.transfer, tags.range) == (9, 9, 16, 1)


def test_mastering_notice(tmp_path, recolor):
    """What HDR10 says of the display it was made on has no place: that is told."""
    display = "G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)"
    hdr = {"x265-params": f"log-level=none:hdr10=1:master-display={display}:max-cll=1000,400"}
    source = film(tmp_path / "a.mp4", codec="libx265", size=(64, 48), options=hdr)
    _, notices = recolor(source, tmp_path / "b.mkv", codec="ffv1")
    assert any("HDR10" in notice for notice in notices)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (None, (6, 6, 6, 1)),
        ((1, 1, 1, 1), (1, 1, 1, 1)),
        ((9, 9, 16, 1), (9, 9, 16, 1)),
        ((5, 5, 6, 2), (5, 5, 6, 2)),
        ((2, 1, 13, 0), (6, 1, 13, 1)),
    ],
)
@pytest.mark.parametrize(("codec", "name"), [("x264", "b.mp4"), ("ffv1", "b.mkv")])
def test_color_tags(tmp_path, recolor, tags, expected, codec, name):
    """Tags are kept; what was missing is written as it was assumed."""
    source = film(tmp_path / "a.mkv", tags=tags)
    recolor(source, tmp_path / name, codec=codec)
    tags = info_of(tmp_path / name).tags
    assert (tags.matrix, tags.primaries, tags.transfer, tags.range) == expected


def test_hd_without_tags(tmp_path, recolor):
    """Large films without tags are BT.709."""
    source = film(tmp_path / "a.mkv", size=(1280, 16), frames=1)
    recolor(source, tmp_path / "b.mp4")
    tags = info_of(tmp_path / "b.mp4").tags
    assert (tags.matrix, tags.primaries, tags.transfer) == (1, 1, 1)


@pytest.mark.parametrize(
    ("codec", "name"),
    [("x264", "b.mp4"), ("x264", "b.mkv"), ("x265", "b.mkv"), ("prores", "b.mov")],
)
def test_aspect_and_fields(tmp_path, recolor, codec, name):
    """Pixel shape and field order are kept."""
    source = film(
        tmp_path / "a.mkv", codec="libx264", size=(64, 64), aspect=Fraction(16, 11), field_order=2
    )
    _, notices = recolor(source, tmp_path / name, codec=codec)
    info = info_of(tmp_path / name)
    assert info.sample_aspect_ratio == Fraction(16, 11)
    if codec == "x265":
        assert any("interlaced" in notice for notice in notices)
    else:
        assert info.interlaced
        assert info.field_order == 2


def test_bottom_field_first(tmp_path, recolor):
    """DV: the order of the fields is in the frames only; it is kept, and all samples with it."""
    size = {"size": (720, 576), "pixel_format": "yuv420p", "frames": 3}
    source = film(tmp_path / "a.dv", codec="dvvideo", options={}, **size)
    assert info_of(source).interlaced
    assert info_of(source).field_order == 3
    for codec, name in (("x264-lossless", "b.mp4"), ("ffv1", "b.mkv")):
        preset = "ultrafast" if codec == "x264-lossless" else None
        recolor(source, tmp_path / name, codec=codec, preset=preset)
        assert info_of(tmp_path / name).field_order == 3
        for wanted, found in zip(lumas(source), lumas(tmp_path / name), strict=True):
            np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("b.mkv", "x264"),
        ("b.mkv", "ffv1"),
        ("b.mkv", "prores"),
        ("b.mkv", "av1"),
        ("b.webm", "av1"),
    ],
)
def test_shape_of_pixels(tmp_path, recolor, name, codec):
    """Matroska is told it, whatever the codec, and the picture is not turned by that."""
    size, aspect = (64, 48), Fraction(16, 11)
    source = film(tmp_path / "a.mkv", codec="libx264", size=size, frames=2, aspect=aspect)
    _, notices = recolor(source, tmp_path / name, codec=codec)
    assert notices == []
    info = info_of(tmp_path / name)
    assert (info.sample_aspect_ratio, info.rotation) == (Fraction(16, 11), 0)
    assert info.samples.orientation.matrix is None


def test_shape_of_pixels_notice(tmp_path, recolor):
    """Beside a turned picture there is no place for it: where the codec does not tell, we do."""
    turned = {"codec": "libx264", "frames": 2, "aspect": Fraction(16, 11), "rotation": 90}
    source = film(tmp_path / "a.mkv", **turned)
    _, (notice,) = recolor(source, tmp_path / "b.mkv", codec="ffv1")
    assert "16/11" in notice
    assert info_of(tmp_path / "b.mkv").rotation == info_of(source).rotation != 0
    assert recolor(source, tmp_path / "c.mkv")[1] == []


@pytest.mark.parametrize("codec", ["x264", "x265", "av1", "prores"])
def test_lossy(tmp_path, recolor, codec):
    """Every codec gives a film with all frames at their times, and a luma that is close."""
    source = with_b_frames(tmp_path / "a.mp4", frames=20, size=(128, 96))
    out = tmp_path / ("b.mov" if codec == "prores" else "b.mp4")
    recolor(source, out, codec=codec)
    assert video_times(out) == video_times(source)
    with VideoReader(source) as before, VideoReader(out) as after:
        for wanted, found in zip(before, after, strict=True):
            scale = 257 if after.info.bit_depth > 8 else 1
            error = found.gray().astype(float) / scale - wanted.gray()
            assert np.abs(error).mean() < 6


def test_full_range_in_prores(tmp_path, recolor):
    """ProRes knows limited range only: the luma is brought to it, not misread."""
    source = film(tmp_path / "a.mkv", pixel_format="gray", frames=2, size=(128, 96))
    _, (notice,) = recolor(source, tmp_path / "b.mov", codec="prores")
    assert "limited range" in notice
    with VideoReader(tmp_path / "b.mov") as reader:
        assert not reader.info.full_range
        error = next(reader).gray() / 257 - picture(0, 128, 96)
    assert np.abs(error).mean() < 1.5


def test_chroma_444(tmp_path, recolor):
    """Full resolution of the colour on demand."""
    encoding, _ = recolor(film(tmp_path / "a.mkv"), tmp_path / "b.mp4", chroma="444")
    assert encoding.chroma_size == (32, 24)
    assert info_of(tmp_path / "b.mp4").chroma == (1, 1)


def test_coarser_chroma_notice(tmp_path, recolor):
    """AV1 is written in 4:2:0 only: said where the source has more, refused where it is asked."""
    source = film(tmp_path / "a.mkv", pixel_format="yuv422p", size=(64, 64), frames=2)
    _, notices = recolor(source, tmp_path / "b.mp4", codec="av1")
    assert any("4:2:0" in notice for notice in notices)
    with pytest.raises(UserError, match="cannot hold"):
        recolor(source, tmp_path / "c.mp4", codec="av1", chroma="444")


def test_odd_size_notice(tmp_path, recolor):
    """H.264 holds odd sizes in 4:4:4 only, which is said."""
    _, notices = recolor(film(tmp_path / "a.mkv", size=(17, 33)), tmp_path / "b.mp4")
    assert (info_of(tmp_path / "b.mp4").width, info_of(tmp_path / "b.mp4").height) == (17, 33)
    assert any("full resolution" in notice for notice in notices)


@pytest.mark.parametrize("name", ["yuva420p", "yuva444p10le", "bgra"])
def test_transparency_notice(tmp_path, recolor, name):
    """No codec here holds it, which is said."""
    source = film(tmp_path / "a.mkv", pixel_format=name)
    _, notices = recolor(source, tmp_path / "b.mkv", codec="ffv1")
    assert notices == ["the transparency of the picture is left out: films are saved opaque"]


def test_transparency_beside_the_picture(tmp_path, recolor):
    """In WebM it is a stream within the stream, which the result must not promise."""
    source = film(
        tmp_path / "a.webm", codec="libvpx-vp9", pixel_format="yuva420p", options={}, frames=3
    )
    _, notices = recolor(source, tmp_path / "b.mkv", codec="ffv1")
    assert any("transparency" in notice for notice in notices)
    assert not info_of(tmp_path / "b.mkv").transparent


def test_gif(tmp_path):
    """Which is always read with an alpha channel: without a transparent place nothing is lost."""
    source = film(tmp_path / "a.gif", codec="gif", pixel_format="gray", options={})
    assert info_of(source).pixel_format == "bgra"
    assert not info_of(source).transparent


def test_depth_notice(tmp_path, recolor):
    """A codec that cannot hold the depth takes the most it can and says so."""
    source = film(tmp_path / "a.mkv", pixel_format="gray16le")
    _, notices = recolor(source, tmp_path / "b.mp4", codec="x264-lossless")
    assert any("10 bits of the 16" in notice for notice in notices)
    for wanted, found in zip(lumas(source), lumas(tmp_path / "b.mp4"), strict=True):
        np.testing.assert_allclose(found / 1023, wanted / 65535, atol=0.5 / 1023)


@pytest.mark.parametrize(
    ("settings", "name", "sentence"),
    [
        ({"codec": "prores"}, "b.mp4", ".mp4 does not hold prores"),
        ({"codec": "x264"}, "b.webm", "or the codec av1"),
        ({"codec": "h263"}, "b.mp4", "there is no codec h263"),
        ({}, "b.gif", "cannot be saved as .gif"),
        ({}, "b", "without a suffix"),
        ({"crf": 90}, "b.mp4", "0 to 51, not 90"),
        ({"codec": "ffv1", "crf": 5}, "b.mkv", "no quality to set"),
        ({"preset": "brisk"}, "b.mp4", "knows the presets"),
        ({"codec": "prores", "preset": "slow"}, "b.mov", "has no preset"),
        ({"chroma": "410"}, "b.mp4", "chroma is 420, 422 or 444"),
    ],
)
def test_refused_settings(tmp_path, settings, name, sentence):
    """What does not go together is refused in one sentence, before any work."""
    info = info_of(film(tmp_path / "a.mkv"))
    with pytest.raises(UserError, match=sentence):
        plan(info, tmp_path / name, **settings)


def test_codec_of_a_missing_device(tmp_path, monkeypatch):
    """Said before any work, with one that does."""
    info = info_of(film(tmp_path / "a.mkv"))
    monkeypatch.setattr("tui_colorize.video.codecs._trouble", lambda codec: "there is no NVENC")
    with pytest.raises(UserError, match="there is no NVENC: choose x264"):
        plan(info, tmp_path / "b.mp4", codec="h264_nvenc")


def test_encoder_that_does_not_start(tmp_path, recolor):
    """A size that an encoder does not take is a sentence, too, and nothing is left behind."""
    source = film(tmp_path / "a.mkv", size=(1, 1))
    with pytest.raises(UserError, match="x265"):
        recolor(source, tmp_path / "b.mp4", codec="x265")
    assert [path.name for path in tmp_path.iterdir()] == ["a.mkv"]


def test_nothing_is_overwritten(tmp_path, recolor):
    """What is there stays, unless told otherwise."""
    source, out = film(tmp_path / "a.mkv"), tmp_path / "b.mkv"
    out.write_text("mine")
    with pytest.raises(UserError, match="exists already"):
        recolor(source, out, codec="ffv1")
    assert out.read_text() == "mine"
    recolor(source, out, codec="ffv1", overwrite=True)
    assert len(lumas(out)) == 8
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mkv", "b.mkv"]


def test_wrong_chroma_size(tmp_path):
    """Chroma of another size is a mistake of the caller."""
    source = film(tmp_path / "a.mkv")
    plane = np.zeros((24, 32), np.float32)
    with VideoReader(source) as reader:
        encoding = plan(reader.info, tmp_path / "b.mkv", codec="ffv1")
        with (
            pytest.raises(ValueError, match="chroma is"),
            SegmentWriter(encoding, tmp_path / "0") as writer,
        ):
            writer.write(next(reader), plane, plane)


def test_chroma_samples():
    """The ends and the middle of Cb and Cr, by depth and range (H.273)."""
    plane = np.array([[-0.5, 0, 0.5]], np.float32)
    limited, full = (Samples(8, each, Orientation()) for each in (False, True))
    assert chroma_samples(plane, limited).tolist() == [[16, 128, 240]]
    assert chroma_samples(plane, full).tolist() == [[0, 128, 255]]
    ten = Samples(10, False, Orientation())
    assert chroma_samples(plane, ten).tolist() == [[64, 512, 960]]
    assert chroma_samples(plane, ten).dtype == np.uint16


@pytest.mark.parametrize("full_range", [False, True])
def test_deeper_luma_comes_back(full_range):
    """8 bits in 10 are the same 8 bits afterwards; black and white stay black and white."""
    eight, ten = (Samples(depth, full_range, Orientation()) for depth in (8, 10))
    codes = np.arange(256, dtype=np.uint8)[None]
    np.testing.assert_array_equal(rescaled(rescaled(codes, eight, ten), ten, eight), codes)
    ends = np.array([[eight.black, eight.white]], np.uint8)
    assert rescaled(ends, eight, ten).tolist() == [[ten.black, ten.white]]


def test_available():
    """The codecs that FFmpeg brings work; the others say why not."""
    found = available()
    assert list(found) == list(CODECS)
    for name in ("x264", "x265", "av1", "ffv1", "x264-lossless", "prores"):
        assert found[name] is None
    for name in ("h264_nvenc", "hevc_nvenc"):
        assert found[name] is None or "on this machine" in found[name]
