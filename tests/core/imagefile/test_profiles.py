"""ICC profiles: gray ones are applied, those of RGB kept, broken ones ignored."""

from __future__ import annotations

import io
import struct
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from model.color import luminance_to_lightness
from tui_colorize.imagefile import read_still
from tui_colorize.imagefile.icc import gray_to_srgb

from .makers import (
    SRGB,
    chunk,
    curve_gamma,
    curve_parametric,
    curve_table,
    gray_profile,
    picture,
    png,
    smooth,
    write_pillow,
)

# pytest sets its own filters, in place of those that the module sets.
pytestmark = pytest.mark.filterwarnings(r"ignore:::PIL\.")

CURVES = {
    "linear": curve_gamma(1.0),
    "identity": struct.pack(">4s4xI", b"curv", 0),
    "gamma 1.8": curve_gamma(1.8),
    "table": curve_table(np.linspace(0, 1, 256) ** 2.2),
    "power": curve_parametric(0, 2.2),
    "offset": curve_parametric(1, 2.0, 0.9, 0.1),
    "lifted": curve_parametric(2, 2.0, 0.874679, 0.1, 0.05),
    "sRGB": curve_parametric(3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045),
    "five": curve_parametric(4, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045, 0.0, 0.0),
}


@pytest.mark.parametrize("name", CURVES)
def test_gray_through_its_profile_as_littlecms_does_it(tmp_path, name):
    ramp = np.arange(256, dtype=np.uint8).reshape(8, 32)
    profile = gray_profile(CURVES[name])
    path = write_pillow(tmp_path / "a.png", ramp, icc_profile=profile)
    still = read_still(path)
    reference = ImageCms.profileToProfile(
        Image.fromarray(ramp),
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
        outputMode="RGB",
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
    )
    difference = (still.pixels.astype(int) - np.asarray(reference)[..., 1]).flatten()
    assert np.abs(difference[16:]).max() <= 1  # LittleCMS is coarse in the darkest tones
    assert still.icc is None
    if name == "sRGB":
        assert np.array_equal(still.pixels, ramp)


def test_16_bit_gray_through_its_profile_keeps_16_bits(tmp_path):
    ramp = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    profile = gray_profile(curve_gamma(2.0))
    path = tmp_path / "a.png"
    iccp = chunk(b"iCCP", b"gray\0\0" + zlib.compress(profile))
    path.write_bytes(png(ramp[..., None], 0, iccp))
    pixels = read_still(path).pixels
    # The gray level of half the light is 0.5 ** (1 / 2) before and 0.7354 after.
    assert abs(int(pixels.flat[round(0.5**0.5 * 65535)]) - 0.735357 * 65535) < 2
    assert len(np.unique(pixels)) > 40000


def test_gray_profile_whose_curve_gives_lightness():
    levels = np.linspace(0, 65535, 99).astype(np.uint16)
    profile = gray_profile(struct.pack(">4s4xI", b"curv", 0), b"Lab ")
    srgb = gray_to_srgb(levels, profile) / 65535
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    assert np.abs(luminance_to_lightness(linear) - levels / 655.35).max() < 0.01


@pytest.mark.parametrize(
    "profile",
    [
        gray_profile(b"what\0\0\0\0"),
        gray_profile(curve_parametric(9, 1.0)),
        gray_profile(curve_parametric(4, 1.0)),
        gray_profile(curve_parametric(1, 2.0, 0.0, 1.0)),
        gray_profile(curve_parametric(0, -1.0)),
        gray_profile(struct.pack(">4s4xI", b"curv", 1 << 30)),
        gray_profile(b"curv"),
        gray_profile(curve_gamma(2.2)).replace(b"kTRC", b"none"),
        b"",
        b"no profile at all" * 20,
    ],
)
def test_gray_with_a_broken_profile_is_read_as_it_is(tmp_path, profile):
    path = write_pillow(tmp_path / "a.png", picture(1), icc_profile=profile)
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        still = read_still(path)
    assert np.array_equal(still.pixels, picture(1))
    assert still.icc is None


def test_rgb_profile_of_a_gray_picture_is_kept(tmp_path):
    still = read_still(write_pillow(tmp_path / "a.jpg", smooth()[..., 0], icc_profile=SRGB))
    assert still.pixels.ndim == 2
    assert still.icc == SRGB


def test_gray_profile_of_a_colour_picture_is_dropped(tmp_path):
    profile = gray_profile(curve_gamma(2.2))
    still = read_still(write_pillow(tmp_path / "a.png", picture(3), icc_profile=profile))
    assert np.array_equal(still.pixels, picture(3))
    assert still.icc is None
