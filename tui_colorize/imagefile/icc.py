"""ICC profiles: whose pixels they describe, and gray or CMYK through them to sRGB."""

from __future__ import annotations

import io
import struct

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from model.color import lightness_to_luminance, linear_to_srgb
from tui_colorize.imagefile.still import Pixels

_HEADER = 128  # bytes

Curve = NDArray[np.float64]


def colour_space(icc: bytes) -> str | None:
    """What the profile describes, "RGB", "GRAY" or "CMYK"; None for anything else."""
    if len(icc) < _HEADER or icc[36:40] != b"acsp":
        return None
    space = icc[16:20].decode("latin-1").strip()
    return space if space in {"RGB", "GRAY", "CMYK"} else None


def gray_to_srgb(gray: Pixels, icc: bytes) -> Pixels:
    """Gray samples of any shape through their gray profile to sRGB, same dtype.

    Computed here, not by LittleCMS, which reaches 8 bits only through Pillow. A profile that
    cannot be understood leaves the samples as they are.
    """
    maximum = int(np.iinfo(gray.dtype).max)
    try:
        with np.errstate(all="ignore"):
            response = _gray_response(icc, np.linspace(0.0, 1.0, maximum + 1))
    except (ValueError, struct.error, ZeroDivisionError):
        return gray
    if not np.isfinite(response).all():
        return gray
    connection = icc[20:24]
    luminance = lightness_to_luminance(100 * response) if connection == b"Lab " else response
    table = np.rint(linear_to_srgb(luminance.clip(0, 1)) * maximum).astype(gray.dtype)
    converted: Pixels = table[gray]
    return converted


def cmyk_to_srgb(image: Image.Image, icc: bytes) -> Image.Image:
    """A CMYK image through its profile to RGB; without it where LittleCMS refuses the profile."""
    try:
        converted = ImageCms.profileToProfile(
            image,
            ImageCms.ImageCmsProfile(io.BytesIO(icc)),
            ImageCms.createProfile("sRGB"),
            outputMode="RGB",
        )
    except (ImageCms.PyCMSError, OSError):
        converted = None
    return image.convert("RGB") if converted is None else converted


def _gray_response(icc: bytes, samples: Curve) -> Curve:
    """The profile's gray tone curve (tag kTRC) at the samples, 0..1."""
    (count,) = struct.unpack_from(">I", icc, _HEADER)
    for entry in range(min(count, 100)):
        signature, offset, size = struct.unpack_from(">4sII", icc, _HEADER + 4 + 12 * entry)
        if signature == b"kTRC":
            return _curve(icc[offset : offset + size], samples)
    raise ValueError("no gray tone curve")


def _curve(tag: bytes, samples: Curve) -> Curve:
    """A curveType or parametricCurveType (ICC.1:2022, 10.6 and 10.18) at the samples."""
    if tag[:4] == b"para":
        (function,) = struct.unpack_from(">H", tag, 8)
        numbers = np.frombuffer(tag, ">i4", (len(tag) - 12) // 4, 12) / 65536
        return _segments(samples, _segment_parameters(function, numbers.tolist()))
    if tag[:4] != b"curv":
        raise ValueError("an unknown kind of tone curve")
    (count,) = struct.unpack_from(">I", tag, 8)
    if count == 0:
        return samples
    if count == 1:
        gamma: int = struct.unpack_from(">H", tag, 12)[0]
        return samples ** (gamma / 256)
    table = np.frombuffer(tag, ">u2", count, 12) / 65535
    return np.interp(samples, np.linspace(0.0, 1.0, count), table)


def _segment_parameters(function: int, numbers: list[float]) -> tuple[float, ...]:
    """g, a, b, c, d, e, f of the parametric function: the last one holds the others."""
    match function, *numbers:
        case 0, g, *_:
            return g, 1, 0, 0, 0, 0, 0
        case 1, g, a, b, *_:
            return g, a, b, 0, -b / a, 0, 0
        case 2, g, a, b, c, *_:
            return g, a, b, 0, -b / a, c, c
        case 3, g, a, b, c, d, *_:
            return g, a, b, c, d, 0, 0
        case 4, g, a, b, c, d, e, f, *_:
            return g, a, b, c, d, e, f
    raise ValueError("an unknown parametric function")


def _segments(x: Curve, parameters: tuple[float, ...]) -> Curve:
    """(a x + b)^g + e from d on, c x + f below."""
    g, a, b, c, d, e, f = parameters
    return np.where(x >= d, (a * x + b).clip(0) ** g + e, c * x + f)
