"""EXIF, XMP, resolution and text: read, and kept in what is saved."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from tui_colorize.imagefile import Still, read_still, save_still

from .makers import SRGB, encoded, picture, smooth, still_of, tiff, write_pillow

# pytest sets its own filters, in place of those that the module sets.
pytestmark = pytest.mark.filterwarnings(r"ignore:::PIL\.")


def test_a_tiff_that_states_no_resolution(tmp_path):
    (tmp_path / "a.tif").write_bytes(tiff(picture(1)))
    assert read_still(tmp_path / "a.tif").dpi is None


@pytest.mark.parametrize(
    "exif", [b"Exif\0\0II*\0\xff\xff\xff\x7f", b"Exif\0\0garbage", b"Exif\0\0MM\0*\0\0\0\x08\xff"]
)
def test_broken_exif_costs_the_exif_only(tmp_path, exif):
    path = write_pillow(tmp_path / "a.jpg", smooth(), exif=exif)
    still = read_still(path)
    assert still.exif is None
    assert still.pixels.shape == smooth().shape


def rich_source(tmp_path: Path) -> Still:
    """A JPEG with everything in it, read."""
    exif = Image.Exif()
    exif[270] = "D\u00fcsseldorf, K\u00f6nigsallee".encode()
    exif[315] = "An archive"
    exif[274] = 6
    exif[256] = 9999  # a tag of the file's layout, which must not wander into another file
    exif.get_ifd(0x8769).update({0x9003: "1926:05:04 12:00:00", 0xA002: 96, 0xA003: 64})
    exif.get_ifd(0x8769).update({0xA434: "S?? 1:4", 0xA005: {1: "R98"}})
    exif.get_ifd(0x8825).update({1: "N", 2: (IFDRational(51), IFDRational(13), IFDRational(0))})
    data = exif.tobytes().replace(b"S??", "S\u00fc\u00df".encode("latin-1"))
    path = write_pillow(
        tmp_path / "rich.jpg", smooth(), exif=data, icc_profile=SRGB, dpi=(600, 300),
        xmp=b"<x:xmpmeta>caption \xc3\xa9</x:xmpmeta>",
    )  # fmt: skip
    return read_still(path)


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".webp", ".avif"])
def test_metadata_is_kept(tmp_path, suffix, deep):
    source = rich_source(tmp_path)
    assert source.pixels.shape == (96, 64, 3)
    rgb = source.pixels.astype(np.uint16) * 257 if deep else source.pixels
    out = tmp_path / f"out{suffix}"
    save_still(source, rgb, out)
    still = read_still(out)
    assert still.icc == SRGB
    assert still.xmp == b"<x:xmpmeta>caption \xc3\xa9</x:xmpmeta>"
    exif = Image.Exif()
    exif.load(still.exif)
    assert exif[270].encode("latin-1").decode() == "D\u00fcsseldorf, K\u00f6nigsallee"
    assert exif[315] == "An archive"
    assert 274 not in exif
    assert 256 not in exif
    taken = exif.get_ifd(0x8769)
    assert taken[0x9003] == "1926:05:04 12:00:00"
    assert (taken[0xA002], taken[0xA003]) == (64, 96)
    assert taken[0xA434] == "S\u00fc\u00df 1:4"
    assert 0xA005 not in taken
    assert still.text == {}
    assert exif.get_ifd(0x8825)[1] == "N"
    if suffix not in (".webp", ".avif"):
        assert still.dpi == pytest.approx((300, 600), rel=1e-3)
    if suffix == ".tif":
        assert Image.open(out).tag_v2[296] == 2  # per inch


def test_the_thumbnail_is_dropped(tmp_path):
    thumbnail = encoded("JPEG", picture(3))
    ifd0 = struct.pack("<HHHI4sI", 1, 271, 2, 4, b"Leo\0", 26)
    ifd1 = struct.pack("<HHHIIHHIII", 2, 513, 4, 1, 56, 514, 4, 1, len(thumbnail), 0)
    exif = b"Exif\0\0II*\0\x08\0\0\0" + ifd0 + ifd1 + thumbnail
    still = read_still(write_pillow(tmp_path / "a.jpg", smooth(), exif=exif))
    assert b"Leo" in still.exif
    assert thumbnail[:20] not in still.exif
    assert len(still.exif) < 100


@pytest.mark.parametrize("deep", [False, True])
def test_text_chunks_of_a_png(tmp_path, deep):
    text = {"Title": "Harbour", "Description": "K\u00f6ln \u2013 \u5199\u771f"}
    rgb = picture(3, np.uint16 if deep else np.uint8)
    save_still(Still(tmp_path / "a", rgb, text=text), rgb, tmp_path / "out.png")
    assert read_still(tmp_path / "out.png").text == text


def test_metadata_too_large_for_jpeg_does_not_stop_the_picture(tmp_path):
    exif = Image.Exif()
    exif[270] = "x" * 70000
    still = still_of(tmp_path, exif=exif.tobytes(), xmp=b"y" * 70000, icc=SRGB)
    save_still(still, picture(3), tmp_path / "out.jpg")
    assert read_still(tmp_path / "out.jpg").icc == SRGB
    save_still(still, picture(3), tmp_path / "out.png")
    assert read_still(tmp_path / "out.png").xmp == still.xmp
