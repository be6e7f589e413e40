"""From an opened Pillow image to arrays, 8 and 16 bits per sample, nothing rounded.

Pillow has no mode for 16-bit colour: it unpacks the high byte of every sample. Its unpackers for
the other byte order take the low byte instead, so decoding twice yields both. Against OpenCV's
decoders this refuses damaged files, keeps quiet on stderr, and leaves profile and tags at hand.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import ImageFile
from PIL.TiffImagePlugin import TiffImageFile

from tui_colorize.imagefile.icc import cmyk_to_srgb, colour_space
from tui_colorize.imagefile.still import Pixels

_Deep: TypeAlias = NDArray[np.uint16]

# Pillow's names of byte orders: big, little, native.
_OTHER_BYTE = {"16B": "16L", "16L": "16B", "16N": "16B" if sys.byteorder == "little" else "16L"}

_EIGHT_BIT_MODES = {
    "1": "L",
    "L": "L",
    "LA": "LA",
    "La": "LA",
    "RGB": "RGB",
    "RGBX": "RGB",
    "YCbCr": "RGB",
    "RGBA": "RGBA",
    "RGBa": "RGBA",
}

_PHOTOMETRIC, _BITS_PER_SAMPLE, _SAMPLES_PER_PIXEL, _EXTRA_SAMPLES = 262, 258, 277, 338
_PLANAR_CONFIGURATION, _SAMPLE_FORMAT = 284, 339
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB = 0, 1, 2
_SEPARATE_PLANES = 2
_ASSOCIATED_ALPHA, _UNASSOCIATED_ALPHA = 1, 2


class UnsupportedPixelsError(Exception):
    """The picture is sound, but of a kind that is not read; the message says which."""


class GrayAlphaTiff(TiffImageFile):
    """A TIFF of 16-bit gray with alpha, which Pillow refuses, opened as four bytes per pixel."""

    def _setup(self) -> None:
        tags = self.tag_v2
        photometric = tags.get(_PHOTOMETRIC)
        if (
            tags.get(_BITS_PER_SAMPLE) != (16, 16)
            or photometric not in (_WHITE_IS_ZERO, _BLACK_IS_ZERO)
            or set(tags.get(_SAMPLE_FORMAT, (1,))) != {1}
        ):
            raise SyntaxError("not 16-bit gray with alpha")
        self._white_is_zero = photometric == _WHITE_IS_ZERO
        self._premultiplied = tags.get(_EXTRA_SAMPLES) == (_ASSOCIATED_ALPHA,)
        tags[_PHOTOMETRIC] = _RGB
        tags[_BITS_PER_SAMPLE] = (8, 8, 8, 8)
        tags[_SAMPLES_PER_PIXEL] = 4
        tags[_SAMPLE_FORMAT] = (1, 1, 1, 1)
        tags[_EXTRA_SAMPLES] = (_UNASSOCIATED_ALPHA,)
        super()._setup()

    def samples(self) -> _Deep:
        """Gray and alpha, (H, W, 2)."""
        # libtiff hands out its own byte order, Pillow's reader of uncompressed files the file's.
        order = "=" if self.use_load_libtiff else self.tag_v2._endian
        samples = np.asarray(self).view(f"{order}u2").astype(np.uint16)
        if self._premultiplied:
            samples = _unpremultiplied(samples)
        if self._white_is_zero:
            samples[..., 0] ^= 0xFFFF
        return samples


def decode(
    image: ImageFile.ImageFile, reopen: Callable[[], ImageFile.ImageFile]
) -> tuple[Pixels, Pixels | None]:
    """Load the image: pixels (H, W) or (H, W, 3), and alpha (H, W), uint8 or uint16.

    reopen: opens the same file once more. The arrays may be read-only views. Turned only as
    Pillow does by itself, in TIFF. Raises UnsupportedPixelsError, and what Pillow raises.
    """
    if isinstance(image, TiffImageFile):
        _refuse_deep_planes(image)
    raw = _raw_mode(image)
    if isinstance(image, GrayAlphaTiff):
        samples: Pixels = image.samples()
    elif image.format == "PPM" and (deep := _deep_pnm(image)) is not None:
        samples = deep
    elif image.mode in {"RGB", "RGBA"} and ";16" in raw:
        samples = _deep_colour(image, raw, reopen)
    elif image.mode.startswith("I;16"):
        samples = _deep_gray(image, raw)
    else:
        samples = _eight_bit(image)

    if samples.ndim == 3 and samples.shape[2] in (2, 4):
        pixels, alpha = samples[..., :-1], samples[..., -1]
        return (pixels[..., 0] if pixels.shape[2] == 1 else pixels), alpha
    return samples, _keyed_alpha(image, raw, samples)


def _refuse_deep_planes(image: TiffImageFile) -> None:
    # Pillow would take their bytes for 8-bit samples.
    planes = image.tag_v2.get(_PLANAR_CONFIGURATION) == _SEPARATE_PLANES
    bits = image.tag_v2.get(_BITS_PER_SAMPLE, (1,))
    if planes and image.tag_v2.get(_SAMPLES_PER_PIXEL, 1) > 1 and max(bits) > 8:
        raise UnsupportedPixelsError("16-bit TIFF in separate colour planes is not supported")


def _raw_mode(image: ImageFile.ImageFile) -> str:
    """Pillow's name for the samples in the file; empty where its decoder has none."""
    args = image.tile[0].args if image.tile else None
    return args if isinstance(args, str) else str(args[0]) if args else ""


