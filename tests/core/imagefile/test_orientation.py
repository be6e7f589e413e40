"""The orientation that a file states is applied once, and then forgotten."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from tui_colorize.imagefile import read_still, save_still

from .makers import chunk, picture, png, smooth, tiff, write_pillow

# pytest sets its own filters, in place of those that the module sets.
pytestmark = pytest.mark.filterwarnings(r"ignore:::PIL\.")


def turned(upright: np.ndarray, orientation: int) -> np.ndarray:
    """How a camera stores it: the inverse of what EXIF 2.32, 4.6.4 A, asks of a viewer."""
    return {
        1: lambda p: p,
        2: np.fliplr,
        3: lambda p: np.rot90(p, 2),
        4: np.flipud,
        5: lambda p: np.swapaxes(p, 0, 1),
        6: lambda p: np.rot90(p, 1),
        7: lambda p: np.rot90(np.swapaxes(p, 0, 1), 2),
        8: lambda p: np.rot90(p, -1),
    }[orientation](upright)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".webp", ".avif"])
def test_orientation_is_applied_and_reset(tmp_path, suffix, orientation):
    upright = smooth()
    upright[:16, :16] = 255  # one corner tells all eight apart
    exif = Image.Exif()
    exif[274] = orientation
    exif[271] = "A camera"
    options = {
        ".jpg": {"quality": 100, "subsampling": 0},
        ".webp": {"lossless": True},
        ".avif": {"quality": 100, "subsampling": "4:4:4"},
    }.get(suffix, {})
    stored = np.ascontiguousarray(turned(upright, orientation))
    path = write_pillow(tmp_path / f"a{suffix}", stored, exif=exif, **options)
    still = read_still(path)
    assert still.pixels.shape == upright.shape
    assert np.abs(still.pixels.astype(int) - upright).mean() < 2
    kept = Image.Exif()
    kept.load(still.exif)
    assert 274 not in kept
    assert kept[271] == "A camera"


@pytest.mark.parametrize("orientation", [3, 6, 7])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_orientation_of_16_bits_and_alpha(tmp_path, suffix, channels, orientation):
    upright = picture(channels, np.uint16).reshape(23, 37, channels)
    stored = turned(upright, orientation)
    if suffix == ".png":
        exif = Image.Exif()
        exif[274] = orientation
        kind = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
        data = png(stored, kind, chunk(b"eXIf", exif.tobytes()[6:]))
    else:
        extra = 2 if channels in (2, 4) else None
        data = tiff(stored, ">", photometric=1 + (channels > 2), extra=extra, t274=orientation)
    (tmp_path / "a").write_bytes(data)
    still = read_still(tmp_path / "a")
    colours = channels - (channels in (2, 4))
    assert np.array_equal(still.pixels.reshape(23, 37, -1), upright[..., :colours])
    assert (still.alpha is not None) == (channels in (2, 4))
    if still.alpha is not None:
        assert np.array_equal(still.alpha, upright[..., -1])


def test_xmp_that_speaks_of_orientation(tmp_path):
    xmp = b'<x:xmpmeta><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    stored = np.ascontiguousarray(np.rot90(picture(3)))
    still = read_still(write_pillow(tmp_path / "a.tif", stored, tiffinfo={700: xmp, 274: 6}))
    assert np.array_equal(still.pixels, picture(3))
    assert b'Orientation="6"' not in still.xmp
    path = write_pillow(tmp_path / "a.jpg", np.ascontiguousarray(np.rot90(smooth())), xmp=xmp)
    still = read_still(path)
    assert still.pixels.shape == smooth().shape
    assert b'tiff:Orientation="1"' in still.xmp
    save_still(still, still.pixels, tmp_path / "b.jpg")
    assert read_still(tmp_path / "b.jpg").pixels.shape == smooth().shape
