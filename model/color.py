"""sRGB and CIE Lab (D65), one definition for numpy arrays and torch tensors.

Lab after CIE 15:2004, sRGB after IEC 61966-2-1. The white point is the sum of the columns of the
sRGB matrix, so a gray pixel has a = b = 0 exactly and L depends on luminance Y alone.

Every function takes and returns separate channel planes of any one shape, float32 or float64;
numpy in, numpy out; torch in, torch out (differentiable).
"""

from __future__ import annotations

from typing import Any

import numpy as np

# Rows: X, Y, Z; columns: linear R, G, B.
RGB_TO_XYZ = np.array(
    [
        [0.4123907992659595, 0.3575843393838780, 0.1804807884018343],
        [0.2126390058715104, 0.7151686787677559, 0.0721923153607337],
        [0.0193308187155918, 0.1191947797946259, 0.9505321522496608],
    ]
)
XYZ_TO_RGB = np.linalg.inv(RGB_TO_XYZ)
WHITE = RGB_TO_XYZ.sum(axis=1)

AB_SCALE = 110.0  # |a| and |b| of every sRGB colour stay below this

# Lab in, linear RGB out, with the white point folded into the matrices.
_TO_WHITE = RGB_TO_XYZ / WHITE[:, None]
_FROM_WHITE = XYZ_TO_RGB * WHITE[None, :]
_EPSILON = (6 / 29) ** 3
_SLOPE = (29 / 6) ** 2 / 3


# Each curve below is a power with a line through the dark end. Written as
# power(m) + slope * (v - m) with m = max(v, knee) it needs no branch, and its gradient is finite.


def _at_least(plane: Any, low: float) -> Any:
    return plane.clamp_min(low) if hasattr(plane, "clamp_min") else np.maximum(plane, low)


def srgb_to_linear(v: Any) -> Any:
    """sRGB component 0..1 -> linear light 0..1."""
    m = _at_least(v, 0.04045)
    return ((m + 0.055) / 1.055) ** 2.4 + (v - m) / 12.92


def linear_to_srgb(v: Any) -> Any:
    """Linear light -> sRGB component; values below 0 stay on the linear segment."""
    m = _at_least(v, 0.0031308)
    return 1.055 * m ** (1 / 2.4) - 0.055 + (v - m) * 12.92


def _f(t: Any) -> Any:
    m = _at_least(t, _EPSILON)
    return m ** (1 / 3) + (t - m) * _SLOPE


def _f_inverse(f: Any) -> Any:
    m = _at_least(f, 6 / 29)
    return m * m * m + (f - m) / _SLOPE


def luminance_to_lightness(y: Any) -> Any:
    """Relative luminance Y, 0..1 -> L*, 0..100."""
    return 116 * _f(y) - 16


def lightness_to_luminance(lightness: Any) -> Any:
    """L*, 0..100 -> relative luminance Y, 0..1."""
    return _f_inverse((lightness + 16) / 116)


def linear_rgb_to_lab(r: Any, g: Any, b: Any) -> tuple[Any, Any, Any]:
    """Linear light RGB 0..1 -> L 0..100, a, b."""
    fx, fy, fz = (_f(float(m[0]) * r + float(m[1]) * g + float(m[2]) * b) for m in _TO_WHITE)
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def rgb_to_lab(r: Any, g: Any, b: Any) -> tuple[Any, Any, Any]:
    """sRGB planes 0..1 -> L 0..100, a and b about -110..110."""
    return linear_rgb_to_lab(srgb_to_linear(r), srgb_to_linear(g), srgb_to_linear(b))


def lab_to_linear_rgb(lightness: Any, a: Any, b: Any) -> tuple[Any, Any, Any]:
    """L 0..100, a, b -> linear light RGB, not clipped: outside 0..1 when out of gamut."""
    fy = (lightness + 16) / 116
    x, y, z = _f_inverse(fy + a / 500), _f_inverse(fy), _f_inverse(fy - b / 200)
    red, green, blue = (float(m[0]) * x + float(m[1]) * y + float(m[2]) * z for m in _FROM_WHITE)
    return red, green, blue


def lab_to_rgb(lightness: Any, a: Any, b: Any) -> tuple[Any, Any, Any]:
    """L 0..100, a, b -> sRGB planes, not clipped."""
    r, g, b_ = lab_to_linear_rgb(lightness, a, b)
    return linear_to_srgb(r), linear_to_srgb(g), linear_to_srgb(b_)
