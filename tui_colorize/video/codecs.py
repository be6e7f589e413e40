"""The video codecs that can be written, what each can hold, and how it is set."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache

from tui_colorize.errors import UserError
from tui_colorize.video.priority import take_back_real_time

# SVT-AV1 writes to stderr by itself unless it is told this way; 1 leaves its errors.
os.environ.setdefault("SVT_LOG", "1")

_X26X_PRESETS = (
    "ultrafast",
    "superfast",
    "veryfast",
    "faster",
    "fast",
    "medium",
    "slow",
    "slower",
    "veryslow",
)
_NVENC_PRESETS = tuple(f"p{number}" for number in range(1, 8))
_MP4 = (".mp4", ".m4v", ".mov")


@dataclass(frozen=True)
class Codec:
    """A codec by its name on the command line.

    encoder: FFmpeg's name. suffixes: of the files that may hold it. crf: the default of the
    quality setting and its largest value, None where there is none; quality: the encoder's name
    for it. presets: from fast to slow, and the default of them. options: always set. tag: the four
    characters in MP4 and MOV. says_range: the stream tells limited from full range; else it is
    limited. says_aspect: the stream tells the shape of its pixels, which Matroska is not told
    otherwise. says_fields: it tells interlaced frames from others. deepest: bits of a sample that
    are offered. any_size: 4:2:0 and 4:2:2 of odd sizes, too.
    """

    name: str
    encoder: str
    suffixes: tuple[str, ...]
    crf: tuple[int, int] | None = None
    quality: str = "crf"
    presets: tuple[str, ...] = ()
    preset: str | None = None
    options: tuple[tuple[str, str], ...] = ()
    tag: str | None = None
    says_range: bool = True
    says_aspect: bool = True
    says_fields: bool = True
    deepest: int = 16
    any_size: bool = False


CODECS = {
    codec.name: codec
    for codec in (
        Codec("x264", "libx264", (*_MP4, ".mkv"), (17, 51), "crf", _X26X_PRESETS, "superfast"),
        Codec(
            "x265",
            "libx265",
            (*_MP4, ".mkv"),
            (20, 51),
            "crf",
            _X26X_PRESETS,
            "medium",
            (("x265-params", "log-level=none:open-gop=0"),),
            tag="hvc1",
            says_fields=False,
        ),
        Codec(
            "av1",
            "libsvtav1",
            (".mp4", ".m4v", ".mkv", ".webm"),
            (24, 63),
            "crf",
            tuple(str(number) for number in range(13, -1, -1)),
            "8",
            says_aspect=False,
            says_fields=False,
        ),
        Codec(
            "ffv1",
            "ffv1",
            (".mkv",),
            options=(("level", "3"), ("g", "1"), ("slicecrc", "1")),
            says_aspect=False,
            any_size=True,
        ),
        Codec(
            "x264-lossless",
            "libx264",
            (*_MP4, ".mkv"),
            presets=_X26X_PRESETS,
            preset="medium",
            options=(("qp", "0"),),
        ),
        Codec(
            "prores",
            "prores_ks",
            (".mov", ".mkv"),
            options=(("vendor", "apl0"),),
            says_range=False,
            says_aspect=False,
            any_size=True,
        ),
        Codec(
            "h264_nvenc",
            "h264_nvenc",
            (*_MP4, ".mkv"),
            (19, 51),
            "cq",
            _NVENC_PRESETS,
            "p5",
            deepest=8,
        ),
        Codec(
            "hevc_nvenc",
            "hevc_nvenc",
            (*_MP4, ".mkv"),
            (21, 51),
            "cq",
            _NVENC_PRESETS,
            "p5",
            tag="hvc1",
            says_fields=False,
            deepest=8,
        ),
    )
}
"""By name, in the order in which they are offered."""

SUFFIXES = tuple(sorted({suffix for codec in CODECS.values() for suffix in codec.suffixes}))
"""Of the films that can be written."""


def codec_for(name: str, suffix: str) -> Codec:
    """The codec of this name, fit for a file of this suffix. Raises UserError."""
    codec = CODECS.get(name)
    if codec is None:
        raise UserError(f"there is no codec {name}: choose from {', '.join(CODECS)}")
    fitting = codecs_for(suffix)
    if name not in fitting:
        raise UserError(
            f"{suffix} does not hold {name}: choose {' or '.join(codec.suffixes)}, "
            f"or the codec {' or '.join(fitting)}"
        )
    if codec.encoder.endswith("_nvenc") and (trouble := _trouble(codec)):
        raise UserError(f"{trouble}: choose {fitting[0]}")
    return codec


def codecs_for(suffix: str) -> list[str]:
    """The codecs that a file of this suffix can hold, the usual one first. Raises UserError."""
    fitting = [codec.name for codec in CODECS.values() if suffix.lower() in codec.suffixes]
    if not fitting:
        raise UserError(
            f"a film cannot be saved as {suffix or 'a file without a suffix'}: "
            f"the name has to end in {', '.join(SUFFIXES)}"
        )
    return fitting


@cache
def formats(encoder: str) -> tuple[str, ...]:
    """The pixel formats that an encoder takes, by FFmpeg's names. Raises UserError without it."""
    from av.codec import Codec as Encoder
    from av.codec.codec import UnknownCodecError

    try:
        listed = Encoder(encoder, "w").video_formats or []
    except UnknownCodecError as error:
        raise UserError(f"this build of FFmpeg has no encoder {encoder}") from error
    return tuple(form.name for form in listed)


def available() -> dict[str, str | None]:
    """For each codec: None if it works here, else why not. Opens each once."""
    return {name: _trouble(codec) for name, codec in CODECS.items()}


def _trouble(codec: Codec) -> str | None:
    from fractions import Fraction

    from av import Codec as Encoder
    from av.error import FFmpegError

    try:
        takes = formats(codec.encoder)
        context = Encoder(codec.encoder, "w").create("video")
        context.width, context.height = 256, 256  # what every hardware encoder takes
        context.pix_fmt = "yuv420p" if "yuv420p" in takes else takes[0]
        context.framerate, context.time_base = Fraction(25), Fraction(1, 25)
        context.options = dict(codec.options)
        context.open()
    except UserError as error:
        return str(error)
    except FFmpegError:
        return f"the encoder {codec.encoder} does not start on this machine"
    finally:
        take_back_real_time()
    return None
