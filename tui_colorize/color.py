"""Colours as people write, see and compare them: hex, CSS names, Lab, the sRGB gamut.

Lab is CIE L*a*b* under D65 as model.color defines it: L 0..100, a and b about -110..110.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from model.color import lab_to_linear_rgb, lab_to_rgb, rgb_to_lab
from tui_colorize.errors import UserError
from tui_colorize.terminaltext import shortened

Plane = NDArray[np.float64]

_HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})")

# Linear light. Far above the rounding of float64, so that every sRGB colour is inside, and below
# half a step of 16-bit sRGB where those are smallest (0.5 / 65535 / 12.92), so that it never shows.
_TOLERANCE = 1e-7
_BEYOND = 150.0  # chroma; no sRGB colour has more than 133.8 (blue)
_SUBDIVISIONS = (64, 16, 16, 16, 16, 16, 16, 16)  # 150 / their product: 1e-8 of chroma
_BLOCK = 4096  # colours searched at a time, which bounds the memory


def parse_color(text: str) -> str:
    """`#rrggbb`, `#rgb` or one of the 148 CSS names, in any case -> `#rrggbb` in lower case.

    Raises UserError for anything else.
    """
    if not isinstance(text, str):
        raise UserError(f"A colour is text such as #3a7bd5 or teal, not {type(text).__name__}")
    word = text.strip().lower()
    if _HEX.fullmatch(word):
        return word if len(word) == 7 else "#" + "".join(2 * digit for digit in word[1:])
    named = _css_colors().get(word)
    if named is None:
        raise UserError(
            f"'{shortened(text)}' is not a colour: write #rrggbb, #rgb or a CSS name such as teal"
        )
    return named


def hex_to_rgb(text: str) -> tuple[int, int, int]:
    """Any colour that parse_color reads -> red, green, blue, 0..255. Raises UserError."""
    red, green, blue = bytes.fromhex(parse_color(text)[1:])
    return red, green, blue


def rgb_to_hex(red: int, green: int, blue: int) -> str:
    """Red, green, blue, 0..255 -> `#rrggbb`. Raises ValueError for anything outside 0..255."""
    return "#" + bytes((red, green, blue)).hex()


def hex_to_lab(text: str) -> tuple[float, float, float]:
    """Any colour that parse_color reads -> L, a, b. Raises UserError."""
    lightness, a, b = rgb_to_lab(*(component / 255 for component in hex_to_rgb(text)))
    return float(lightness), float(a), float(b)


def lab_to_hex(lightness: float, a: float, b: float) -> str:
    """The sRGB colour of this L and hue; chroma is reduced as far as the gamut demands."""
    planes = lab_to_rgb(np.float64(lightness), *fit_gamut(lightness, a, b))
    return rgb_to_hex(*(round(255 * min(max(float(plane), 0.0), 1.0)) for plane in planes))


def at_lightness(text: str, lightness: float) -> str:
    """What a hint of this colour looks like on a pixel of this L: its a and b, that L.

    Raises UserError for a colour that parse_color refuses.
    """
    _, a, b = hex_to_lab(text)
    return lab_to_hex(lightness, a, b)


def max_chroma(lightness: ArrayLike, hue: ArrayLike) -> Plane:
    """The largest chroma within sRGB at this L, 0..100, and hue in degrees, counted from +a to +b.

    The arguments broadcast; the result has their common shape.
    """
    angle = np.radians(np.asarray(hue, np.float64))
    a, b = fit_gamut(lightness, _BEYOND * np.cos(angle), _BEYOND * np.sin(angle))
    return np.asarray(np.hypot(a, b))


def fit_gamut(lightness: ArrayLike, a: ArrayLike, b: ArrayLike) -> tuple[Plane, Plane]:
    """Bring colours into sRGB at their very L: chroma is reduced, hue and L stay.

    The arguments broadcast; a and b come back in their common shape (0-d for three numbers).
    Colours inside the gamut come back as they are, the others with the largest chroma below their
    own that is inside. At an L outside 0..100 nothing is inside and a = b = 0.
    Exact to 1e-8 of chroma and meant for single colours and small planes.
    """
    light, a_plane, b_plane = np.broadcast_arrays(
        *(np.asarray(plane, np.float64) for plane in (lightness, a, b))
    )
    scale = np.ones(light.shape)
    outside = ~_in_gamut(light, a_plane, b_plane)
    scale[outside] = _largest_scale(light[outside], a_plane[outside], b_plane[outside])
    return np.asarray(a_plane * scale), np.asarray(b_plane * scale)


def _in_gamut(lightness: Plane, a: Plane, b: Plane) -> NDArray[np.bool_]:
    channels = np.stack(lab_to_linear_rgb(lightness, a, b))
    within: NDArray[np.bool_] = (channels >= -_TOLERANCE) & (channels <= 1 + _TOLERANCE)
    return np.asarray(within.all(axis=0))


def _largest_scale(lightness: Plane, a: Plane, b: Plane) -> Plane:
    """The largest factor 0..1 that brings each a and b into the gamut. All flat, of one length.

    Bisection would do if each hue left the gamut once. Pale yellows (L 94..98, hue 99..107 degrees)
    leave it and come back at more chroma, so the first pass looks along the whole ray for the
    outermost stretch inside, and the others close in on its end.
    """
    result = np.empty(lightness.shape)
    for start in range(0, lightness.size, _BLOCK):
        block = slice(start, start + _BLOCK)
        light, a_block, b_block = lightness[block], a[block], b[block]
        low = np.zeros(light.shape)  # inside: gray
        width = _BEYOND / np.maximum(_BEYOND, np.hypot(a_block, b_block))
        for pieces in _SUBDIVISIONS:
            width = width / pieces
            factors = low + width * np.arange(pieces)[:, None]
            inside = _in_gamut(light, a_block * factors, b_block * factors)
            inside[0] = True  # known, and beyond L 0..100 the least that can be done
            low = low + width * (pieces - 1 - inside[::-1].argmax(axis=0))
        result[block] = low
    return result


def ciede2000(lab1: ArrayLike, lab2: ArrayLike) -> Plane:
    """CIEDE2000 colour difference of Lab colours, with kL = kC = kH = 1.

    lab1, lab2: (..., 3) with L, a, b last; the leading axes broadcast and remain. About 1 is a just
    noticeable difference. After Sharma, Wu & Dalal, "The CIEDE2000 Color-Difference Formula",
    Color Research and Application 30 (1), 2005; the numbers in the comments are its equations.
    """
    l1, a1, b1 = np.moveaxis(np.asarray(lab1, np.float64), -1, 0)
    l2, a2, b2 = np.moveaxis(np.asarray(lab2, np.float64), -1, 0)

    # Chroma and hue of a stretched plane (2-7).
    mean_chroma7 = ((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2) ** 7
    stretch = 1.5 - 0.5 * np.sqrt(mean_chroma7 / (mean_chroma7 + 25.0**7))
    chroma1, chroma2 = np.hypot(stretch * a1, b1), np.hypot(stretch * a2, b2)
    hue1 = np.degrees(np.arctan2(b1, stretch * a1)) % 360
    hue2 = np.degrees(np.arctan2(b2, stretch * a2)) % 360

    # Differences; hue the shorter way round (8-11). Where one colour is gray d_hue is 0 and all
    # that depends on hue is multiplied by it, so that case needs no formula of its own.
    turn = hue2 - hue1
    wraps = np.abs(turn) > 180
    hue_step = turn - 360 * np.sign(turn) * wraps
    d_light, d_chroma = l2 - l1, chroma2 - chroma1
    d_hue = 2 * np.sqrt(chroma1 * chroma2) * np.sin(np.radians(hue_step) / 2)

    # Means (12-14).
    light, chroma = (l1 + l2) / 2, (chroma1 + chroma2) / 2
    total = hue1 + hue2
    wrapped = (total + np.where(total < 360, 360, -360)) / 2
    hue = np.where(wraps, wrapped, total / 2)

    # Weights (15-21) and the sum (22).
    t = (
        1
        - 0.17 * np.cos(np.radians(hue - 30))
        + 0.24 * np.cos(np.radians(2 * hue))
        + 0.32 * np.cos(np.radians(3 * hue + 6))
        - 0.20 * np.cos(np.radians(4 * hue - 63))
    )
    chroma7 = chroma**7
    rotation = 2 * np.sqrt(chroma7 / (chroma7 + 25.0**7))
    tilt = -np.sin(np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2)))) * rotation
    s_light = 1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2)
    light_part = d_light / s_light
    chroma_part = d_chroma / (1 + 0.045 * chroma)
    hue_part = d_hue / (1 + 0.015 * chroma * t)
    squares = light_part**2 + chroma_part**2 + hue_part**2 + tilt * chroma_part * hue_part
    return np.asarray(np.sqrt(squares))


@lru_cache(maxsize=4096)
def color_name(text: str) -> str:
    """The CSS name nearest by CIEDE2000: a colour in a word. Raises UserError like parse_color.

    Where two names mean the same colour it is the first in the alphabet (aqua, fuchsia, gray).
    """
    names, labs = _named_labs()
    return names[int(ciede2000(hex_to_lab(text), labs).argmin())]


@cache
def _css_colors() -> dict[str, str]:
    """The CSS names and their `#rrggbb`, in alphabetical order."""
    # Only a typed name needs Pillow, which takes longer to import than this module.
    from PIL.ImageColor import colormap

    # Pillow replaces an entry by its components once it has been used.
    return {
        name: value if isinstance(value, str) else rgb_to_hex(*value[:3])
        for name, value in sorted(colormap.items())
    }


@cache
def _named_labs() -> tuple[list[str], Plane]:
    """The CSS names and their Lab colours, (148, 3)."""
    colors = _css_colors()
    return list(colors), np.array([hex_to_lab(value) for value in colors.values()])