def _load_raw(image: ImageFile.ImageFile, raw: str) -> NDArray[np.uint8]:
    """The image loaded with another unpacker."""
    image.tile = [
        tile._replace(args=raw if isinstance(tile.args, str) else (raw, *(tile.args or ())[1:]))
        for tile in image.tile
    ]
    return np.asarray(image)


def _deep_colour(
    image: ImageFile.ImageFile, raw: str, reopen: Callable[[], ImageFile.ImageFile]
) -> _Deep:
    layout, order = raw.split(";")
    if layout == "LA":  # PNG; as many bytes per pixel as RGBA, in big-endian pairs
        return _load_raw(image, "RGBA").view(">u2").astype(np.uint16)
    stored = "RGBA" if layout == "RGBa" else layout  # the bytes as they are, not divided by alpha
    samples = _load_raw(image, f"{stored};{order}").astype(np.uint16)
    samples <<= 8
    samples |= _load_raw(reopen(), f"{stored};{_OTHER_BYTE[order]}")
    return _unpremultiplied(samples) if layout == "RGBa" else samples


def _deep_gray(image: ImageFile.ImageFile, raw: str) -> _Deep:
    samples = np.asarray(image).astype(np.uint16)
    if raw == "I;12":
        samples = samples * np.uint16(16) + (samples >> 8)
    if isinstance(image, TiffImageFile) and image.tag_v2.get(_PHOTOMETRIC) == _WHITE_IS_ZERO:
        samples ^= 0xFFFF  # Pillow inverts up to 8 bits only
    return samples


def _deep_pnm(image: ImageFile.ImageFile) -> _Deep | None:
    """Binary PGM and PPM of more than 8 bits, which Pillow reads slowly or rounds to 8."""
    codec, _, offset, args = image.tile[0]
    maximum = args[1] if codec == "ppm" and isinstance(args, tuple) else 255
    if image.mode == "I" and args == "I;16B":
        maximum = 65535
    if maximum <= 255 or image.fp is None:
        return None
    shape = (image.height, image.width, 3)[: 3 if image.mode == "RGB" else 2]
    image.fp.seek(offset)
    samples = np.frombuffer(image.fp.read(2 * int(np.prod(shape))), ">u2").reshape(shape)
    if maximum == 65535:
        return samples.astype(np.uint16)
    scaled = (np.arange(65536) * 65535 + maximum // 2) // maximum
    table: _Deep = scaled.clip(max=65535).astype(np.uint16)
    return np.take(table, samples)


def _eight_bit(image: ImageFile.ImageFile) -> NDArray[np.uint8]:
    if image.mode == "CMYK":
        icc: bytes = image.info.get("icc_profile") or b""
        if colour_space(icc) == "CMYK":
            return np.asarray(cmyk_to_srgb(image, icc))
        return np.asarray(image.convert("RGB"))
    if image.mode in {"P", "PA"}:
        mode = "RGBA" if image.has_transparency_data else "RGB"
    elif image.mode in _EIGHT_BIT_MODES:
        mode = _EIGHT_BIT_MODES[image.mode]
    else:
        raise UnsupportedPixelsError("its samples are not gray or colour of 8 or 16 bits")
    return np.asarray(image if image.mode == mode else image.convert(mode))


def _keyed_alpha(image: ImageFile.ImageFile, raw: str, pixels: Pixels) -> Pixels | None:
    """The alpha of a PNG that declares one gray level or colour transparent."""
    key = image.info.get("transparency")
    if not isinstance(key, int | tuple) or image.mode == "P":
        return None
    # Pillow spreads samples of 2 and 4 bits over 0..255, but not the key.
    key = np.array(key) * {"L;2": 85, "L;4": 17}.get(raw, 1)
    same = (pixels == key) if pixels.ndim == 2 else (pixels == key).all(axis=2)
    alpha: Pixels = np.where(same, 0, np.iinfo(pixels.dtype).max).astype(pixels.dtype)
    return alpha


def _unpremultiplied(samples: _Deep) -> _Deep:
    """Divided by alpha, the last channel, in place."""
    for band in np.array_split(samples, max(1, len(samples) // 256)):
        alpha = band[..., -1:].astype(np.uint32)
        colour = (band[..., :-1].astype(np.uint32) * 65535 + alpha // 2) // alpha.clip(1)
        band[..., :-1] = colour.clip(max=65535)
    return samples
