"""How many frames an encoded segment holds: what an interrupted run has begun of one is lost.

That is to be a few seconds of work, but each segment begins anew to predict frames from others:
segments of 24 frames make a film 1 to 12 % larger than such of 48, of 12 frames 8 to 37 %. With a
slow preset (x265 slower) 12 frames cost 3 to 34 %, 6 frames 9 to 79 %, 3 frames 24 to 177 %. Such a
preset is chosen for small films, so there are no shorter ones.
"""

from __future__ import annotations

from tui_colorize.video.encoding import Encoding

MOST = 64
"""Frames of a segment at most."""

LEAST = 12
"""Frames of a segment at least, however long they take."""

_WORK = 6.0  # seconds of one core for a segment

# Seconds of one core, roughly, for all but encoding: for a frame, and for a megapixel of it.
_FRAME, _MEGAPIXEL = 0.02, 0.02

# And for encoding a megapixel, for the encoders' presets from fast to slow.
_ENCODING = {
    "libx264": (0.01, 0.02, 0.03, 0.04, 0.06, 0.07, 0.12, 0.25, 0.4),
    "libx265": (0.07, 0.14, 0.16, 0.16, 0.16, 0.23, 0.6, 2.8, 4.7),
    "libsvtav1": (0.04, 0.04, 0.04, 0.05, 0.06, 0.1, 0.13, 0.14, 0.19, 0.21, 0.46, 0.96, 2, 5.5),
}
_ANY_ENCODING = 0.12


def segment_length(encoding: Encoding) -> int:
    """Frames of every segment of such a film: the same in every run, on every machine."""
    codec, preset = encoding.codec, dict(encoding.options).get("preset")
    of_encoder = _ENCODING.get(codec.encoder)
    encode = of_encoder[codec.presets.index(preset)] if of_encoder and preset else _ANY_ENCODING
    pixels = encoding.width * encoding.height / 1e6
    seconds = _FRAME + pixels * (_MEGAPIXEL + encode)
    return min(MOST, max(LEAST, round(_WORK / seconds)))
